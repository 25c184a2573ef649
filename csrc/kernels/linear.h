// bias + x @ weights, summed in the order of the inputs.
#pragma once

#include "table.h"
#include "unroll.h"

namespace scorerbm {
namespace {

constexpr std::size_t inputs_at_once = 128;  // their weights and numbers stay in cache

// out += x @ weights for a few rows by a few columns, whose sums stay in registers. x is
// (inputs, Rows): next to each other, its numbers need one address and not one per row.
template <std::size_t Rows, std::size_t Columns>
inline void add_products(const double* x, const double* weights, std::size_t inputs,
                         std::size_t outputs, double* out) {
    double sum[Rows][Columns];
    SCORERBM_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < Columns; ++j) sum[r][j] = out[r * outputs + j];
    }
    for (std::size_t k = 0; k < inputs; ++k) {
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < Rows; ++r) {
            SCORERBM_UNROLL
            for (std::size_t j = 0; j < Columns; ++j) {
                sum[r][j] += x[k * Rows + r] * weights[k * outputs + j];
            }
        }
    }
    SCORERBM_UNROLL
    for (std::size_t r = 0; r < Rows; ++r) {
        SCORERBM_UNROLL
        for (std::size_t j = 0; j < Columns; ++j) out[r * outputs + j] = sum[r][j];
    }
}

template <std::size_t Rows>
inline void add_inputs(const LinearTask& task, std::size_t row, std::size_t first,
                       std::size_t count) {
    double x[inputs_at_once * Rows];
    for (std::size_t r = 0; r < Rows; ++r) {
        const double* from = task.x + (row + r) * task.inputs + first;
        for (std::size_t k = 0; k < count; ++k) x[k * Rows + r] = from[k];
    }
    const double* weights = task.weights + first * task.outputs;
    double* out = task.out + row * task.outputs;
    std::size_t j = 0;
    for (; task.outputs - j >= 8; j += 8)
        add_products<Rows, 8>(x, weights + j, count, task.outputs, out + j);
    for (; j < task.outputs; ++j)
        add_products<Rows, 1>(x, weights + j, count, task.outputs, out + j);
}

template <std::size_t Rows>
inline void linear_rows(const LinearTask& task, std::size_t row) {
    for (std::size_t r = row; r < row + Rows; ++r) {
        const double* bias = task.bias + r * task.bias_stride;
        for (std::size_t j = 0; j < task.outputs; ++j) task.out[r * task.outputs + j] = bias[j];
    }
    for (std::size_t first = 0; first < task.inputs; first += inputs_at_once) {
        const std::size_t rest = task.inputs - first;
        add_inputs<Rows>(task, row, first, rest < inputs_at_once ? rest : inputs_at_once);
    }
}

void linear(const LinearTask& task, std::size_t begin, std::size_t end) {
    std::size_t row = begin;
    for (; end - row >= 8; row += 8) linear_rows<8>(task, row);
    for (; row < end; ++row) linear_rows<1>(task, row);
}

}  // namespace
}  // namespace scorerbm
