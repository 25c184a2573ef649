// Weights to integers, in the layouts that chains look them up in.
#pragma once

#include "registers.h"
#include "table.h"
#include "unroll.h"
#include "vector.h"

namespace scorerbm {
namespace {

constexpr std::size_t tile_side = columns_per_block;

// Adding and subtracting 1.5 * 2^52 rounds to the nearest integer, ties to even.
constexpr double rounding_constant = 6755399441055744.0;

template <class Sum>
inline void round_tile(const GridTask& task, std::size_t row, std::size_t column, std::size_t rows,
                       std::size_t columns, Sum (*tile)[tile_side]) {
    for (std::size_t i = 0; i < rows; ++i) {
        const double* from = task.weights + (row + i) * task.columns + column;
        for (std::size_t j = 0; j < columns; ++j) {
            const double x = from[j] * task.scale;
            tile[i][j] = static_cast<Sum>(
                static_cast<std::int32_t>((x + rounding_constant) - rounding_constant));
        }
    }
}

// Adds each column's positive and negative numbers, of which there are `rows`.
template <class Sum>
inline void add_one_sided(const Sum (*tile)[tile_side], std::size_t rows, std::size_t columns,
                          std::int64_t* largest, std::int64_t* smallest) {
    std::int32_t high[tile_side] = {}, low[tile_side] = {};
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t j = 0; j < tile_side; ++j) {
            const std::int32_t w = tile[i][j];
            high[j] += w > 0 ? w : 0;
            low[j] += w < 0 ? w : 0;
        }
    }
    for (std::size_t j = 0; j < columns; ++j) {
        largest[j] += high[j];
        smallest[j] += low[j];
    }
}

// Rows [64 begin, 64 end), a tile of 64 by 64 at a time, which is then written both ways.
template <class Sum>
void round_to_grid(const GridTask& task, std::size_t begin, std::size_t end) {
    Sum *forward = static_cast<Sum*>(task.forward), *backward = static_cast<Sum*>(task.backward);
    for (std::size_t block = begin; block < end; ++block) {
        const std::size_t row = block * tile_side, rest_rows = task.rows - row;
        const std::size_t rows = rest_rows < tile_side ? rest_rows : tile_side;
        for (std::size_t column = 0; column < task.columns; column += tile_side) {
            const std::size_t rest = task.columns - column;
            const std::size_t columns = rest < tile_side ? rest : tile_side;
            alignas(64) Sum tile[tile_side][tile_side] = {}, turned[tile_side][tile_side];
            round_tile(task, row, column, rows, columns, tile);
            for (std::size_t i = 0; i < tile_side; ++i) {
                for (std::size_t j = 0; j < tile_side; ++j) turned[j][i] = tile[i][j];
            }
            // Blocks of columns: (blocks, inputs, 64).
            std::memcpy(forward + (column * task.rows + row * tile_side), tile,
                        rows * sizeof tile[0]);
            std::memcpy(backward + (row * task.columns + column * tile_side), turned,
                        columns * sizeof tile[0]);
            add_one_sided(tile, rows, columns, task.column_largest + column,
                          task.column_smallest + column);
            add_one_sided(turned, columns, rows, task.row_largest + row, task.row_smallest + row);
        }
    }
}

// Tables of 64 bytes for eight columns of a group of inputs after the other: entry e is the sum of
// the inputs whose bits are set in e. Groups of eight columns [begin, end).
template <class Sum>
void register_tables(const RegisterTablesTask& task, std::size_t begin, std::size_t end) {
    using Table = Wide<Sum>;
    constexpr std::size_t bits = Registers<Sum>::bits, entries = 64 / sizeof(Sum);
    const std::size_t groups = (task.inputs + bits - 1) / bits;
    Table masks[bits];
    for (std::size_t k = 0; k < bits; ++k) {
        for (std::size_t e = 0; e < entries; ++e) {
            masks[k][e] = static_cast<Sum>((e >> k & 1) != 0 ? -1 : 0);
        }
    }
    for (std::size_t eight = begin; eight < end; ++eight) {
        const std::size_t column = eight * register_columns;
        const Sum* from = static_cast<const Sum*>(task.weights) +
                          column / columns_per_block * columns_per_block * task.inputs +
                          column % columns_per_block;
        Sum* to = static_cast<Sum*>(task.tables) + eight * groups * register_columns * entries;
        for (std::size_t g = 0; g < groups; ++g) {
            const std::size_t first = g * bits, rest = task.inputs - first;
            const std::size_t count = rest < bits ? rest : bits;
            for (std::size_t j = 0; j < register_columns; ++j, to += entries) {
                Table table = {};
                SCORERBM_UNROLL
                for (std::size_t k = 0; k < bits; ++k) {
                    const Sum w = k < count ? from[(first + k) * columns_per_block + j] : Sum{0};
                    table += (Table{} + w) & masks[k];
                }
                std::memcpy(to, &table, sizeof table);
            }
        }
    }
}

}  // namespace
}  // namespace scorerbm
