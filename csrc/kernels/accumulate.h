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

// Lookups of so many inputs each that are made in one pass: their tables take 32 KB of 32-bit sums,
// or 48, and of 16-bit sums up to 64.
template <class Sum>
constexpr std::size_t most_groups(std::size_t bits) {
    return sizeof(Sum) == 2 ? 8 : 32 / bits;
}

// How inputs are looked up: in `count` passes of `groups` groups of inputs each, of which the last
// may have fewer. Each chain has a word for each pass.
struct Passes {
    std::size_t count, groups, inputs;  // of a pass

    Passes(std::size_t all_inputs, std::size_t bits, std::size_t most) {
        const std::size_t all = (all_inputs + bits - 1) / bits;
        count = all <= most ? 1 : (all + most - 1) / most;
        groups = (all + count - 1) / count;
        inputs = groups * bits;
    }
};

// The words of all chains for the first pass, for the second one, and so on: lookups then read
// them in order, and not a line of cache for each.
inline void gather_words(const BitRows& states, const Passes& passes, std::size_t n_chains,
                         std::uint64_t* out) {
    constexpr std::size_t at_once = 8;  // their words fill a line
    for (std::size_t c = 0; c < n_chains; c += at_once) {
        const std::size_t end = n_chains - c < at_once ? n_chains : c + at_once;
        for (std::size_t p = 0; p < passes.count; ++p) {
            for (std::size_t chain = c; chain < end; ++chain) {
                out[p * n_chains + chain] = bits_from(row_of(states, chain), p * passes.inputs);
            }
        }
    }
}

// Adds Groups lookups of Bits inputs each to the sums of every chain.
template <class Sum, std::size_t Bits, std::size_t Groups>
__attribute__((noinline)) void add_lookups(const Sum* tables, const std::uint64_t* words,
                                           std::size_t n_chains, bool start, Sum* sums) {
    using V = Vector<Sum>;
    constexpr std::size_t lanes = vector_bytes / sizeof(Sum);
    constexpr std::size_t vectors = strip_columns<Sum> / lanes;
    constexpr std::size_t entry_bytes = vectors * vector_bytes, entries = std::size_t{1} << Bits;
    for (std::size_t c = 0; c < n_chains; ++c, sums += columns_per_block) {
        V x[vectors];
        SCORERBM_UNROLL
        for (std::size_t n = 0; n < vectors; ++n) x[n] = start ? V{} : load<V>(sums + n * lanes);
        const std::uint64_t word = words[c];
        const unsigned char* table = reinterpret_cast<const unsigned char*>(tables);
        SCORERBM_UNROLL
        for (std::size_t g = 0; g < Groups; ++g, table += entries * entry_bytes) {
            // A rotation brings the group's number to where it counts entries, a mask leaves it.
            const std::size_t right =
                (g * Bits + 64 - static_cast<std::size_t>(__builtin_ctzll(entry_bytes))) % 64;
            const std::uint64_t turned = word >> right | word << ((64 - right) % 64);
            const unsigned char* entry = table + (turned & ((entries - 1) * entry_bytes));
            SCORERBM_UNROLL
            for (std::size_t n = 0; n < vectors; ++n) x[n] += load<V>(entry + n * vector_bytes);
        }
        SCORERBM_UNROLL
        for (std::size_t n = 0; n < vectors; ++n) store(sums + n * lanes, x[n]);
    }
}

// The same for at most Groups groups.
template <class Sum, std::size_t Bits, std::size_t Groups>
inline void add_some_lookups(std::size_t groups, const Sum* tables, const std::uint64_t* words,
                             std::size_t n_chains, bool start, Sum* sums) {
    if constexpr (Groups > 1) {
        if (groups < Groups) {
            return add_some_lookups<Sum, Bits, Groups - 1>(groups, tables, words, n_chains, start,
                                                           sums);
        }
    }
    add_lookups<Sum, Bits, Groups>(tables, words, n_chains, start, sums);
}

// Adds the weights of each active input: for so few chains that tables would not pay.
template <class Sum>
void accumulate_rows(const Sum* weights, std::size_t inputs, const BitRows& states,
                     std::size_t n_chains, Sum* sums) {
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

// Sums of one block of columns for all chains of a tile, whose words are those of gather_words.
template <class Sum, std::size_t Bits>
void accumulate(const Sum* weights, std::size_t inputs, const std::uint64_t* words,
                std::size_t n_chains, Sum* tables, Sum* sums) {
    constexpr std::size_t width = strip_columns<Sum>;
    constexpr std::size_t most = most_groups<Sum>(Bits);
    const Passes passes(inputs, Bits, most);
    for (std::size_t strip = 0; strip < columns_per_block; strip += width) {
        for (std::size_t p = 0; p < passes.count; ++p) {
            const std::size_t first = p * passes.inputs, rest = (inputs - first + Bits - 1) / Bits;
            const std::size_t groups = rest < passes.groups ? rest : passes.groups;
            for (std::size_t g = 0; g < groups; ++g) {
                build_table<Sum, Bits>(weights + strip, first + g * Bits, inputs,
                                       tables + (g << Bits) * width);
            }
            add_some_lookups<Sum, Bits, most>(groups, tables, words + p * n_chains, n_chains,
                                              p == 0, sums + strip);
        }
    }
}

}  // namespace
}  // namespace scorerbm
