// Probabilities of one layer given the other, and their sums over a batch.
#pragma once

#include "fields.h"
#include "tile.h"
#include "unroll.h"

namespace scorerbm {
namespace {

// Calls visit(tile, p) with the lanes of each tile of probabilities, for one run of chains.
template <class Visit>
inline void for_each_probability_tile(const ConditionalTask& task, std::size_t begin,
                                      std::size_t end, std::uint32_t* scratch, Visit visit) {
    const Layer& layer = task.layer;
    const ActiveInputs active =
        list_active_inputs(task.states + begin * layer.inputs, layer.inputs, end - begin, scratch);
    const double factor = 1.0 / task.scale;
    for_each_tile(begin, end, layer.outputs, [&](const Tile& tile) {
        alignas(64) double p[lanes_per_tile];
        tempered_fields(tile, layer, active, [=](std::size_t) { return factor; }, p);
        apply_sigmoid(p, tile.lanes());
        visit(tile, p);
    });
}

void conditional(const ConditionalTask& task, std::size_t begin, std::size_t end,
                 std::uint32_t* scratch) {
    for_each_run(begin, end, [&](std::size_t first, std::size_t last) {
        for_each_probability_tile(task, first, last, scratch,
                                  [&](const Tile& tile, const double* p) {
                                      scatter_rows(tile, p, task.layer.outputs, task.probability);
                                  });
    });
}

// The chains in which each unit is on: a row of sums is then visited once per run of chains.
struct ActiveChains {
    std::uint32_t* lists;   // inputs * chains_per_tile
    std::uint32_t* counts;  // inputs
};

inline void list_active_chains(const std::uint8_t* states, std::size_t inputs, std::size_t n_chains,
                               const ActiveChains& active) {
    for (std::size_t i = 0; i < inputs; ++i) active.counts[i] = 0;
    for (std::size_t c = 0; c < n_chains; ++c) {
        for (std::size_t i = 0; i < inputs; ++i) {
            active.lists[i * chains_per_tile + active.counts[i]] = static_cast<std::uint32_t>(c);
            active.counts[i] += states[c * inputs + i] != 0;
        }
    }
}

// Probabilities to the nearest multiple of 2^-30, as integers.
inline void round_lanes(const double* p, std::size_t lanes, std::int32_t* fixed) {
    for (std::size_t i = 0; i < lanes; ++i) {
        fixed[i] = static_cast<std::int32_t>(p[i] * 0x1p30 + 0.5);
    }
}

// sums += the listed rows of `fixed`, for a fixed number of columns.
template <std::size_t Columns>
inline void add_columns(const std::int32_t* fixed, std::size_t stride, const std::uint32_t* rows,
                        std::size_t n_rows, std::int64_t* sums) {
    std::int64_t sum[Columns];
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < Columns; ++j) sum[j] = sums[j];
    for (std::size_t a = 0; a < n_rows; ++a) {
        const std::int32_t* row = fixed + rows[a] * stride;
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < Columns; ++j) sum[j] += row[j];
    }
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < Columns; ++j) sums[j] = sum[j];
}

inline void add_listed(const Tile& tile, const std::int32_t* fixed, const std::uint32_t* rows,
                       std::size_t n_rows, std::int64_t* sums) {
    std::size_t j = 0;
    for (; tile.width - j >= 32; j += 32)
        add_columns<32>(fixed + j, tile.stride, rows, n_rows, sums + j);
    for (; tile.width - j >= 8; j += 8)
        add_columns<8>(fixed + j, tile.stride, rows, n_rows, sums + j);
    for (; j < tile.width; ++j) add_columns<1>(fixed + j, tile.stride, rows, n_rows, sums + j);
}

inline void add_tile(const Tile& tile, const std::int32_t* fixed, std::size_t inputs,
                     std::size_t outputs, const ActiveChains& active, const MomentSums& sums) {
    for (std::size_t i = 0; i < inputs; ++i) {
        add_listed(tile, fixed, active.lists + i * chains_per_tile, active.counts[i],
                   sums.weights + i * outputs + tile.first_column);
    }
    std::uint32_t all[chains_per_tile];
    for (std::size_t r = 0; r < tile.n_chains; ++r) all[r] = static_cast<std::uint32_t>(r);
    add_listed(tile, fixed, all, tile.n_chains, sums.hidden + tile.first_column);
}

void moments(const ConditionalTask& task, const MomentSums& sums, std::size_t begin,
             std::size_t end, std::uint32_t* scratch) {
    const std::size_t inputs = task.layer.inputs, outputs = task.layer.outputs;
    std::uint32_t* lists = scratch + chains_per_tile * inputs;
    const ActiveChains active{lists, lists + chains_per_tile * inputs};
    for_each_run(begin, end, [&](std::size_t first, std::size_t last) {
        list_active_chains(task.states + first * inputs, inputs, last - first, active);
        for (std::size_t i = 0; i < inputs; ++i) sums.visible[i] += active.counts[i];
        for_each_probability_tile(task, first, last, scratch,
                                  [&](const Tile& tile, const double* p) {
                                      alignas(64) std::int32_t fixed[lanes_per_tile];
                                      round_lanes(p, tile.lanes(), fixed);
                                      add_tile(tile, fixed, inputs, outputs, active, sums);
                                  });
    });
}

}  // namespace
}  // namespace scorerbm
