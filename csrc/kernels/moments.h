// Sums over a batch of sigma(W'v + c), and of its products with v.
//
// Rounded to 2^-20 the probabilities are integers, so that their sums have no order. Summed over
// the rows in which a visible unit is on, they are what `accumulate` finds: rows take the place of
// inputs, and visible units that of chains.
#pragma once

#include "half_sweep.h"

namespace scorerbm {
namespace {

// Probabilities of 64 hidden units, times 2^20.
template <class Sum>
inline void round_probabilities(const Block<Sum>& block, const BlockFields<Sum>& fields,
                                std::int32_t* out) {
    alignas(64) double p[columns_per_block];
    double_log_odds(block, fields, 0, p);
    for (std::size_t j = 0; j < columns_per_block; ++j) p[j] = sigmoid(p[j]);
    for (std::size_t j = 0; j < columns_per_block; ++j) {
        out[j] = static_cast<std::int32_t>(p[j] * 0x1p20 + 0.5);
    }
}

inline void add_columns(const std::int32_t* rows, std::size_t n_rows, std::size_t width,
                        std::int64_t* sums) {
    for (std::size_t r = 0; r < n_rows; ++r, rows += columns_per_block) {
        for (std::size_t j = 0; j < width; ++j) sums[j] += rows[j];
    }
}

// One block of hidden units. `forward.out` and its draws are not used; `rows_of_units` has a row of
// bits for each visible unit, one for each row of the batch.
template <class Sum>
void moments(const MomentTask& task) {
    const HalfSweepTask& forward = task.forward;
    const Block<Sum> block(forward, task.block);
    prepare_inputs<Sum>(forward);
    accumulate_block<Sum>(forward, task.block);
    for (std::size_t r = 0; r < forward.n_chains; ++r) {
        const BlockFields<Sum> fields{static_cast<const Sum*>(forward.sums) + r * columns_per_block,
                                      forward.bias + block.first};
        round_probabilities(block, fields, task.probabilities + r * columns_per_block);
    }
    add_columns(task.probabilities, forward.n_chains, block.width, task.hidden + block.first);

    HalfSweepTask products = {};
    products.weights = task.probabilities;
    products.inputs = forward.n_chains;
    products.outputs = columns_per_block;
    products.in = task.rows_of_units;
    products.n_chains = forward.inputs;
    products.lookup = task.lookup;
    products.tables = forward.tables;
    products.sums = task.sums;
    accumulate_block<std::int32_t>(products, 0);
    const std::int32_t* sums = static_cast<const std::int32_t*>(task.sums);
    for (std::size_t i = 0; i < forward.inputs; ++i, sums += columns_per_block) {
        std::int64_t* to = task.weights + i * forward.outputs + block.first;
        for (std::size_t j = 0; j < block.width; ++j) to[j] += sums[j];
    }
}

}  // namespace
}  // namespace scorerbm
