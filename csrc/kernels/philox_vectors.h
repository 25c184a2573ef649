// Philox blocks in 64-bit lanes, with what depends only on the units, or only on the chain,
// computed once for many blocks.
#pragma once

#include "philox.h"
#include "unroll.h"
#include "vector.h"

namespace scorerbm {
namespace {

// The words of `Count` vectors of blocks: each in the lower half of its lane, below bits without
// meaning.
template <std::size_t Count>
struct PhiloxWords {
    Longs w0[Count], w1[Count], w2[Count], w3[Count];
};

// Rounds 0 to 2 mix the unit's block and the chain in one product only. In round r the four words
// of a counter become hi(c2 M1)^c1^k0, lo(c2 M1), hi(c0 M0)^c3^k1, lo(c0 M0).
class PhiloxRounds {
  public:
    // What numbers of blocks, or chains, contribute to those rounds.
    struct OfUnits {
        Longs third, high, low, fourth;
    };
    struct OfChains {
        Longs high, low;
    };

    explicit PhiloxRounds(const Stream& stream) : domain_(stream.domain) {
        std::uint32_t k0 = stream.key.low, k1 = stream.key.high;
        const std::uint64_t of_step = std::uint64_t{stream.step} * philox_m1;
        step_high_ = static_cast<std::uint32_t>(of_step >> 32) ^ k0;
        step_low_ = static_cast<std::uint32_t>(of_step);
        for (std::size_t round = 0; round < 10; ++round, k0 += philox_w0, k1 += philox_w1) {
            keys_[round] = {all_longs(k0), all_longs(k1)};
        }
    }

    OfUnits of_units(Longs numbers) const {
        const Longs p0 = multiply_low(numbers, philox_m0);
        const Longs mixed = (p0 >> 32) ^ (std::uint64_t{domain_} ^ keys_[0].second);
        const Longs p1 = multiply_low(mixed, philox_m1);
        const Longs first = (p1 >> 32) ^ (std::uint64_t{step_low_} ^ keys_[1].first);
        const Longs p2 = multiply_low(first, philox_m0);
        return {p0 ^ keys_[1].second, p1 ^ keys_[2].first, (p2 >> 32) ^ keys_[2].second, p2};
    }

    OfChains of_chains(Longs chains) const {
        const Longs start = multiply_low(chains ^ std::uint64_t{step_high_}, philox_m0);
        return {start >> 32, start & std::uint64_t{0xFFFFFFFFu}};
    }

    // The words of `Count` vectors of blocks, which go through the rounds together: each waits for
    // its products most of the time. units(i) and chains(i) have what vector i starts from.
    template <std::size_t Count, class Units, class Chains>
    PhiloxWords<Count> finish(Units units, Chains chains) const {
        PhiloxWords<Count> c;
        SCORERBM_UNROLL
        for (std::size_t i = 0; i < Count; ++i) {
            const OfUnits& unit = units(i);
            const OfChains& chain = chains(i);
            c.w1[i] = multiply_low(unit.third ^ chain.high, philox_m1);
            c.w0[i] = (c.w1[i] >> 32) ^ unit.high;
            c.w2[i] = unit.low ^ chain.low;
            c.w3[i] = unit.fourth;
        }
        SCORERBM_UNROLL
        for (std::size_t round = 3; round < 10; ++round) {
            SCORERBM_UNROLL
            for (std::size_t i = 0; i < Count; ++i) {
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

  private:
    struct RoundKeys {
        Longs first, second;
    };

    RoundKeys keys_[10];  // of each round, in all lanes
    std::uint32_t domain_, step_high_, step_low_;
};

}  // namespace
}  // namespace scorerbm
