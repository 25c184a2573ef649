// Expectations of relaxed units by a table, as in backends/reference/relaxed.py.
#pragma once

#include "relaxed.h"

namespace scorerbm {
namespace {

// One coefficient of all segments, and its look-up in each lane.
class Coefficient {
  public:
    explicit Coefficient(const float* numbers) {
#if defined(__AVX512BW__)
        all_ = _mm512_loadu_ps(numbers);
#elif defined(__AVX2__)
        low_ = _mm256_loadu_ps(numbers);
        high_ = _mm256_loadu_ps(numbers + 8);
#else
        numbers_ = numbers;
#endif
    }

    Floats at(Ints segment) const {
#if defined(__AVX512BW__)
        return _mm512_permutexvar_ps(reinterpret_cast<__m512i>(segment), all_);
#elif defined(__AVX2__)
        const __m256i index = reinterpret_cast<__m256i>(segment);
        // The sign chooses between the halves.
        const __m256 upper = _mm256_castsi256_ps(_mm256_slli_epi32(index, 28));
        return _mm256_blendv_ps(_mm256_permutevar8x32_ps(low_, index),
                                _mm256_permutevar8x32_ps(high_, index), upper);
#else
        Floats found;
        for (std::size_t i = 0; i < float_lanes; ++i) found[i] = numbers_[segment[i]];
        return found;
#endif
    }

  private:
#if defined(__AVX512BW__)
    __m512 all_;
#elif defined(__AVX2__)
    __m256 low_, high_;
#else
    const float* numbers_;
#endif
};

inline Ints truncate(Floats x) {
    return __builtin_convertvector(x, Ints);
}

void expectation(const ExpectationTask& task, std::size_t size) {
    const auto look_up = [&](Floats x) {
        const Ints sign = as_ints(x) & static_cast<std::int32_t>(0x80000000u);
        const Floats distance = as_floats(as_ints(x) & 0x7FFFFFFF) * task.scale;
        const Floats s = clamp(distance, 0.0f, last_of_table);
        // What is not a number has a segment too, and stays what it is by t.
        const Ints segment = truncate(s) & static_cast<std::int32_t>(table_segments - 1);
        const Floats t = s - (to_floats(segment) + 0.5f);
        Floats tail =
            Coefficient(task.coefficients + (table_terms - 1) * table_segments).at(segment);
        SCORERBM_UNROLL
        for (std::size_t n = table_terms - 1; n-- > 0;) {
            tail = tail * t + Coefficient(task.coefficients + n * table_segments).at(segment);
        }
        const Ints negative = sign >> 31;
        return as_floats((as_ints(tail) & negative) | (as_ints(1.0f - tail) & ~negative));
    };
    map_vectors(task.x, task.out, size, look_up);
}

}  // namespace
}  // namespace scorerbm
