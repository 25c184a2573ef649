// A tile is a few chains by a range of columns, laid out as one run of lanes: the arithmetic that
// follows the sums then fills vectors even if a layer has few units.
#pragma once

#include "elementary.h"
#include "fields.h"
#include "table.h"

namespace scorerbm {
namespace {

// Columns taken together: their weights stay in the second-level cache for all chains of a tile.
constexpr std::size_t columns_per_tile = 64;
constexpr std::size_t lanes_per_tile = chains_per_tile * columns_per_tile;
constexpr std::size_t draws_per_block = 8;

struct Tile {
    std::size_t first_chain, n_chains;
    std::size_t first_column, width;
    std::size_t stride;  // lanes of a row: the width rounded up to whole random blocks

    std::size_t lanes() const { return n_chains * stride; }
};

// Calls visit(begin, end) for runs of at most chains_per_tile rows.
template <class Visit>
inline void for_each_run(std::size_t begin, std::size_t end, Visit visit) {
    for (std::size_t chain = begin; chain < end; chain += chains_per_tile) {
        visit(chain, end - chain < chains_per_tile ? end : chain + chains_per_tile);
    }
}

// Calls visit(tile) for the ranges of columns of one run of rows.
template <class Visit>
inline void for_each_tile(std::size_t begin, std::size_t end, std::size_t columns, Visit visit) {
    for (std::size_t column = 0; column < columns; column += columns_per_tile) {
        const std::size_t rest = columns - column;
        const std::size_t width = rest < columns_per_tile ? rest : columns_per_tile;
        const std::size_t blocks = (width + draws_per_block - 1) / draws_per_block;
        visit(Tile{begin, end - begin, column, width, blocks * draws_per_block});
    }
}

// x = factor * field on every lane; `active` lists the inputs of the tile's chains.
inline void scaled_fields(const Tile& tile, const Layer& layer, const ActiveInputs& active,
                          double factor, double* x) {
    alignas(64) std::int32_t field[columns_per_tile] = {};
    for (std::size_t r = 0; r < tile.n_chains; ++r) {
        const std::size_t chain = tile.first_chain + r;
        add_active_rows(layer.bias + chain * layer.bias_stride + tile.first_column,
                        layer.weights + tile.first_column, layer.outputs, tile.width, active.of(r),
                        active.counts[r], field);
        for (std::size_t j = 0; j < tile.stride; ++j) x[r * tile.stride + j] = field[j] * factor;
    }
}

inline void apply_sigmoid(double* x, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) x[i] = sigmoid(x[i]);
}

// Copies the rows of a tile from their place in a (chains, columns) array, and back.
template <class Number>
inline void gather_rows(const Tile& tile, const Number* array, std::size_t columns, Number* lanes) {
    for (std::size_t r = 0; r < tile.n_chains; ++r) {
        std::memcpy(lanes + r * tile.stride,
                    array + (tile.first_chain + r) * columns + tile.first_column,
                    tile.width * sizeof(Number));
    }
}

template <class Number>
inline void scatter_rows(const Tile& tile, const Number* lanes, std::size_t columns,
                         Number* array) {
    for (std::size_t r = 0; r < tile.n_chains; ++r) {
        std::memcpy(array + (tile.first_chain + r) * columns + tile.first_column,
                    lanes + r * tile.stride, tile.width * sizeof(Number));
    }
}

}  // namespace
}  // namespace scorerbm
