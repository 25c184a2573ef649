// The 16-bit random numbers of one unit of many chains: those of draw16 in bernoulli.h, but with a
// chain a lane.
#pragma once

#include "philox_vectors.h"
#include "tile.h"

namespace scorerbm {
namespace {

constexpr std::size_t words_per_block = 4;

// The unit's number is a half of a word that it shares with its neighbour.
inline Ints half_word(const std::uint32_t* words, std::size_t unit) {
    const auto both = load<Vector<std::uint32_t> >(words);
    return reinterpret_cast<Ints>(unit % 2 == 0 ? both & 0xFFFFu : both >> 16);
}

// Numbers for at most `lanes_per_graph_tile` chains, `lanes` of them (a multiple of graph_padding).
class ChainDraws {
  public:
    ChainDraws(const Stream& stream, std::size_t lanes)
        : rounds_(stream), vectors_(lanes / (2 * long_lanes)) {
        for (std::size_t v = 0; v < vectors_; ++v) {
            const Longs pairs = load<Longs>(stream.chains + v * 2 * long_lanes);
            chains_[2 * v] = rounds_.of_chains(pairs);  // of which the lower halves count
            chains_[2 * v + 1] = rounds_.of_chains(pairs >> 32);
        }
    }

    // Writes (words_per_block, lanes): the words of units 8 block … 8 block + 7.
    void draw(std::size_t block, std::uint32_t* out) const {
        const PhiloxRounds::OfUnits of_block = rounds_.of_units(all_longs(block));
        const std::size_t lanes = vectors_ * 2 * long_lanes;
        const Longs low_half = all_longs(0xFFFFFFFFu);
        for (std::size_t v = 0; v < vectors_; ++v, out += 2 * long_lanes) {
            const PhiloxWords<2> c = rounds_.finish<2>(
                [&](std::size_t) -> const PhiloxRounds::OfUnits& { return of_block; },
                [&](std::size_t i) -> const PhiloxRounds::OfChains& { return chains_[2 * v + i]; });
            // Even chains below odd ones: all in order.
            const auto merge = [&](const Longs* w) { return (w[0] & low_half) | (w[1] << 32); };
            store(out, merge(c.w0));
            store(out + lanes, merge(c.w1));
            store(out + 2 * lanes, merge(c.w2));
            store(out + 3 * lanes, merge(c.w3));
        }
    }

  private:
    PhiloxRounds rounds_;
    std::size_t vectors_;
    PhiloxRounds::OfChains chains_[lanes_per_graph_tile / long_lanes];
};

}  // namespace
}  // namespace scorerbm
