// Sufficient statistics of a batch of binary states, one set of rows against another.
//
// Rounded to a grid the probabilities are integers, so that their sums have no order. Summed over
// the rows in which a visible unit is on, they are what `accumulate` finds: rows take the place of
// inputs, and visible units that of chains.
#pragma once

#include "half_sweep.h"
#include "single.h"

namespace scorerbm {
namespace {

// The nearest integers, ties to even, of numbers below 2^22 in magnitude.
inline Ints nearest(Floats x) {
    return as_ints(x + 12582912.0f) - 0x4B400000;
}

// ln(1 + e^x), at most 1000.
inline Floats softplus(Floats x) {
    const Floats zero = {};
    const Floats size = x < zero ? -x : x;
    const Floats above = x < zero ? zero : x;
    const Floats rest = log2(exp2(size * -single_log2_e) + 1.0f) * single_ln_2;
    return clamp(above + rest, 0.0f, 1000.0f);
}

// Totals of 64 columns, of which the last block may have fewer.
struct ColumnTotals {
    static constexpr std::size_t vectors = columns_per_block / float_lanes;
    Ints sums[vectors] = {};

    std::int64_t add_to(std::int64_t* totals, std::size_t width) const {
        std::int32_t lanes[columns_per_block];
        for (std::size_t v = 0; v < vectors; ++v) store(lanes + v * float_lanes, sums[v]);
        std::int64_t all = 0;
        for (std::size_t j = 0; j < width; ++j) {
            if (totals != nullptr) totals[j] += lanes[j];
            all += lanes[j];
        }
        return all;
    }
};

// Of rows [begin, end) and one block of hidden units: multiplier * sigma(W'v + c) as integers.
template <class Sum>
inline void row_values(const ContrastTask& task, const Block<Sum>& block, std::size_t begin,
                       std::size_t end, std::int64_t* hidden, std::int64_t* soft) {
    const HalfSweepTask& forward = task.forward;
    ColumnTotals totals, soft_totals;
    for (std::size_t r = begin; r < end; ++r) {
        const BlockFields<Sum> fields{static_cast<const Sum*>(forward.sums) + r * columns_per_block,
                                      forward.bias + block.first};
        std::int32_t* out = task.values + r * columns_per_block;
        for (std::size_t v = 0; v < ColumnTotals::vectors; ++v) {
            const Floats x = to_floats(fields.at(v * float_lanes)) * task.factor;
            const Ints value = nearest(sigmoid(x) * task.multipliers[r]);
            store(out + v * float_lanes, value);
            totals.sums[v] += value;
            if (soft != nullptr) soft_totals.sums[v] += nearest(softplus(x) * softplus_scale);
        }
    }
    totals.add_to(hidden + block.first, block.width);
    if (soft != nullptr) *soft += soft_totals.add_to(nullptr, block.width);
}

// Their sums over rows `first` to first + n_rows in which each visible unit is on, (inputs, 64).
class SumsOverRows {
  public:
    SumsOverRows(const ContrastTask& task, const BitRows& units, std::size_t first,
                 std::size_t n_rows, void* indices, std::int32_t* sums)
        : products_() {
        products_.weights = task.values + first * columns_per_block;
        products_.inputs = n_rows;
        products_.outputs = columns_per_block;
        products_.in = units;
        products_.n_chains = task.forward.inputs;
        products_.lookup = task.lookup;
        products_.tables = task.forward.tables;
        products_.indices = indices;
        products_.sums = sums;
        prepare_inputs<std::int32_t>(products_);
    }

    // Those of the values as they are.
    const std::int32_t* find() const {
        std::int32_t* const sums = static_cast<std::int32_t*>(products_.sums);
        if (products_.inputs == 0) {
            std::memset(sums, 0, products_.n_chains * columns_per_block * sizeof *sums);
        } else {
            accumulate_block<std::int32_t>(products_, 0);
        }
        return sums;
    }

  private:
    HalfSweepTask products_;
};

inline void add_totals(const std::int32_t* sums, std::size_t inputs, std::size_t outputs,
                       std::size_t width, std::int64_t* totals) {
    for (std::size_t i = 0; i < inputs; ++i, sums += columns_per_block, totals += outputs) {
        for (std::size_t j = 0; j < width; ++j) totals[j] += sums[j];
    }
}

// gradient = samples * their unit - data * theirs.
template <class Number>
inline void write_difference(const ContrastTask& task, const Number* samples, const Number* data,
                             std::size_t stride, std::size_t width, float* out) {
    for (std::size_t i = 0; i < task.forward.inputs; ++i) {
        for (std::size_t j = 0; j < width; ++j) {
            out[j] = static_cast<float>(static_cast<double>(samples[j]) * task.sample_unit -
                                        static_cast<double>(data[j]) * task.data_unit);
        }
        samples += stride;
        data += stride;
        out += task.forward.outputs;
    }
}

// Blocks [begin, end) of hidden units.
template <class Sum>
void contrast(const ContrastTask& task, std::size_t begin, std::size_t end) {
    const HalfSweepTask& forward = task.forward;
    const std::size_t n_data = forward.n_chains - task.n_samples;
    const SumsOverRows samples(task, task.sample_units, 0, task.n_samples, task.sample_indices,
                               task.sums);
    const SumsOverRows data(task, task.data_units, task.n_samples, n_data, task.data_indices,
                            task.sums + forward.inputs * columns_per_block);
    prepare_inputs<Sum>(forward);
    for (std::size_t b = begin; b < end; ++b) {
        accumulate_block<Sum>(forward, b);
        const Block<Sum> block(forward, b);
        row_values(task, block, 0, task.n_samples, task.sample_hidden, task.sample_softplus);
        row_values(task, block, task.n_samples, forward.n_chains, task.data_hidden,
                   task.data_softplus);
        const std::int32_t *of_samples = samples.find(), *of_data = data.find();
        if (task.sample_totals == nullptr) {
            write_difference(task, of_samples, of_data, columns_per_block, block.width,
                             task.gradient + block.first);
        } else {
            add_totals(of_samples, forward.inputs, forward.outputs, block.width,
                       task.sample_totals + block.first);
            add_totals(of_data, forward.inputs, forward.outputs, block.width,
                       task.data_totals + block.first);
        }
    }
}

// The gradient from totals of several calls; columns [begin, end) of 64.
void finish_contrast(const ContrastTask& task, std::size_t begin, std::size_t end) {
    for (std::size_t b = begin; b < end; ++b) {
        const std::size_t first = b * columns_per_block, rest = task.forward.outputs - first;
        write_difference(task, task.sample_totals + first, task.data_totals + first,
                         task.forward.outputs, rest < columns_per_block ? rest : columns_per_block,
                         task.gradient + first);
    }
}

// Adds the numbers of the rows in which each unit is on, units [64 begin, 64 end).
void selected_sums(const SelectedSumsTask& task, std::size_t begin, std::size_t end) {
    for (std::size_t word = begin; word < end; ++word) {
        const std::size_t rest = task.units - word * 64;
        ColumnTotals totals;
        Ints lane_bit = {};
        for (std::size_t i = 0; i < float_lanes; ++i) lane_bit[i] = 1 << i;
        for (std::size_t r = 0; r < task.n_rows; ++r) {
            const std::uint64_t bits = row_of(task.rows, r)[word];
            for (std::size_t v = 0; v < ColumnTotals::vectors; ++v) {
                const Ints part =
                    Ints{} + static_cast<std::int32_t>((bits >> (v * float_lanes)) & 0xFFFF);
                totals.sums[v] += ((part & lane_bit) == lane_bit) & task.numbers[r];
            }
        }
        totals.add_to(task.sums + word * 64, rest < 64 ? rest : 64);
    }
}

}  // namespace
}  // namespace scorerbm
