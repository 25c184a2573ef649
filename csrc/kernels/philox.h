// Philox4x32-10, the counter-based generator of Salmon et al. (SC 2011,
// doi 10.1145/2063384.2063405).
#pragma once

#include "table.h"

namespace scorerbm {
namespace {

constexpr std::uint32_t philox_m0 = 0xD2511F53u, philox_m1 = 0xCD9E8D57u;
constexpr std::uint32_t philox_w0 = 0x9E3779B9u, philox_w1 = 0xBB67AE85u;

struct Words {
    std::uint32_t w0, w1, w2, w3;
};

inline Words philox_round(Words c, std::uint32_t k0, std::uint32_t k1) {
    const std::uint64_t p0 = std::uint64_t{c.w0} * philox_m0;
    const std::uint64_t p1 = std::uint64_t{c.w2} * philox_m1;
    return {static_cast<std::uint32_t>(p1 >> 32) ^ c.w1 ^ k0, static_cast<std::uint32_t>(p1),
            static_cast<std::uint32_t>(p0 >> 32) ^ c.w3 ^ k1, static_cast<std::uint32_t>(p0)};
}

template <std::uint32_t Round = 0>
inline Words philox(Words counter, Key key) {
    if constexpr (Round == 10) {
        return counter;
    } else {
        const std::uint32_t k0 = key.low + Round * philox_w0;
        const std::uint32_t k1 = key.high + Round * philox_w1;
        return philox<Round + 1>(philox_round(counter, k0, k1), key);
    }
}

// Blocks are generated together, with one array per word so that lanes are independent.
constexpr std::size_t blocks_per_batch = 64;

struct Blocks {
    alignas(64) std::uint32_t block[blocks_per_batch];
    alignas(64) std::uint32_t chain[blocks_per_batch];
    alignas(64) std::uint32_t w0[blocks_per_batch], w1[blocks_per_batch];
    alignas(64) std::uint32_t w2[blocks_per_batch], w3[blocks_per_batch];
};

inline void generate(Blocks& b, std::size_t count, const Stream& stream) {
    for (std::size_t i = 0; i < count; ++i) {
        const Words w = philox({b.block[i], b.chain[i], stream.step, stream.domain}, stream.key);
        b.w0[i] = w.w0;
        b.w1[i] = w.w1;
        b.w2[i] = w.w2;
        b.w3[i] = w.w3;
    }
}

// Generates `per_row` blocks, numbered from `first_block`, for each of `n_chains` chains, and calls
// visit(start, count, blocks) for batches of them in that order.
template <class Visit>
inline void for_each_batch(const Stream& stream, std::size_t first_chain, std::size_t n_chains,
                           std::size_t first_block, std::size_t per_row, Visit visit) {
    Blocks blocks;
    std::size_t row = 0, column = 0;
    const std::size_t total = n_chains * per_row;
    for (std::size_t start = 0; start < total; start += blocks_per_batch) {
        const std::size_t rest = total - start;
        const std::size_t count = rest < blocks_per_batch ? rest : blocks_per_batch;
        for (std::size_t i = 0; i < count; ++i) {
            blocks.block[i] = static_cast<std::uint32_t>(first_block + column);
            blocks.chain[i] = stream.chains[first_chain + row];
            column = column + 1 == per_row ? 0 : column + 1;
            row += column == 0;
        }
        generate(blocks, count, stream);
        visit(start, count, blocks);
    }
}

}  // namespace
}  // namespace scorerbm
