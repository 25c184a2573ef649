// Vectors of the width that the level has, as extensions of GCC and Clang, and the few operations
// for which those have no syntax.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "rows of bits are read as little-endian words"
#endif

namespace scorerbm {
namespace {

#if defined(__AVX512BW__) && defined(__AVX512DQ__) && defined(__AVX512VL__)
constexpr std::size_t vector_bytes = 64;
#elif defined(__AVX2__)
constexpr std::size_t vector_bytes = 32;
#else
constexpr std::size_t vector_bytes = 16;
#endif

template <class Number, std::size_t Bytes = vector_bytes>
struct VectorType {
    typedef Number type __attribute__((vector_size(Bytes)));
};
template <class Number, std::size_t Bytes = vector_bytes>
using Vector = typename VectorType<Number, Bytes>::type;

using Floats = Vector<float>;
using Ints = Vector<std::int32_t>;
using Longs = Vector<std::uint64_t>;

constexpr std::size_t float_lanes = vector_bytes / sizeof(float);
constexpr std::size_t long_lanes = vector_bytes / sizeof(std::uint64_t);

template <class V>
inline V load(const void* from) {
    V value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class V>
inline void store(void* to, V value) {
    std::memcpy(to, &value, sizeof value);
}

// The same number in all lanes; adding a scalar to the zero vector broadcasts it.
inline Floats all_floats(float x) {
    return Floats{} + x;
}
inline Longs all_longs(std::uint64_t x) {
    return Longs{} + x;
}

// Products of the lower halves of 64-bit lanes, whatever their upper halves hold.
inline Longs multiply_low(Longs x, std::uint32_t factor) {
#if defined(__AVX512BW__)
    return reinterpret_cast<Longs>(
        _mm512_mul_epu32(reinterpret_cast<__m512i>(x), _mm512_set1_epi64(factor)));
#elif defined(__AVX2__)
    return reinterpret_cast<Longs>(
        _mm256_mul_epu32(reinterpret_cast<__m256i>(x), _mm256_set1_epi64x(factor)));
#elif defined(__SSE2__)
    return reinterpret_cast<Longs>(
        _mm_mul_epu32(reinterpret_cast<__m128i>(x), _mm_set1_epi64x(factor)));
#elif defined(__aarch64__)
    return reinterpret_cast<Longs>(
        vmull_u32(vmovn_u64(reinterpret_cast<uint64x2_t>(x)), vdup_n_u32(factor)));
#else
    return (x & 0xFFFFFFFFu) * std::uint64_t{factor};
#endif
}

// The lower halves of 64-bit lanes: of lane i the first number's, then the second's.
inline Ints join_low_halves(Longs first, Longs second) {
#if defined(__AVX2__) && !defined(__AVX512BW__)
    return reinterpret_cast<Ints>(_mm256_blend_epi32(
        reinterpret_cast<__m256i>(first), reinterpret_cast<__m256i>(second << 32), 0xAA));
#else
    return reinterpret_cast<Ints>((first & 0xFFFFFFFFu) | (second << 32));
#endif
}

// What is not a number stays so: instructions return the second operand then.
inline Floats clamp(Floats x, float least, float most) {
#if defined(__AVX512BW__)
    return _mm512_min_ps(_mm512_set1_ps(most), _mm512_max_ps(_mm512_set1_ps(least), x));
#elif defined(__AVX2__)
    return _mm256_min_ps(_mm256_set1_ps(most), _mm256_max_ps(_mm256_set1_ps(least), x));
#elif defined(__SSE2__)
    return _mm_min_ps(_mm_set1_ps(most), _mm_max_ps(_mm_set1_ps(least), x));
#else
    const Floats low = x < all_floats(least) ? all_floats(least) : x;
    return low > all_floats(most) ? all_floats(most) : low;
#endif
}

inline Floats square_root(Floats x) {
#if defined(__AVX512BW__)
    return _mm512_sqrt_ps(x);
#elif defined(__AVX2__)
    return _mm256_sqrt_ps(x);
#elif defined(__SSE2__)
    return _mm_sqrt_ps(x);
#elif defined(__aarch64__)
    return reinterpret_cast<Floats>(vsqrtq_f32(reinterpret_cast<float32x4_t>(x)));
#else
    for (std::size_t i = 0; i < float_lanes; ++i) x[i] = __builtin_sqrtf(x[i]);
    return x;
#endif
}

// Of each lane the first number if the integer is negative, else the second.
inline Floats select_by_sign(Ints x, Floats negative, Floats other) {
#if defined(__AVX2__) && !defined(__AVX512BW__)
    return _mm256_blendv_ps(other, negative, reinterpret_cast<__m256>(x));
#else
    const Ints mask = x >> 31;
    return reinterpret_cast<Floats>((reinterpret_cast<Ints>(negative) & mask) |
                                    (reinterpret_cast<Ints>(other) & ~mask));
#endif
}

// Bit i of the result says whether x < y in lane i; false where either is not a number.
inline std::uint32_t less_bits(Floats x, Floats y) {
#if defined(__AVX512BW__)
    return _mm512_cmp_ps_mask(x, y, _CMP_LT_OQ);
#elif defined(__AVX2__)
    return static_cast<std::uint32_t>(_mm256_movemask_ps(_mm256_cmp_ps(x, y, _CMP_LT_OQ)));
#elif defined(__SSE2__)
    return static_cast<std::uint32_t>(_mm_movemask_ps(_mm_cmplt_ps(x, y)));
#elif defined(__aarch64__)
    const Ints less = x < y;
    const Ints weights = {1, 2, 4, 8};
    return static_cast<std::uint32_t>(vaddvq_s32(reinterpret_cast<int32x4_t>(less & weights)));
#else
    const Ints less = x < y;
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < float_lanes; ++i) bits |= (less[i] != 0 ? 1u : 0u) << i;
    return bits;
#endif
}

// Bit i of the result says whether lane i is negative.
inline std::uint32_t sign_bits(Ints x) {
#if defined(__AVX512BW__)
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(x));
#elif defined(__AVX2__)
    return static_cast<std::uint32_t>(_mm256_movemask_ps(reinterpret_cast<__m256>(x)));
#elif defined(__SSE2__)
    return static_cast<std::uint32_t>(_mm_movemask_ps(reinterpret_cast<__m128>(x)));
#else
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < float_lanes; ++i) bits |= (x[i] < 0 ? 1u : 0u) << i;
    return bits;
#endif
}

// As many 16- or 32-bit integers as a vector of floats has lanes. Compilers widen the vector
// extensions' way in two halves.
inline Ints to_ints(const std::int16_t* from) {
#if defined(__AVX512BW__)
    return reinterpret_cast<Ints>(_mm512_cvtepi16_epi32(load<__m256i>(from)));
#elif defined(__AVX2__)
    return reinterpret_cast<Ints>(_mm256_cvtepi16_epi32(load<__m128i>(from)));
#else
    return __builtin_convertvector(load<Vector<std::int16_t, vector_bytes / 2> >(from), Ints);
#endif
}

inline Ints to_ints(const std::uint16_t* from) {
#if defined(__AVX512BW__)
    return reinterpret_cast<Ints>(_mm512_cvtepu16_epi32(load<__m256i>(from)));
#elif defined(__AVX2__)
    return reinterpret_cast<Ints>(_mm256_cvtepu16_epi32(load<__m128i>(from)));
#else
    return __builtin_convertvector(load<Vector<std::uint16_t, vector_bytes / 2> >(from), Ints);
#endif
}

inline Ints to_ints(const std::int32_t* from) {
    return load<Ints>(from);
}

inline Floats to_floats(Ints x) {
    return __builtin_convertvector(x, Floats);
}
inline Floats to_floats(Floats x) {
    return x;
}

}  // namespace
}  // namespace scorerbm
