// The 16-bit random numbers of 64 units of one chain, in order. They are those of draw16 in
// bernoulli.h.
#pragma once

#include "philox_lanes.h"

namespace scorerbm {
namespace {

constexpr std::size_t units_per_word = columns_per_block;
constexpr std::size_t draw_vectors = units_per_word / 8 / long_lanes;

class UnitDraws {
  public:
    UnitDraws(const Stream& stream, std::size_t first_unit)
        : lanes_(stream,
                 [=](std::size_t r) { return block_numbers(first_unit / 8 + r * long_lanes); }) {}

    void draw(std::uint32_t chain, std::uint16_t* out) const {
        const Longs low_half = all_longs(0xFFFFFFFFu);
        lanes_.draw(chain, [=](std::size_t r, const Lanes::Result& c) {
            SCORERBM_UNROLL
            for (std::size_t i = 0; i < Lanes::interleaved; ++i) {
                store_blocks((c.w0[i] & low_half) | (c.w1[i] << 32),
                             (c.w2[i] & low_half) | (c.w3[i] << 32),
                             out + (r + i) * long_lanes * 8);
            }
        });
    }

  private:
    using Lanes = PhiloxLanes<draw_vectors>;

    // Interleaving 64-bit halves puts even lanes before odd ones: they hold the blocks so that
    // these come out in order.
    static Longs block_numbers(std::size_t first) {
        Longs numbers = {};
        for (std::size_t i = 0; i < long_lanes; ++i) {
            numbers[i] = first + (i % 2) * (long_lanes / 2) + i / 2;
        }
        return numbers;
    }

    // Lane i of the two is the first and second half of one block.
    static void store_blocks(Longs first, Longs second, std::uint16_t* out) {
#if defined(__AVX512BW__)
        const __m512i x = reinterpret_cast<__m512i>(first), y = reinterpret_cast<__m512i>(second);
        _mm512_storeu_si512(out, _mm512_unpacklo_epi64(x, y));
        _mm512_storeu_si512(out + 32, _mm512_unpackhi_epi64(x, y));
#elif defined(__AVX2__)
        const __m256i x = reinterpret_cast<__m256i>(first), y = reinterpret_cast<__m256i>(second);
        store(out, _mm256_unpacklo_epi64(x, y));
        store(out + 16, _mm256_unpackhi_epi64(x, y));
#else
        for (std::size_t i = 0; i < long_lanes; ++i) {
            const std::uint64_t block[2] = {first[i], second[i]};
            std::memcpy(out + 8 * ((i % 2) * (long_lanes / 2) + i / 2), block, sizeof block);
        }
#endif
    }

    Lanes lanes_;
};

}  // namespace
}  // namespace scorerbm
