// One step of an optimiser, and the sums over weights that training needs after each.
#pragma once

#include "table.h"
#include "unroll.h"
#include "vector.h"

namespace scorerbm {
namespace {

// What numbers move along; the moments change with it.
inline Floats momentum_step(const DescentRule& rule, Floats gradient, float* velocity) {
    const Floats v = load<Floats>(velocity) * rule.beta1 + gradient;
    store(velocity, v);
    return v;
}

inline Floats adam_step(const DescentRule& rule, Floats gradient, float* first, float* second) {
    const Floats m = load<Floats>(first) * rule.beta1 + rule.gain1 * gradient;
    // A square beyond single precision must not stay there: nothing would move any more.
    const Floats s =
        clamp(load<Floats>(second) * rule.beta2 + rule.gain2 * (gradient * gradient), 0.0f, 3e38f);
    store(first, m);
    store(second, s);
    return (m * rule.first_scale) / (square_root(s * rule.second_scale) + rule.epsilon);
}

using Doubles = Vector<double>;
constexpr std::size_t double_lanes = vector_bytes / sizeof(double);

// As many numbers as a vector of floats has lanes.
struct DescentLanes {
    double* value;
    float *first, *second;
    const float *gradient, *column_gradient, *column_offset;
};

// The gradient in centred parameters is less the outer products of offsets and bias gradients.
template <bool Shifted, bool Adam>
inline void descend_lanes(const DescentRule& rule, float row_offset, float row_gradient,
                          const DescentLanes& at) {
    Floats g = load<Floats>(at.gradient);
    if constexpr (Shifted) {
        g -= row_offset * load<Floats>(at.column_gradient) +
             row_gradient * load<Floats>(at.column_offset);
    }
    float step[float_lanes];
    store(step, Adam ? adam_step(rule, g, at.first, at.second) : momentum_step(rule, g, at.first));
    for (std::size_t j = 0; j < float_lanes; j += double_lanes) {
        using Half = Vector<float, vector_bytes / 2>;
        const Doubles along = __builtin_convertvector(load<Half>(step + j), Doubles);
        store(at.value + j, load<Doubles>(at.value + j) * rule.keep - rule.rate * along);
    }
}

template <bool Shifted, bool Adam>
inline void descend_row(const DescentTask& task, std::size_t row) {
    const std::size_t at = row * task.columns;
    const float offset = Shifted ? task.row_offset[row] : 0.0f;
    const float gradient = Shifted ? task.row_gradient[row] : 0.0f;
    std::size_t j = 0;
    for (; j + float_lanes <= task.columns; j += float_lanes) {
        const std::size_t k = at + j;
        descend_lanes<Shifted, Adam>(
            task.rule, offset, gradient,
            {task.value + k, task.first + k, Adam ? task.second + k : nullptr, task.gradient + k,
             Shifted ? task.column_gradient + j : nullptr,
             Shifted ? task.column_offset + j : nullptr});
    }
    const std::size_t rest = task.columns - j, k = at + j;
    if (rest == 0) return;
    double value[float_lanes] = {};
    float numbers[5][float_lanes] = {};
    const auto copy = [=](auto* to, const auto* from) { std::memcpy(to, from, rest * sizeof *to); };
    copy(value, task.value + k);
    copy(numbers[0], task.first + k);
    copy(numbers[2], task.gradient + k);
    if (Adam) copy(numbers[1], task.second + k);
    if (Shifted) copy(numbers[3], task.column_gradient + j);
    if (Shifted) copy(numbers[4], task.column_offset + j);
    descend_lanes<Shifted, Adam>(
        task.rule, offset, gradient,
        {value, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4]});
    copy(task.value + k, value);
    copy(task.first + k, numbers[0]);
    if (Adam) copy(task.second + k, numbers[1]);
}

void descend(const DescentTask& task, std::size_t begin, std::size_t end) {
    const bool is_shifted = task.row_offset != nullptr, adam = task.second != nullptr;
    const auto run = is_shifted ? (adam ? descend_row<true, true> : descend_row<true, false>)
                                : (adam ? descend_row<false, true> : descend_row<false, false>);
    for (std::size_t row = begin; row < end; ++row) run(task, row);
}

// Three sums at once: of positive weights, of negative ones' magnitudes, and of weights times
// offsets.
struct SumsOfWeights {
    Doubles positive, negative, product;

    // What is not a number stays so in one of the sums.
    void add(Doubles w, Doubles offset) {
        const Doubles p = w > Doubles{} ? w : Doubles{};
        positive += p;
        negative += p - w;
        product += w * offset;
    }
};

// Adds lanes l and l + 8, l + 4, l + 2, l + 1, in this order.
inline double fold(double* lanes) {
    for (std::size_t half = sum_lanes / 2; half > 0; half /= 2) {
        for (std::size_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
    }
    return lanes[0];
}

// Sums of 16 columns of a few rows, whose lanes are `lane` and those after it: on to the sums of
// each row and to the three arrays of the block.
template <std::size_t Rows>
inline void sum_columns(const double* const (&weights)[Rows], const Doubles (&row_offset)[Rows],
                        Doubles column_offset, double* of_block, std::size_t padded,
                        SumsOfWeights (&sums)[Rows]) {
    SumsOfWeights above = {load<Doubles>(of_block), load<Doubles>(of_block + padded),
                           load<Doubles>(of_block + 2 * padded)};
    SCORERBM_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        const Doubles w = load<Doubles>(weights[r]);
        sums[r].add(w, column_offset);
        above.add(w, row_offset[r]);
    }
    store(of_block, above.positive);
    store(of_block + padded, above.negative);
    store(of_block + 2 * padded, above.product);
}

// A few rows; their weights are added to the sums over rows of their block, an array for each kind.
template <std::size_t Rows>
inline void sum_rows(const WeightSumsTask& task, std::size_t row, double* of_block) {
    const std::size_t whole = task.columns / sum_lanes * sum_lanes, rest = task.columns - whole;
    double ends[Rows][sum_lanes] = {}, lanes[Rows][3][sum_lanes];
    Doubles row_offset[Rows];
    for (std::size_t r = 0; r < Rows; ++r) {
        const double* end = task.weights + (row + r) * task.columns + whole;
        std::memcpy(ends[r], end, rest * sizeof(double));
        row_offset[r] = Doubles{} + task.row_offset[row + r];
    }
    for (std::size_t lane = 0; lane < sum_lanes; lane += double_lanes) {
        SumsOfWeights sums[Rows] = {};
        const double* from[Rows];
        for (std::size_t j = lane; j < whole; j += sum_lanes) {
            SCORERBM_UNROLL
            for (std::size_t r = 0; r < Rows; ++r) {
                from[r] = task.weights + (row + r) * task.columns + j;
            }
            sum_columns<Rows>(from, row_offset, load<Doubles>(task.column_offset + j), of_block + j,
                              task.padded, sums);
        }
        if (rest != 0) {
            const std::size_t j = whole + lane;
            for (std::size_t r = 0; r < Rows; ++r) from[r] = ends[r] + lane;
            sum_columns<Rows>(from, row_offset, load<Doubles>(task.column_offset + j), of_block + j,
                              task.padded, sums);
        }
        for (std::size_t r = 0; r < Rows; ++r) {
            store(lanes[r][0] + lane, sums[r].positive);
            store(lanes[r][1] + lane, sums[r].negative);
            store(lanes[r][2] + lane, sums[r].product);
        }
    }
    for (std::size_t r = 0; r < Rows; ++r) {
        for (std::size_t k = 0; k < 3; ++k) task.of_rows[3 * (row + r) + k] = fold(lanes[r][k]);
    }
}

// Blocks [begin, end) of rows.
void weight_sums(const WeightSumsTask& task, std::size_t begin, std::size_t end) {
    for (std::size_t block = begin; block < end; ++block) {
        double* of_block = task.of_blocks + block * 3 * task.padded;
        const std::size_t first = block * rows_of_sums, rest = task.rows - first;
        const std::size_t count = rest < rows_of_sums ? rest : rows_of_sums;
        std::size_t row = first;
        for (; row + 2 <= first + count; row += 2) sum_rows<2>(task, row, of_block);
        if (row < first + count) sum_rows<1>(task, row, of_block);
    }
}

}  // namespace
}  // namespace scorerbm
