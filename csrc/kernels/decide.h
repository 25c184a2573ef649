// Bits of probability sigmoid(x) for 64 units of one chain, x = factor * field + offset.
//
// With T = 65536 sigmoid(x) = 65536/(1+e), e = exp(-x), a 16-bit number u decides for 1 if
// u + 1 <= T, for 0 if u > T, and otherwise ties (bernoulli.h). Single precision finds e to a
// relative error below `margin`; what that leaves open, like a tie, is decided in double precision.
#pragma once

#include "bernoulli.h"
#include "draws.h"

namespace scorerbm {
namespace {

// Of one chain: e = 2^(factor * field + offset), and the bounds of (u + 1)(1 + e) and u (1 + e).
struct Bracket {
    float factor, certain_one, certain_zero;
};

// The error of y = log2 e: at |x| < 17, beyond which no u but 0 is left open, three roundings of
// numbers below 25 give 5e-6, and an offset adds four of its size. The polynomial errs by 2.6e-6.
constexpr float smallest_margin = 0x1p-16f;
constexpr float infinite = __builtin_inff();

inline float bracket_margin(float largest_offset) {
    const float margin = smallest_margin + largest_offset * 0x1p-21f;
    return margin < 0.5f ? margin : infinite;  // nothing is certain then
}

inline Bracket make_bracket(double factor, float margin) {
    return {static_cast<float>(-log2_e * factor), 65536.0f * (1.0f - margin),
            65536.0f * (1.0f + margin)};
}

// 2^y for |y| <= 126: the integer part goes to the exponent, a polynomial to the fraction.
inline Floats power_of_two(Floats y) {
    const Floats shifted = y + 12582912.0f;  // 1.5 * 2^23: rounds to the nearest integer
    const Floats f = y - (shifted - 12582912.0f);
    Floats p = f * 0.009570102207362652f + 0.05591785907745361f;
    p = p * f + 0.240247443318367f;
    p = p * f + 0.6931217908859253f;
    p = p * f + 0.9999992847442627f;
    return reinterpret_cast<Floats>(reinterpret_cast<Ints>(p) +
                                    (reinterpret_cast<Ints>(shifted) << 23));
}

struct Decision {
    std::uint64_t ones, open;
};

// fields.at(j) has the integers, or real numbers, of the units from j on; offset is in units of
// -log2(e).
template <bool WithOffset, class Fields>
inline Decision decide(const Bracket& bracket, const float* offset, const Fields& fields,
                       const std::uint16_t* draws) {
    std::uint64_t ones = 0, zeros = 0;
    const Floats one_bound = all_floats(bracket.certain_one);
    const Floats zero_bound = all_floats(bracket.certain_zero);
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < units_per_word; j += float_lanes) {
        Floats y = to_floats(fields.at(j)) * bracket.factor;
        if (WithOffset) y += load<Floats>(offset + j);
        const Floats q = power_of_two(clamp(y, -126.0f, 126.0f)) + 1.0f;
        const Floats reached = to_floats(to_ints(draws + j)) * q;
        ones |= std::uint64_t{less_bits(reached + q, one_bound)} << j;
        zeros |= std::uint64_t{less_bits(zero_bound, reached)} << j;
    }
    return {ones, ~(ones | zeros)};
}

// The rule itself, for one unit.
inline bool decide_exactly(double log_odds, std::uint16_t draw, std::size_t unit,
                           std::uint32_t chain, const Stream& stream) {
    const double probability = sigmoid(log_odds);
    const std::int32_t whole = static_cast<std::int32_t>(threshold_of(probability));
    if (draw != whole) return draw < whole;
    return refined_bit(probability, unit, chain, stream);
}

// Decides what is open of 64 units from `first` on by log_odds_of(j), in double precision; units
// that are not valid are 0.
template <class LogOdds>
inline std::uint64_t close_decision(Decision decision, std::uint64_t valid,
                                    const std::uint16_t* draws, std::size_t first,
                                    std::uint32_t chain, const Stream& stream,
                                    LogOdds log_odds_of) {
    for (std::uint64_t open = decision.open & valid; open != 0; open &= open - 1) {
        const std::size_t j = static_cast<std::size_t>(__builtin_ctzll(open));
        const bool bit = decide_exactly(log_odds_of(j), draws[j], first + j, chain, stream);
        decision.ones = (decision.ones & ~(open & -open)) | (std::uint64_t{bit} << j);
    }
    return decision.ones & valid;
}

}  // namespace
}  // namespace scorerbm
