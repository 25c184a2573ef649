// The decision of decide.h in 16-bit integers, for fields that fit them: twice as many lanes.
//
// Both signs of x are brought to e = exp(-|x|) <= 1 by mirroring u: with v = u for x >= 0 and
// 65535 - u else, v + 1 <= 65536/(1+e) decides one way and v > 65536/(1+e) the other. The products
// are found with an error of less than `open_width` units of u, and nothing within it is decided.
#pragma once

#include "decide.h"
#include "shorts.h"

#if SCORERBM_SHORTS

namespace scorerbm {
namespace {

constexpr std::uint16_t open_width = 16;

// |field| to log2 e |x| with 11 binary places: (min(|field|, most) << shift) * factor / 2^16.
struct NarrowBracket {
    std::uint16_t most, factor;
    int shift;
};

// factor * log2 e * 2^11 = m * 2^shift, with 1/2 <= m < 1 if shift > 0: a field larger than `most`
// then has log2 e |x| >= 16, like all that e < 2^-16 stands for.
// Up to 5.5 what is clipped to 16 bits stays within the open width; samplers have 1/16 at most.
inline bool has_narrow_bracket(double factor) {
    return factor >= 0.0 && factor <= 2.0;
}

inline NarrowBracket make_narrow_bracket(double factor) {
    const double multiplier = log2_e * factor * 2048.0;
    // 1 and the exponent of numbers from 1 on; what is smaller needs no shift.
    const std::int64_t exponent = static_cast<std::int64_t>(bits_of(multiplier) >> 52) - 1022;
    const std::int64_t shift = exponent < 0 ? 0 : exponent > 15 ? 15 : exponent;
    const double power = from_bits(static_cast<std::uint64_t>(1023 + 16 - shift) << 52);
    const double rounded = multiplier * power + 0.5;
    return {static_cast<std::uint16_t>(0xFFFF >> shift),
            static_cast<std::uint16_t>(rounded < 65535.0 ? rounded : 65535.0),
            static_cast<int>(shift)};
}

struct ShortDecision {
    Shorts ones, open;
};

inline ShortDecision decide_shorts(const NarrowBracket& bracket, Shorts field, Shorts draw) {
    const Shorts size =
        shift_left(least(magnitude(field), all_shorts(bracket.most)), bracket.shift);
    const Shorts y = least(multiply_high(size, all_shorts(bracket.factor)), all_shorts(0x7FFF));
    const Shorts f = y << 5;  // the fraction, over 2^16
    // 2^-f = 1 - f (0.69183 - f (0.23193 - f 0.04016)) within 6.4e-5.
    Shorts p = all_shorts(15200) - multiply_high(f, all_shorts(2632));
    p = all_shorts(45340) - multiply_high(f, p);
    p = ~multiply_high(f, p);
    const Shorts e = shift_right_each(p, y >> 11);
    const Shorts sign = sign_of(field), v = draw ^ sign;
    const Shorts product = multiply_high(v, e), width = all_shorts(open_width);
    const Shorts full = all_shorts(0xFFFF);
    const Shorts not_below =
        reinterpret_cast<Shorts>(add_saturating(add_saturating(v, product), width) == full);
    const Shorts above =
        reinterpret_cast<Shorts>(add_saturating(subtract_saturating(v, width), product) == full);
    return {~not_below ^ sign, not_below & ~above};
}

// The sum of the fields of 64 units whose bits are set, all within 16 bits.
inline std::int64_t masked_sum(const std::int16_t* sum, const std::int16_t* bias,
                               std::uint64_t bits) {
    Shorts lane_bit = {};
    for (std::size_t i = 0; i < short_lanes; ++i) {
        lane_bit[i] = static_cast<std::uint16_t>(1u << (i % 16));
    }
    Ints pairs = {};
    for (std::size_t j = 0; j < units_per_word; j += short_lanes) {
        const Shorts set = spread_bits(bits >> j) & lane_bit;
        const Shorts field = load<Shorts>(sum + j) + load<Shorts>(bias + j);
        pairs += add_pairs(field & reinterpret_cast<Shorts>(set == lane_bit));
    }
    std::int64_t total = 0;
    for (std::size_t i = 0; i < float_lanes; ++i) total += pairs[i];
    return total;
}

// field = sum + bias for 64 units, all within 16 bits.
inline Decision decide_narrow(const NarrowBracket& bracket, const std::int16_t* sum,
                              const std::int16_t* bias, const std::uint16_t* draws) {
    constexpr std::size_t vectors = units_per_word / short_lanes;
    ShortDecision parts[vectors];
    Shorts any_open = {};
    SCORERBM_UNROLL
    for (std::size_t i = 0; i < vectors; ++i) {
        const std::size_t at = i * short_lanes;
        const Shorts field = load<Shorts>(sum + at) + load<Shorts>(bias + at);
        parts[i] = decide_shorts(bracket, field, load<Shorts>(draws + at));
        any_open |= parts[i].open;
    }
    Decision result = {0, 0};
    SCORERBM_UNROLL
    for (std::size_t i = 0; i < vectors; i += 2) {
        result.ones |= lane_bits(parts[i].ones, parts[i + 1].ones) << (i * short_lanes);
    }
    if (any_lane(any_open)) {
        for (std::size_t i = 0; i < vectors; i += 2) {
            result.open |= lane_bits(parts[i].open, parts[i + 1].open) << (i * short_lanes);
        }
    }
    return result;
}

}  // namespace
}  // namespace scorerbm

#endif  // SCORERBM_SHORTS
