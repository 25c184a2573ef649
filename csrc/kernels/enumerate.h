// ln sum_y exp(x'Wy + a'x + b'y) for every binary x, the sum over y in closed form.
#pragma once

#include "elementary.h"
#include "table.h"

namespace scorerbm {
namespace {

// Sums over the first k bits of x, for k = 0..enumerated: row k holds b + W'x and, in its last
// column, a'x. States are visited in bit-reversed order, in which the last bits change most often:
// only the rows below the first changed bit are added anew, two on average.
struct PartialSums {
    const EnumerateTask& task;
    double* rows;

    std::size_t columns() const { return task.summed + 1; }
    double* row(std::size_t k) const { return rows + k * columns(); }

    void start() const {
        std::memcpy(row(0), task.summed_bias, task.summed * sizeof(double));
        row(0)[task.summed] = 0.0;
    }

    void extend(std::size_t k, bool bit) const {
        const double* from = row(k);
        double* to = row(k + 1);
        if (!bit) {
            std::memcpy(to, from, columns() * sizeof(double));
            return;
        }
        const double* weights = task.weights + k * task.summed;
        for (std::size_t j = 0; j < task.summed; ++j) to[j] = from[j] + weights[j];
        to[task.summed] = from[task.summed] + task.enumerated_bias[k];
    }
};

inline double add_softplus(const double* field, std::size_t size, double total) {
    constexpr std::size_t at_once = 64;
    double terms[at_once];
    for (std::size_t start = 0; start < size; start += at_once) {
        const std::size_t count = size - start < at_once ? size - start : at_once;
        for (std::size_t j = 0; j < count; ++j) terms[j] = softplus(field[start + j]);
        for (std::size_t j = 0; j < count; ++j) total += terms[j];
    }
    return total;
}

// `position` counts states in the bit-reversed order: its top bit is the first bit of x.
void enumerate_states(const EnumerateTask& task, std::size_t begin, std::size_t end,
                      double* scratch) {
    const PartialSums sums{task, scratch};
    const std::size_t n_bits = task.enumerated;
    sums.start();
    for (std::size_t position = begin; position < end; ++position) {
        const std::size_t changed = position == begin ? ~std::size_t{0} : position ^ (position - 1);
        std::size_t index = 0;
        for (std::size_t k = 0; k < n_bits; ++k) {
            const std::size_t from_top = n_bits - 1 - k;
            const std::size_t bit = (position >> from_top) & 1;
            index |= bit << k;
            if (((changed >> from_top) & 1) != 0) sums.extend(k, bit != 0);
        }
        const double* fields = sums.row(n_bits);
        task.out[index] = add_softplus(fields, task.summed, fields[task.summed]);
    }
}

}  // namespace
}  // namespace scorerbm
