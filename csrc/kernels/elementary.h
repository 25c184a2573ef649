// Elementary functions from IEEE basic operations only, in the order of
// backends/reference/elementary.py: the same bits on every machine. Branches are written as
// selects, and conversions as bit patterns, so that loops over them vectorise at every CPU level.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace scorerbm {
namespace {

constexpr double log2_e = 1.4426950408889634;
// ln 2 in two parts: the high one has zeros enough that k * ln2_high is exact for |k| < 2^20.
constexpr double ln2_high = 6.93147180369123816490e-01;
constexpr double ln2_low = 1.90821492927058770002e-10;
// Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even.
constexpr double rounding = 6755399441055744.0;
constexpr double smallest_exponent = -708.0;  // exp of less would be subnormal
constexpr double sqrt_half = 0.7071067811865476;
constexpr double two_52 = 4503599627370496.0;

constexpr double exp_coefficients[] = {
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40320.0,
    1.0 / 362880.0,
    1.0 / 3628800,
    1.0 / 39916800,
    1.0 / 479001600,
    1.0 / 6227020800,
};
constexpr double log_coefficients[] = {
    1.0,        1.0 / 3.0,  1.0 / 5.0,  1.0 / 7.0,  1.0 / 9.0,  1.0 / 11.0,
    1.0 / 13.0, 1.0 / 15.0, 1.0 / 17.0, 1.0 / 19.0, 1.0 / 21.0,
};

inline std::uint64_t bits_of(double x) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    return bits;
}

inline double from_bits(std::uint64_t bits) {
    double x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

// The value of a word as a double: its bits are put below those of 2^52.
inline double to_double(std::uint32_t word) {
    return from_bits(0x4330000000000000u | word) - two_52;
}

inline double magnitude(double x) {
    return from_bits(bits_of(x) & 0x7FFFFFFFFFFFFFFFu);
}

// Written as a recursion, since compilers vectorise a loop only once inner loops are gone.
template <std::size_t Size, std::size_t Term = 0>
inline double horner(double x, const double (&coefficients)[Size]) {
    if constexpr (Term + 1 == Size) {
        return coefficients[Term];
    } else {
        return horner<Size, Term + 1>(x, coefficients) * x + coefficients[Term];
    }
}

// exp(x) for x <= 0; arguments below -708 count as -708.
inline double exp_nonpositive(double x) {
    x = x < smallest_exponent ? smallest_exponent : x;
    const double shifted = x * log2_e + rounding;
    const double k = shifted - rounding;
    const double r = (x - k * ln2_high) - k * ln2_low;
    // The low bits of `shifted` hold k: with the bias added they are the exponent of 2^k.
    const double power = from_bits((bits_of(shifted) + 1023) << 52);
    return horner(r, exp_coefficients) * power;
}

// ln(x) for normal positive x: x = m 2^e with m in [sqrt(1/2), sqrt(2)),
// ln m = 2 artanh((m-1)/(m+1)).
inline double log(double x) {
    const std::uint64_t bits = bits_of(x);
    const double fraction = from_bits((bits & 0x000FFFFFFFFFFFFFu) | 0x3FE0000000000000u);
    const double exponent = (from_bits(0x4330000000000000u | (bits >> 52)) - two_52) - 1022.0;
    const bool small = fraction < sqrt_half;
    const double m = small ? fraction * 2.0 : fraction;
    const double e = small ? exponent - 1.0 : exponent;
    const double s = (m - 1.0) / (m + 1.0);
    return e * ln2_high + (2.0 * (s * horner(s * s, log_coefficients)) + e * ln2_low);
}

// From exp(-|x|), so that neither tail cancels.
inline double sigmoid(double x) {
    const double e = exp_nonpositive(-magnitude(x));
    return (x >= 0.0 ? 1.0 : e) / (1.0 + e);
}

// ln(1+e^x) = max(x, 0) + ln(1 + exp(-|x|)); not-a-number stays what it is.
inline double softplus(double x) {
    const double positive = x < 0.0 ? 0.0 : x;
    return positive + log(1.0 + exp_nonpositive(-magnitude(x)));
}

// The upper 53 bits of a 64-bit word, over 2^53. Each step is exact.
inline double uniform53(std::uint32_t high, std::uint32_t low) {
    return (to_double(high) * 0x1p21 + to_double(low >> 11)) * 0x1p-53;
}

}  // namespace
}  // namespace scorerbm
