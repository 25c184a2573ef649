// Elementary functions in single precision, from IEEE basic operations only and in the order of
// backends/reference/single.py: the same bits on every machine. Errors are relative and come from
// rounding, a few 2^-24, unless said otherwise.
#pragma once

#include "vector.h"

namespace scorerbm {
namespace {

constexpr float single_log2_e = 1.44269504f, single_ln_2 = 0.693147182f;
constexpr float single_half_pi = 1.57079637f;
constexpr float largest_power = 126.0f;  // 2^126 and its inverse are normal numbers
constexpr std::int32_t bits_of_sqrt_half = 0x3F3504F3;

// Minimax in the relative error: 2^f on [-1/2, 1/2] within 8e-8; 2 artanh(s)/(s ln 2) for s^2 <=
// 0.0295 within 1.2e-7; sin(d)/d and cos(d) on [-pi/4, pi/4] within 4e-8.
constexpr float exp2_terms[] = {1.00000012f,   0.693146944f,   0.240221202f,
                                0.0555071346f, 0.00967554096f, 0.00132764666f};
constexpr float log2_terms[] = {2.88539052f, 0.961588264f, 0.595782518f};
constexpr float sine_terms[] = {1.0f, -0.166666508f, 0.00833201595f, -0.000195017885f};
constexpr float cosine_terms[] = {0.99999994f, -0.49999842f, 0.0416541543f, -0.00135793723f};

template <std::size_t Size, std::size_t Term = 0>
inline Floats horner(Floats x, const float (&terms)[Size]) {
    if constexpr (Term + 1 == Size) {
        return all_floats(terms[Term]);
    } else {
        return horner<Size, Term + 1>(x, terms) * x + terms[Term];
    }
}

inline Ints as_ints(Floats x) {
    return reinterpret_cast<Ints>(x);
}
inline Floats as_floats(Ints x) {
    return reinterpret_cast<Floats>(x);
}

// 2^y; beyond 126 in magnitude y counts as that.
inline Floats exp2(Floats y) {
    y = clamp(y, -largest_power, largest_power);
    const Floats shifted = y + 12582912.0f;  // 1.5 * 2^23: rounds to the nearest integer
    const Floats f = y - (shifted - 12582912.0f);
    // The low bits of `shifted` hold the integer, which goes to the exponent.
    return as_floats(as_ints(horner(f, exp2_terms)) + (as_ints(shifted) << 23));
}

// log2 x of a normal positive x = m 2^e with m in [sqrt(1/2), sqrt(2)).
inline Floats log2(Floats x) {
    const Ints e = (as_ints(x) - bits_of_sqrt_half) >> 23;
    const Floats m = as_floats(as_ints(x) - (e << 23));
    const Floats s = (m - 1.0f) / (m + 1.0f);
    return to_floats(e) + s * horner(s * s, log2_terms);
}

inline Floats sigmoid(Floats x) {
    return 1.0f / (exp2(x * -single_log2_e) + 1.0f);
}

struct FloatPair {
    Floats first, second;
};

// Two normal numbers by Box and Muller. 31 bits of the first word choose the radius, which ends at
// 6.7; the top two bits of the second the quadrant.
inline FloatPair normal_pair(Ints radius_word, Ints angle_word) {
    const Ints positive = (radius_word >> 1) & 0x7FFFFFFF;
    const Floats u = to_floats(positive) * 0x1p-31f + 0x1p-32f;
    const Floats radius = square_root(log2(u) * (-2.0f * single_ln_2));
    const Floats d = to_floats(angle_word << 2) * (0x1p-32f * single_half_pi);
    const Floats square = d * d;
    const Ints sine = as_ints(d * horner(square, sine_terms));
    const Ints cosine = as_ints(horner(square, cosine_terms));
    // A turn by a right angle maps (x, y) to (-y, x): odd quadrants exchange them, and the sign of
    // the first is negative in quadrants 1 and 2, that of the second in 2 and 3.
    const Ints odd = (angle_word << 1) >> 31;
    const Ints top = Ints{} + static_cast<std::int32_t>(0x80000000u);
    const Ints first = ((cosine & ~odd) | (sine & odd)) ^ ((angle_word ^ (angle_word << 1)) & top);
    const Ints second = ((sine & ~odd) | (cosine & odd)) ^ (angle_word & top);
    return {radius * as_floats(first), radius * as_floats(second)};
}

// Of a uniform u from the nearer end of [0, 1], by 31 bits of a word; the top bit says which one, 1
// if it is set.
inline Floats distance_from_end(Ints word) {
    return to_floats(word & 0x7FFFFFFF) * 0x1p-32f + 0x1p-33f;
}

// ln(u/(1-u)): both tails reach 22.9.
inline Floats logistic(Ints word) {
    const Floats u = distance_from_end(word);
    const Floats magnitude = log2((1.0f - u) / u) * single_ln_2;
    return as_floats(as_ints(magnitude) ^ (~word & static_cast<std::int32_t>(0x80000000u)));
}

}  // namespace
}  // namespace scorerbm
