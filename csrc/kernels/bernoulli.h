// Bits of given probabilities. The first 16 binary digits of a uniform number decide, except on a
// tie (once in 65536), where 53 more digits from a block of their own do.
#pragma once

#include "elementary.h"
#include "philox.h"
#include "tile.h"

namespace scorerbm {
namespace {

// The threshold 65536 p; not-a-number counts as zero.
inline double threshold_of(double probability) {
    const double threshold = probability * 65536.0;
    const double at_least_zero = threshold > 0.0 ? threshold : 0.0;
    return at_least_zero < 65536.0 ? at_least_zero : 65536.0;
}

// One 16-bit number per lane; a block serves eight columns, low half of a word first.
inline void draw16(const Tile& tile, const Stream& stream, std::uint16_t* draws) {
    const auto split = [&](std::size_t start, std::size_t count, const Blocks& blocks) {
        std::uint16_t* out = draws + start * draws_per_block;
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t words[4] = {blocks.w0[i], blocks.w1[i], blocks.w2[i], blocks.w3[i]};
            for (std::size_t w = 0; w < 4; ++w) {
                out[8 * i + 2 * w] = static_cast<std::uint16_t>(words[w] & 0xFFFFu);
                out[8 * i + 2 * w + 1] = static_cast<std::uint16_t>(words[w] >> 16);
            }
        }
    };
    for_each_batch(stream, tile.first_chain, tile.n_chains, tile.first_column / draws_per_block,
                   tile.stride / draws_per_block, split);
}

// Compares all lanes; returns whether any ties.
inline bool compare_lanes(const double* probability, const std::uint16_t* draws, std::size_t lanes,
                          std::uint8_t* bits) {
    std::int32_t ties = 0;
    for (std::size_t i = 0; i < lanes; ++i) {
        const std::int32_t whole = static_cast<std::int32_t>(threshold_of(probability[i]));
        bits[i] = static_cast<std::uint8_t>(draws[i] < whole);
        ties |= draws[i] == whole;
    }
    return ties != 0;
}

inline bool refined_bit(double probability, std::size_t unit, std::uint32_t chain,
                        const Stream& stream) {
    const double threshold = threshold_of(probability);
    const double whole = static_cast<std::int32_t>(threshold);
    const Words w =
        philox({static_cast<std::uint32_t>(unit), chain, stream.step, stream.domain | refine_flag},
               stream.key);
    return uniform53(w.w0, w.w1) < threshold - whole;
}

inline void refine_ties(const Tile& tile, const Stream& stream, const double* probability,
                        const std::uint16_t* draws, std::uint8_t* bits) {
    for (std::size_t r = 0; r < tile.n_chains; ++r) {
        for (std::size_t j = 0; j < tile.width; ++j) {
            const std::size_t lane = r * tile.stride + j;
            if (draws[lane] == static_cast<std::int32_t>(threshold_of(probability[lane]))) {
                bits[lane] = refined_bit(probability[lane], tile.first_column + j,
                                         stream.chains[tile.first_chain + r], stream);
            }
        }
    }
}

inline void draw_bits(const Tile& tile, const Stream& stream, const double* probability,
                      std::uint8_t* bits) {
    alignas(64) std::uint16_t draws[lanes_per_tile];
    draw16(tile, stream, draws);
    if (compare_lanes(probability, draws, tile.lanes(), bits)) {
        refine_ties(tile, stream, probability, draws, bits);
    }
}

void bernoulli(const BernoulliTask& task, std::size_t begin, std::size_t end) {
    alignas(64) double probability[lanes_per_tile] = {};
    alignas(64) std::uint8_t bits[lanes_per_tile];
    for_each_run(begin, end, [&](std::size_t first, std::size_t last) {
        for_each_tile(first, last, task.width, [&](const Tile& tile) {
            gather_rows(tile, task.probability, task.width, probability);
            draw_bits(tile, task.stream, probability, bits);
            scatter_rows(tile, bits, task.width, task.out);
        });
    });
}

}  // namespace
}  // namespace scorerbm
