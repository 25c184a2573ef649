#include "runtime/descend.h"

#include <algorithm>

#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

// The larger one; what is not a number stays.
double larger(double x, double y) {
    return y > x || y != y ? y : x;
}

double reach(double largest, double positive, double negative) {
    return larger(larger(largest, positive), negative);
}

}  // namespace

void descend(const DescentTask& task, std::size_t n_rows, std::size_t n_threads) {
    parallel_for(n_rows, n_threads, 2.0 * static_cast<double>(task.columns),
                 [&](std::size_t begin, std::size_t end) { kernels().descend(task, begin, end); });
}

WeightSums weight_sums(const double* weights, std::size_t rows, std::size_t columns,
                       const double* row_offset, const double* column_offset,
                       std::size_t n_threads) {
    const std::size_t padded = (columns + sum_lanes - 1) / sum_lanes * sum_lanes;
    const std::size_t blocks = (rows + rows_of_sums - 1) / rows_of_sums;
    std::vector<double> offsets(padded), of_rows(3 * rows), of_blocks(blocks * 3 * padded);
    std::copy_n(column_offset, columns, offsets.begin());
    const WeightSumsTask task = {weights,    rows,           columns,        padded,
                                 row_offset, offsets.data(), of_rows.data(), of_blocks.data()};
    parallel_for(
        blocks, n_threads, 0.5 * static_cast<double>(rows_of_sums * columns),
        [&](std::size_t begin, std::size_t end) { kernels().weight_sums(task, begin, end); });

    WeightSums sums = {std::vector<double>(rows), std::vector<double>(columns), 0.0, 0.0};
    for (std::size_t i = 0; i < rows; ++i) {
        sums.row_reach = reach(sums.row_reach, of_rows[3 * i], of_rows[3 * i + 1]);
        sums.of_rows[i] = of_rows[3 * i + 2];
    }
    for (std::size_t block = 1; block < blocks; ++block) {
        const double* of_block = &of_blocks[block * 3 * padded];
        for (std::size_t k = 0; k < 3 * padded; ++k) of_blocks[k] += of_block[k];
    }
    for (std::size_t j = 0; j < columns; ++j) {
        sums.column_reach = reach(sums.column_reach, of_blocks[j], of_blocks[padded + j]);
        sums.of_columns[j] = of_blocks[2 * padded + j];
    }
    return sums;
}

}  // namespace scorerbm
