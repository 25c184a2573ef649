// x * y + z rounded once, in single precision.
#pragma once

#include "vector.h"

namespace scorerbm {
namespace {

#if defined(__AVX512BW__) || defined(__FMA__) || defined(__aarch64__)
constexpr bool has_fused = true;
#else
constexpr bool has_fused = false;
#endif

using Doubles = Vector<double>;

// Halves of a vector in double precision, and back.
#if defined(__SSE2__) && !defined(__AVX__)
inline Doubles low_half(Floats x) {
    return _mm_cvtps_pd(x);
}
inline Doubles high_half(Floats x) {
    return _mm_cvtps_pd(_mm_movehl_ps(x, x));
}
inline Floats join_halves(Doubles low, Doubles high) {
    return _mm_movelh_ps(_mm_cvtpd_ps(low), _mm_cvtpd_ps(high));
}
inline bool any(Longs lanes) {
    return _mm_movemask_epi8(reinterpret_cast<__m128i>(lanes)) != 0;
}
#else
using HalfFloats = Vector<float, vector_bytes / 2>;

inline Doubles half(const char* from) {
    return __builtin_convertvector(load<HalfFloats>(from), Doubles);
}
inline Doubles low_half(Floats x) {
    return half(reinterpret_cast<const char*>(&x));
}
inline Doubles high_half(Floats x) {
    return half(reinterpret_cast<const char*>(&x) + sizeof(HalfFloats));
}
inline Floats join_halves(Doubles low, Doubles high) {
    const HalfFloats halves[] = {__builtin_convertvector(low, HalfFloats),
                                 __builtin_convertvector(high, HalfFloats)};
    return load<Floats>(halves);
}
inline bool any(Longs lanes) {
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < long_lanes; ++i) all |= lanes[i];
    return all != 0;
}
#endif

// The product of two floats is exact in double precision; its sum with a third is rounded twice,
// which matters only where the first rounding lands halfway between two floats, or where these are
// subnormal.
inline Longs twice_rounded(Doubles sum) {
    const Longs bits = reinterpret_cast<Longs>(sum);
    const Longs magnitude = bits & 0x7FFFFFFFFFFFFFFFu;
    const Longs halfway = reinterpret_cast<Longs>((bits & 0x1FFFFFFF) == 0x10000000);
    return halfway |
           reinterpret_cast<Longs>(reinterpret_cast<Doubles>(magnitude) < Doubles{} + 0x1p-126);
}

// p + c with its last bit odd where it is not exact, after which rounding to a float rounds the
// exact value (Boldo and Melquiond, doi 10.1109/TC.2007.70819). Knuth's algorithm finds the error.
inline Doubles sum_to_odd(Doubles p, Doubles c) {
    const Doubles sum = p + c, part = sum - p;
    const Doubles error = (p - (sum - part)) + (c - part), zero = {};
    const Longs bits = reinterpret_cast<Longs>(sum);
    const Longs even = (bits & 1) - 1;
    const Longs above = reinterpret_cast<Longs>(error > zero);
    const Longs below = reinterpret_cast<Longs>(error < zero);
    const Longs negative = reinterpret_cast<Longs>(sum < zero);
    // Towards the error: away from zero if it has the sum's sign. All ones are -1.
    const Longs outwards = (above & ~negative) | (below & negative);
    const Longs inwards = (above & negative) | (below & ~negative);
    return reinterpret_cast<Doubles>(bits + ((inwards - outwards) & even));
}

inline Floats fused(Floats x, Floats y, Floats z) {
#if defined(__AVX512BW__)
    return _mm512_fmadd_ps(x, y, z);
#elif defined(__FMA__)
    return _mm256_fmadd_ps(x, y, z);
#elif defined(__aarch64__)
    return vfmaq_f32(z, x, y);
#else
    const Doubles p = low_half(x) * low_half(y), q = high_half(x) * high_half(y);
    const Doubles c = low_half(z), d = high_half(z);
    const Doubles low = p + c, high = q + d;
    if (any(twice_rounded(low) | twice_rounded(high))) {
        return join_halves(sum_to_odd(p, c), sum_to_odd(q, d));
    }
    return join_halves(low, high);
#endif
}

}  // namespace
}  // namespace scorerbm
