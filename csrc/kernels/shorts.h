// Vectors of 16-bit integers with the high half of a product and saturating sums, which x86-64 has.
#pragma once

#include "vector.h"

#if defined(__SSSE3__)
#define SCORERBM_SHORTS 1

namespace scorerbm {
namespace {

using Shorts = Vector<std::uint16_t>;
using SignedShorts = Vector<std::int16_t>;
constexpr std::size_t short_lanes = vector_bytes / sizeof(std::uint16_t);

#if defined(__AVX512BW__)
using Register = __m512i;
#define SCORERBM_VECTOR_OPERATION(name) _mm512_##name
#elif defined(__AVX2__)
using Register = __m256i;
#define SCORERBM_VECTOR_OPERATION(name) _mm256_##name
#else
using Register = __m128i;
#define SCORERBM_VECTOR_OPERATION(name) _mm_##name
#endif

inline Register raw(Shorts x) {
    return reinterpret_cast<Register>(x);
}
inline Shorts shorts(Register x) {
    return reinterpret_cast<Shorts>(x);
}
inline Shorts all_shorts(std::uint16_t x) {
    return shorts(SCORERBM_VECTOR_OPERATION(set1_epi16)(static_cast<std::int16_t>(x)));
}

inline Shorts multiply_high(Shorts x, Shorts y) {
    return shorts(SCORERBM_VECTOR_OPERATION(mulhi_epu16)(raw(x), raw(y)));
}
inline Shorts add_saturating(Shorts x, Shorts y) {
    return shorts(SCORERBM_VECTOR_OPERATION(adds_epu16)(raw(x), raw(y)));
}
inline Shorts subtract_saturating(Shorts x, Shorts y) {
    return shorts(SCORERBM_VECTOR_OPERATION(subs_epu16)(raw(x), raw(y)));
}
inline Shorts magnitude(Shorts x) {
    return shorts(SCORERBM_VECTOR_OPERATION(abs_epi16)(raw(x)));
}
// All bits set in negative lanes.
inline Shorts sign_of(Shorts x) {
    return shorts(SCORERBM_VECTOR_OPERATION(srai_epi16)(raw(x), 15));
}
inline Shorts least(Shorts x, Shorts y) {
    return shorts(SCORERBM_VECTOR_OPERATION(min_epu16)(raw(x), raw(y)));
}
// The same distance in every lane.
inline Shorts shift_left(Shorts x, int distance) {
    return shorts(SCORERBM_VECTOR_OPERATION(sll_epi16)(raw(x), _mm_cvtsi32_si128(distance)));
}

// x 2^-k for k < 16, rounded down; for k = 0 it may be 1 less than x.
inline Shorts shift_right_each(Shorts x, Shorts k) {
#if defined(__AVX512BW__)
    return shorts(_mm512_srlv_epi16(raw(x), raw(k)));
#else
    // The powers 2^(16-k), a byte at a time; a byte whose index has its top bit set becomes zero.
    const __m128i low_bytes = _mm_setr_epi8(-1, 0, 0, 0, 0, 0, 0, 0, 0, -128, 64, 32, 16, 8, 4, 2);
    const __m128i high_bytes = _mm_setr_epi8(-1, -128, 64, 32, 16, 8, 4, 2, 1, 0, 0, 0, 0, 0, 0, 0);
#if defined(__AVX2__)
    const __m256i low = _mm256_broadcastsi128_si256(low_bytes);
    const __m256i high = _mm256_broadcastsi128_si256(high_bytes);
#else
    const __m128i low = low_bytes, high = high_bytes;
#endif
    const Shorts of_low =
        shorts(SCORERBM_VECTOR_OPERATION(shuffle_epi8)(low, raw(k | all_shorts(0x8000))));
    const Shorts of_high =
        shorts(SCORERBM_VECTOR_OPERATION(shuffle_epi8)(high, raw((k << 8) | all_shorts(0x0080))));
    return multiply_high(x, of_low | of_high);
#endif
}

// Bit i of the result is set if lane i of the two vectors, taken one after the other, is not zero.
// Lanes are 0 or -1.
inline std::uint64_t lane_bits(Shorts first, Shorts second) {
#if defined(__AVX512BW__)
    return std::uint64_t{_mm512_movepi16_mask(raw(first))} |
           std::uint64_t{_mm512_movepi16_mask(raw(second))} << 32;
#elif defined(__AVX2__)
    const __m256i packed =
        _mm256_permute4x64_epi64(_mm256_packs_epi16(raw(first), raw(second)), 0xD8);
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(packed));
#else
    return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(raw(first), raw(second))));
#endif
}

// Sums of signed lanes 2 i and 2 i + 1, in 32 bits.
inline Ints add_pairs(Shorts x) {
    return reinterpret_cast<Ints>(
        SCORERBM_VECTOR_OPERATION(madd_epi16)(raw(x), raw(all_shorts(1))));
}

// Sixteen bits in every lane: those that belong to the lanes' own part of the vector.
inline Shorts spread_bits(std::uint64_t bits) {
#if defined(__AVX512BW__)
    const Shorts low = all_shorts(static_cast<std::uint16_t>(bits));
    const Shorts high = all_shorts(static_cast<std::uint16_t>(bits >> 16));
    return shorts(_mm512_mask_mov_epi16(raw(low), 0xFFFF0000u, raw(high)));
#else
    return all_shorts(static_cast<std::uint16_t>(bits));
#endif
}

inline bool any_lane(Shorts x) {
#if defined(__AVX512BW__)
    return _mm512_test_epi16_mask(raw(x), raw(x)) != 0;
#elif defined(__AVX2__)
    return _mm256_testz_si256(raw(x), raw(x)) == 0;
#else
    return _mm_movemask_epi8(raw(x)) != 0;
#endif
}

#undef SCORERBM_VECTOR_OPERATION

}  // namespace
}  // namespace scorerbm

#else
#define SCORERBM_SHORTS 0
#endif
