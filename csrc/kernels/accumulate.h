// Sums of the weights of active inputs for 64 outputs of many chains, by table lookup: a table
// holds the sums over every subset of a few inputs, so that one load adds them all.
#pragma once

#include "table.h"
#include "unroll.h"
#include "vector.h"

namespace scorerbm {
namespace {

inline std::uint64_t* row_of(const BitRows& rows, std::size_t chain) {
    return rows.words + chain * rows.stride;
}

// 57 bits or more that start at bit `first` of a row.
inline std::uint64_t bits_from(const std::uint64_t* row, std::size_t first) {
    std::uint64_t word;
    std::memcpy(&word, reinterpret_cast<const unsigned char*>(row) + first / 8, sizeof word);
    return word >> (first % 8);
}

// Columns taken together, so that their sums live in eight registers.
template <class Sum>
constexpr std::size_t strip_columns =
    8 * vector_bytes / sizeof(Sum) < columns_per_block ? 8 * vector_bytes / sizeof(Sum)
                                                       : columns_per_block;

// Sums over every subset of the inputs [first, first + Bits): entry e adds the inputs of e's bits.
// `weights` has columns_per_block columns an input; inputs from `inputs` on count as zero.
template <class Sum, std::size_t Bits>
inline void build_table(const Sum* weights, std::size_t first, std::size_t inputs, Sum* table) {
    using V = Vector<Sum>;
    constexpr std::size_t lanes = vector_bytes / sizeof(Sum), width = strip_columns<Sum>;
    for (std::size_t j = 0; j < width; j += lanes) store(table + j, V{});
    for (std::size_t bit = 0; bit < Bits; ++bit) {
        const bool present = first + bit < inputs;
        const Sum* added = present ? weights + (first + bit) * columns_per_block : nullptr;
        for (std::size_t j = 0; j < width; j += lanes) {
            const V w = present ? load<V>(added + j) : V{};
            for (std::size_t entry = 0; entry < std::size_t{1} << bit; ++entry) {
                const V sum = load<V>(table + entry * width + j) + w;
                store(table + (entry + (std::size_t{1} << bit)) * width + j, sum);
            }
        }
    }
}

// Adds Groups lookups of Bits inputs each, from input `first` on, to the sums of every chain.
template <class Sum, std::size_t Bits, std::size_t Groups>
__attribute__((noinline)) void add_lookups(const Sum* tables, const BitRows& states,
                                           std::size_t n_chains, std::size_t first, bool start,
                                           Sum* sums) {
    using V = Vector<Sum>;
    constexpr std::size_t lanes = vector_bytes / sizeof(Sum), width = strip_columns<Sum>;
    constexpr std::size_t vectors = width / lanes, entries = std::size_t{1} << Bits;
    static_assert(Bits * Groups <= 57, "one load has to hold the bits of all groups");
    const unsigned char* row = reinterpret_cast<const unsigned char*>(states.words) + first / 8;
    const std::size_t row_bytes = states.stride * sizeof(std::uint64_t), shift = first % 8;
    for (std::size_t c = 0; c < n_chains; ++c, row += row_bytes, sums += columns_per_block) {
        std::uint64_t bits;
        std::memcpy(&bits, row, sizeof bits);
        bits >>= shift;
        V x[vectors];
        SCORERBM_UNROLL
        for (std::size_t n = 0; n < vectors; ++n) x[n] = start ? V{} : load<V>(sums + n * lanes);
        const unsigned char* table = reinterpret_cast<const unsigned char*>(tables);
        SCORERBM_UNROLL
        for (std::size_t g = 0; g < Groups; ++g) {
            constexpr std::size_t entry_bytes = width * sizeof(Sum);
            const std::size_t at = (bits & (entries - 1)) * entry_bytes;
            bits >>= Bits;
            SCORERBM_UNROLL
            for (std::size_t n = 0; n < vectors; ++n) {
                x[n] += load<V>(table + g * entries * entry_bytes + at + n * vector_bytes);
            }
        }
        SCORERBM_UNROLL
        for (std::size_t n = 0; n < vectors; ++n) store(sums + n * lanes, x[n]);
    }
}

// Adds the weights of each active input: for so few chains that tables would not pay.
template <class Sum>
void accumulate_rows(const Sum* weights, std::size_t inputs, const BitRows& states,
                     std::size_t n_chains, Sum*, Sum* sums) {
    using V = Vector<Sum>;
    constexpr std::size_t lanes = vector_bytes / sizeof(Sum), width = strip_columns<Sum>;
    constexpr std::size_t vectors = width / lanes;
    for (std::size_t strip = 0; strip < columns_per_block; strip += width) {
        for (std::size_t c = 0; c < n_chains; ++c) {
            V x[vectors] = {};
            for (std::size_t word = 0; word * 64 < inputs; ++word) {
                for (std::uint64_t bits = row_of(states, c)[word]; bits != 0; bits &= bits - 1) {
                    const std::size_t i =
                        word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
                    const Sum* from = weights + i * columns_per_block + strip;
                    SCORERBM_UNROLL
                    for (std::size_t n = 0; n < vectors; ++n) x[n] += load<V>(from + n * lanes);
                }
            }
            SCORERBM_UNROLL
            for (std::size_t n = 0; n < vectors; ++n) {
                store(sums + c * columns_per_block + strip + n * lanes, x[n]);
            }
        }
    }
}

// Sums of one block of columns for all chains of a tile. `tables` has room for Groups tables.
template <class Sum, std::size_t Bits, std::size_t Groups>
void accumulate(const Sum* weights, std::size_t inputs, const BitRows& states, std::size_t n_chains,
                Sum* tables, Sum* sums) {
    constexpr std::size_t width = strip_columns<Sum>;
    for (std::size_t strip = 0; strip < columns_per_block; strip += width) {
        for (std::size_t first = 0; first < inputs; first += Bits * Groups) {
            for (std::size_t g = 0; g < Groups; ++g) {
                build_table<Sum, Bits>(weights + strip, first + g * Bits, inputs,
                                       tables + g * width * (std::size_t{1} << Bits));
            }
            add_lookups<Sum, Bits, Groups>(tables, states, n_chains, first, first == 0,
                                           sums + strip);
        }
    }
}

}  // namespace
}  // namespace scorerbm
