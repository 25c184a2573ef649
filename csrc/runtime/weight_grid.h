// The grid that a model's weights are rounded to: the twin of src/scorerbm/rbm/grid.py, where the
// reasons are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace scorerbm {

constexpr double saturation = 40.0;      // a bias this far beyond the weights is as an infinite one
constexpr double narrow_error = 0.0625;  // of log-odds, that 16 bits may bring

// Row-major weights (n_visible, n_hidden).
struct Weights {
    const double* data;
    std::size_t n_visible, n_hidden;
};

struct WeightGrid {
    double scale, visible_limit, hidden_limit;  // 1 / spacing; the largest biases that matter
    int bits;
};

// Throws std::overflow_error if no grid of at least 1/16 fits so many bits.
WeightGrid finest_grid(const Weights& weights, double beyond, int bits);

// Biases clipped to the limit, in units of the grid.
void round_biases(const double* bias, std::size_t size, double scale, double limit,
                  std::int32_t* out);

// Largest error of any unit's log-odds over all states of the other layer. Saturated biases count
// as exact.
double grid_error(const Weights& weights, const std::vector<double>& visible_bias,
                  const std::vector<double>& hidden_bias, const WeightGrid& grid);

}  // namespace scorerbm
