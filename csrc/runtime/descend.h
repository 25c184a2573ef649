// Training's passes over the parameters.
#pragma once

#include <vector>

#include "kernels/table.h"

namespace scorerbm {

void descend(const DescentTask& task, std::size_t n_rows, std::size_t n_threads);

struct WeightSums {
    std::vector<double> of_rows, of_columns;  // weights times offsets
    double row_reach, column_reach;           // largest sum of any subset of one row, one column
};

// Offsets are those of rows and of columns.
WeightSums weight_sums(const double* weights, std::size_t rows, std::size_t columns,
                       const double* row_offset, const double* column_offset,
                       std::size_t n_threads);

}  // namespace scorerbm
