// Sums of the weights of active inputs by lookup in registers: a table of sums over all subsets of
// a few inputs fills one vector of 64 bytes, and a permutation looks up the sums of as many chains
// as it has lanes. AVX-512BW has these permutations; elsewhere they are emulated, for tests.
#pragma once

#include <type_traits>

#include "accumulate.h"
#include "table.h"
#include "unroll.h"
#include "vector.h"

namespace scorerbm {
namespace {

// Columns and vectors of chains whose sums are kept in registers together.
constexpr std::size_t register_columns = 8;
constexpr std::size_t register_vectors = 3;

template <class Sum>
struct Registers;
template <>
struct Registers<std::int16_t> {
    using Index = std::uint16_t;
    static constexpr std::size_t bits = register_bits16, lanes = 32;
};
template <>
struct Registers<std::int32_t> {
    using Index = std::uint8_t;
    static constexpr std::size_t bits = register_bits32, lanes = 16;
};

// Vectors of 64 bytes go by reference: below AVX-512 there is no convention to pass them.
template <class Sum>
using Wide = Vector<Sum, 64>;

inline void load_indices(const std::uint16_t* from, Wide<std::uint16_t>& index) {
    std::memcpy(&index, from, sizeof index);
}

inline void load_indices(const std::uint8_t* from, Wide<std::uint32_t>& index) {
#if defined(__AVX512BW__)
    index = reinterpret_cast<Wide<std::uint32_t>>(_mm512_cvtepu8_epi32(load<__m128i>(from)));
#else
    for (std::size_t i = 0; i < 16; ++i) index[i] = from[i];
#endif
}

// sum += table[index] in each lane.
inline void look_up(const Wide<std::int16_t>& table, const Wide<std::uint16_t>& index,
                    Wide<std::int16_t>& sum) {
#if defined(__AVX512BW__)
    sum += reinterpret_cast<Wide<std::int16_t>>(_mm512_permutexvar_epi16(
        reinterpret_cast<__m512i>(index), reinterpret_cast<__m512i>(table)));
#else
    for (std::size_t i = 0; i < 32; ++i) {
        sum[i] = static_cast<std::int16_t>(sum[i] + table[index[i] % 32]);
    }
#endif
}

inline void look_up(const Wide<std::int32_t>& table, const Wide<std::uint32_t>& index,
                    Wide<std::int32_t>& sum) {
#if defined(__AVX512BW__)
    sum += reinterpret_cast<Wide<std::int32_t>>(_mm512_permutexvar_epi32(
        reinterpret_cast<__m512i>(index), reinterpret_cast<__m512i>(table)));
#else
    Wide<std::uint32_t> found;
    for (std::size_t i = 0; i < 16; ++i) {
        found[i] = static_cast<std::uint32_t>(table[index[i] % 16]);
    }
    sum = reinterpret_cast<Wide<std::int32_t>>(reinterpret_cast<Wide<std::uint32_t>>(sum) + found);
#endif
}

// The groups of bits of every chain: those of group g start at out + g * padded chains. Lanes
// beyond the last chain repeat it.
template <class Sum>
inline void gather_indices(const BitRows& states, std::size_t inputs, std::size_t n_chains,
                           typename Registers<Sum>::Index* out) {
    using Index = typename Registers<Sum>::Index;
    constexpr std::size_t bits = Registers<Sum>::bits, lanes = Registers<Sum>::lanes;
    constexpr std::size_t at_once = 57 / bits;
    const std::size_t padded = (n_chains + lanes - 1) / lanes * lanes;
    const std::size_t groups = (inputs + bits - 1) / bits;
    for (std::size_t c = 0; c < padded; c += lanes) {
        for (std::size_t first = 0; first < groups; first += at_once) {
            std::uint64_t words[lanes];
            for (std::size_t i = 0; i < lanes; ++i) {
                const std::size_t chain = c + i < n_chains ? c + i : n_chains - 1;
                words[i] = bits_from(row_of(states, chain), first * bits);
            }
            const std::size_t count = groups - first < at_once ? groups - first : at_once;
            for (std::size_t g = 0; g < count; ++g) {
                Index* to = out + (first + g) * padded + c;
                for (std::size_t i = 0; i < lanes; ++i) {
                    to[i] = static_cast<Index>((words[i] >> (g * bits)) & ((1u << bits) - 1));
                }
            }
        }
    }
}

// Writes eight columns of 32 chains to rows of chains.
inline void store_columns(const Wide<std::int16_t> (&columns)[register_columns],
                          std::int16_t* out) {
#if defined(__AVX512BW__)
    __m512i x[8], y[8];
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < 8; ++j) x[j] = reinterpret_cast<__m512i>(columns[j]);
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < 4; ++j) {
        y[2 * j] = _mm512_unpacklo_epi16(x[2 * j], x[2 * j + 1]);
        y[2 * j + 1] = _mm512_unpackhi_epi16(x[2 * j], x[2 * j + 1]);
    }
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < 2; ++j) {
        x[4 * j] = _mm512_unpacklo_epi32(y[4 * j], y[4 * j + 2]);
        x[4 * j + 1] = _mm512_unpackhi_epi32(y[4 * j], y[4 * j + 2]);
        x[4 * j + 2] = _mm512_unpacklo_epi32(y[4 * j + 1], y[4 * j + 3]);
        x[4 * j + 3] = _mm512_unpackhi_epi32(y[4 * j + 1], y[4 * j + 3]);
    }
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < 4; ++j) {
        y[2 * j] = _mm512_unpacklo_epi64(x[j], x[j + 4]);
        y[2 * j + 1] = _mm512_unpackhi_epi64(x[j], x[j + 4]);
    }
    // Part q of y[r] has the eight columns of chain 8 q + r.
    SCORERBM_UNROLL
    for (std::size_t r = 0; r < 8; ++r) {
        store(out + r * columns_per_block, _mm512_castsi512_si128(y[r]));
        store(out + (8 + r) * columns_per_block, _mm512_extracti32x4_epi32(y[r], 1));
        store(out + (16 + r) * columns_per_block, _mm512_extracti32x4_epi32(y[r], 2));
        store(out + (24 + r) * columns_per_block, _mm512_extracti32x4_epi32(y[r], 3));
    }
#else
    for (std::size_t i = 0; i < 32; ++i) {
        for (std::size_t j = 0; j < register_columns; ++j) {
            out[i * columns_per_block + j] = columns[j][i];
        }
    }
#endif
}

// The same for 16 chains of 32-bit sums.
inline void store_columns(const Wide<std::int32_t> (&columns)[register_columns],
                          std::int32_t* out) {
#if defined(__AVX512BW__)
    SCORERBM_UNROLL
    for (std::size_t half = 0; half < 8; half += 4) {
        __m512i x[4], y[4];
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < 4; ++j) x[j] = reinterpret_cast<__m512i>(columns[half + j]);
        y[0] = _mm512_unpacklo_epi32(x[0], x[1]);
        y[1] = _mm512_unpackhi_epi32(x[0], x[1]);
        y[2] = _mm512_unpacklo_epi32(x[2], x[3]);
        y[3] = _mm512_unpackhi_epi32(x[2], x[3]);
        x[0] = _mm512_unpacklo_epi64(y[0], y[2]);
        x[1] = _mm512_unpackhi_epi64(y[0], y[2]);
        x[2] = _mm512_unpacklo_epi64(y[1], y[3]);
        x[3] = _mm512_unpackhi_epi64(y[1], y[3]);
        // Part q of x[r] has four columns of chain 4 q + r.
        std::int32_t* to = out + half;
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < 4; ++r) {
            store(to + r * columns_per_block, _mm512_castsi512_si128(x[r]));
            store(to + (4 + r) * columns_per_block, _mm512_extracti32x4_epi32(x[r], 1));
            store(to + (8 + r) * columns_per_block, _mm512_extracti32x4_epi32(x[r], 2));
            store(to + (12 + r) * columns_per_block, _mm512_extracti32x4_epi32(x[r], 3));
        }
    }
#else
    for (std::size_t i = 0; i < 16; ++i) {
        for (std::size_t j = 0; j < register_columns; ++j) {
            out[i * columns_per_block + j] = columns[j][i];
        }
    }
#endif
}

// Eight columns for Vectors times as many chains as there are lanes. Tables of a group follow each
// other, a column each.
template <class Sum, std::size_t Vectors>
inline void accumulate_registers(const Sum* tables, const typename Registers<Sum>::Index* indices,
                                 std::size_t groups, std::size_t index_stride, Sum* sums) {
    constexpr std::size_t lanes = Registers<Sum>::lanes;
    using Unsigned =
        typename std::conditional<sizeof(Sum) == 2, std::uint16_t, std::uint32_t>::type;
    // All loops over these are unrolled, or compilers keep them in memory.
    Wide<Sum> sum[Vectors][register_columns];
    SCORERBM_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) {
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < register_columns; ++j) sum[v][j] = Wide<Sum>{};
    }
    for (std::size_t g = 0; g < groups; ++g) {
        Wide<Unsigned> index[Vectors];
        SCORERBM_UNROLL
        for (std::size_t v = 0; v < Vectors; ++v) {
            load_indices(indices + g * index_stride + v * lanes, index[v]);
        }
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < register_columns; ++j) {
            Wide<Sum> table;
            std::memcpy(&table, tables + (g * register_columns + j) * lanes, sizeof table);
#if defined(__AVX512BW__) && defined(__GNUC__) && !defined(__clang__)
            asm volatile("" : "+v"(table));  // or it is loaded anew for each vector
#endif
            SCORERBM_UNROLL
            for (std::size_t v = 0; v < Vectors; ++v) look_up(table, index[v], sum[v][j]);
        }
    }
    SCORERBM_UNROLL
    for (std::size_t v = 0; v < Vectors; ++v) {
        store_columns(sum[v], sums + v * lanes * columns_per_block);
    }
}

// Sums of one block of columns for all chains of a tile, whose rows of sums are padded to whole
// vectors. `indices` is what gather_indices made.
template <class Sum>
inline void accumulate_by_registers(const Sum* tables,
                                    const typename Registers<Sum>::Index* indices,
                                    std::size_t inputs, std::size_t n_chains, Sum* sums) {
    constexpr std::size_t lanes = Registers<Sum>::lanes, bits = Registers<Sum>::bits;
    const std::size_t vectors = (n_chains + lanes - 1) / lanes, stride = vectors * lanes;
    const std::size_t groups = (inputs + bits - 1) / bits;
    for (std::size_t j = 0; j < columns_per_block; j += register_columns) {
        const Sum* of_columns = tables + j * groups * lanes;
        Sum* out = sums + j;
        std::size_t v = 0;
        for (; vectors - v >= register_vectors; v += register_vectors) {
            accumulate_registers<Sum, register_vectors>(of_columns, indices + v * lanes, groups,
                                                        stride,
                                                        out + v * lanes * columns_per_block);
        }
        if (vectors - v == 2) {
            accumulate_registers<Sum, 2>(of_columns, indices + v * lanes, groups, stride,
                                         out + v * lanes * columns_per_block);
        } else if (vectors - v == 1) {
            accumulate_registers<Sum, 1>(of_columns, indices + v * lanes, groups, stride,
                                         out + v * lanes * columns_per_block);
        }
    }
}

}  // namespace
}  // namespace scorerbm
