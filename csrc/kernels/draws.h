// The 16-bit random numbers of 64 units of one chain, in order. They are those of draw16 in
// bernoulli.h; what depends only on the units, or only on the chain, is computed once for all.
#pragma once

#include "philox.h"
#include "vector.h"

namespace scorerbm {
namespace {

constexpr std::size_t units_per_word = columns_per_block;
constexpr std::size_t blocks_per_word = units_per_word / 8;
constexpr std::size_t draw_vectors = blocks_per_word / long_lanes;

// Rounds 0 to 2 of Philox mix the unit's block and the chain in one product only. In round r the
// four words of a counter become hi(c2 M1)^c1^k0, lo(c2 M1), hi(c0 M0)^c3^k1, lo(c0 M0).
struct UnitDraws {
    struct Lanes {
        Longs third, high, low, fourth;
    };
    Lanes lanes[draw_vectors];
    struct RoundKeys {
        Longs first, second;
    };
    RoundKeys keys[10];       // of each round, in all lanes
    std::uint32_t step_high;  // of the product that starts a chain's part

    UnitDraws(const Stream& stream, std::size_t first_unit) {
        std::uint32_t k0[10] = {stream.key.low}, k1[10] = {stream.key.high};
        for (std::size_t round = 1; round < 10; ++round) {
            k0[round] = k0[round - 1] + philox_w0;
            k1[round] = k1[round - 1] + philox_w1;
            keys[round] = {all_longs(k0[round]), all_longs(k1[round])};
        }
        const std::uint64_t of_step = std::uint64_t{stream.step} * philox_m1;
        step_high = static_cast<std::uint32_t>(of_step >> 32) ^ k0[0];
        const std::uint32_t step_low = static_cast<std::uint32_t>(of_step);
        for (std::size_t r = 0; r < draw_vectors; ++r) {
            const Longs block = block_numbers(first_unit / 8 + r * long_lanes);
            const Longs p0 = multiply_low(block, philox_m0);
            const Longs mixed = (p0 >> 32) ^ std::uint64_t{stream.domain ^ k1[0]};
            const Longs p1 = multiply_low(mixed, philox_m1);
            const Longs first = (p1 >> 32) ^ std::uint64_t{step_low ^ k0[1]};
            const Longs p2 = multiply_low(first, philox_m0);
            lanes[r] = {p0 ^ std::uint64_t{k1[1]}, p1 ^ std::uint64_t{k0[2]},
                        (p2 >> 32) ^ std::uint64_t{k1[2]}, p2};
        }
    }

    // Interleaving 64-bit halves puts even lanes before odd ones: they hold the blocks so that
    // these come out in order.
    static Longs block_numbers(std::size_t first) {
        Longs numbers = {};
        for (std::size_t i = 0; i < long_lanes; ++i) {
            numbers[i] = first + (i % 2) * (long_lanes / 2) + i / 2;
        }
        return numbers;
    }

    void draw(std::uint32_t chain, std::uint16_t* out) const {
        const std::uint64_t start = std::uint64_t{step_high ^ chain} * philox_m0;
        const Longs chain_high = all_longs(start >> 32), chain_low = all_longs(start & 0xFFFFFFFFu);
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < draw_vectors; r += interleaved) {
            finish_rounds(&lanes[r], chain_high, chain_low, out + r * long_lanes * 8);
        }
    }

    // Two vectors go through the rounds together: each waits for its products most of the time.
    static constexpr std::size_t interleaved = draw_vectors < 2 ? 1 : 2;

    void finish_rounds(const Lanes* lane, Longs chain_high, Longs chain_low,
                       std::uint16_t* out) const {
        Longs c0[interleaved], c1[interleaved], c2[interleaved], c3[interleaved];
        SCORERBM_UNROLL
        for (std::size_t i = 0; i < interleaved; ++i) {
            c1[i] = multiply_low(lane[i].third ^ chain_high, philox_m1);
            c0[i] = (c1[i] >> 32) ^ lane[i].high;
            c2[i] = lane[i].low ^ chain_low;
            c3[i] = lane[i].fourth;
        }
        SCORERBM_UNROLL
        for (std::size_t round = 3; round < 10; ++round) {
            SCORERBM_UNROLL
            for (std::size_t i = 0; i < interleaved; ++i) {
                const Longs p0 = multiply_low(c0[i], philox_m0);
                const Longs p1 = multiply_low(c2[i], philox_m1);
                c0[i] = (p1 >> 32) ^ (c1[i] ^ keys[round].first);
                c1[i] = p1;
                c2[i] = (p0 >> 32) ^ (c3[i] ^ keys[round].second);
                c3[i] = p0;
            }
        }
        const Longs low_half = all_longs(0xFFFFFFFFu);
        SCORERBM_UNROLL
        for (std::size_t i = 0; i < interleaved; ++i) {
            store_blocks((c0[i] & low_half) | (c1[i] << 32), (c2[i] & low_half) | (c3[i] << 32),
                         out + i * long_lanes * 8);
        }
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
};

}  // namespace
}  // namespace scorerbm
