// Philox blocks of a few neighbouring units for one chain after the other. What depends only on the
// units, or only on the chain, is computed once for all.
#pragma once

#include "philox.h"
#include "unroll.h"
#include "vector.h"

namespace scorerbm {
namespace {

// `Vectors` vectors of 64-bit lanes, a block a lane. Rounds 0 to 2 of Philox mix the unit's block
// and the chain in one product only. In round r the four words of a counter become
// hi(c2 M1)^c1^k0, lo(c2 M1), hi(c0 M0)^c3^k1, lo(c0 M0).
template <std::size_t Vectors>
class PhiloxLanes {
  public:
    // Vectors that go through the rounds together: each waits for its products most of the time.
    static constexpr std::size_t interleaved = Vectors < 2 ? 1 : 2;

    struct Result {
        Longs w0[interleaved], w1[interleaved], w2[interleaved], w3[interleaved];
    };

    // numbers(r) has the numbers of the blocks of vector r.
    template <class Numbers>
    PhiloxLanes(const Stream& stream, Numbers numbers) {
        std::uint32_t k0[10] = {stream.key.low}, k1[10] = {stream.key.high};
        for (std::size_t round = 1; round < 10; ++round) {
            k0[round] = k0[round - 1] + philox_w0;
            k1[round] = k1[round - 1] + philox_w1;
            keys_[round] = {all_longs(k0[round]), all_longs(k1[round])};
        }
        const std::uint64_t of_step = std::uint64_t{stream.step} * philox_m1;
        step_high_ = static_cast<std::uint32_t>(of_step >> 32) ^ k0[0];
        const std::uint32_t step_low = static_cast<std::uint32_t>(of_step);
        for (std::size_t r = 0; r < Vectors; ++r) {
            const Longs p0 = multiply_low(numbers(r), philox_m0);
            const Longs mixed = (p0 >> 32) ^ std::uint64_t{stream.domain ^ k1[0]};
            const Longs p1 = multiply_low(mixed, philox_m1);
            const Longs first = (p1 >> 32) ^ std::uint64_t{step_low ^ k0[1]};
            const Longs p2 = multiply_low(first, philox_m0);
            lanes_[r] = {p0 ^ std::uint64_t{k1[1]}, p1 ^ std::uint64_t{k0[2]},
                         (p2 >> 32) ^ std::uint64_t{k1[2]}, p2};
        }
    }

    // Calls visit(r, words) with the words of vectors r, r + 1, … (`interleaved` of them): each in
    // the lower half of its lane, below bits without meaning.
    template <class Visit>
    void draw(std::uint32_t chain, Visit visit) const {
        const std::uint64_t start = std::uint64_t{step_high_ ^ chain} * philox_m0;
        const Longs chain_high = all_longs(start >> 32), chain_low = all_longs(start & 0xFFFFFFFFu);
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < Vectors; r += interleaved) {
            visit(r, finish_rounds(&lanes_[r], chain_high, chain_low));
        }
    }

  private:
    struct Lanes {
        Longs third, high, low, fourth;
    };
    struct RoundKeys {
        Longs first, second;
    };

    Result finish_rounds(const Lanes* lane, Longs chain_high, Longs chain_low) const {
        Result c;
        SCORERBM_UNROLL
        for (std::size_t i = 0; i < interleaved; ++i) {
            c.w1[i] = multiply_low(lane[i].third ^ chain_high, philox_m1);
            c.w0[i] = (c.w1[i] >> 32) ^ lane[i].high;
            c.w2[i] = lane[i].low ^ chain_low;
            c.w3[i] = lane[i].fourth;
        }
        SCORERBM_UNROLL
        for (std::size_t round = 3; round < 10; ++round) {
            SCORERBM_UNROLL
            for (std::size_t i = 0; i < interleaved; ++i) {
                const Longs p0 = multiply_low(c.w0[i], philox_m0);
                const Longs p1 = multiply_low(c.w2[i], philox_m1);
                c.w0[i] = (p1 >> 32) ^ (c.w1[i] ^ keys_[round].first);
                c.w1[i] = p1;
                c.w2[i] = (p0 >> 32) ^ (c.w3[i] ^ keys_[round].second);
                c.w3[i] = p0;
            }
        }
        return c;
    }

    Lanes lanes_[Vectors];
    RoundKeys keys_[10];       // of each round, in all lanes
    std::uint32_t step_high_;  // of the product that starts a chain's part
};

}  // namespace
}  // namespace scorerbm
