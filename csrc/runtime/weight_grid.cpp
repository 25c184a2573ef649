#include "runtime/weight_grid.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace scorerbm {
namespace {

constexpr double coarsest = 16.0, finest = 0x1p24;

// Sums of the positive and of the negative terms of each row and column.
struct OneSided {
    std::vector<double> high, low;

    explicit OneSided(std::vector<double> start) : high(std::move(start)), low(high) {}

    void add(std::size_t unit, double term) {
        high[unit] += std::max(term, 0.0);
        low[unit] += std::min(term, 0.0);
    }

    double largest() const {
        double most = 0.0;
        for (const double x : high) most = std::max(most, x);
        for (const double x : low) most = std::max(most, -x);
        return most;
    }
};

// The largest power of two that exceeds neither the limit nor the finest grid.
double largest_power(double limit) {
    if (!(limit > 0.0)) return 0.0;
    if (limit >= finest) return finest;
    int exponent = 0;
    std::frexp(limit, &exponent);
    return std::ldexp(0.5, exponent);
}

double finest_scale(double largest, std::size_t n_units, double beyond, int bits) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double units = static_cast<double>(n_units);
    const double most = bits == 16 ? 0x1p15 - 1.0 : 0x1p31 - 1.0;
    const double reach = bits == 16 ? largest : 2.0 * largest + beyond;
    const double rounding = bits == 16 ? 0.5 * units : units + 1.0;
    const double fitting = reach != 0.0 ? (most - rounding) / reach : infinity;
    const double by_bias = bits == 16 ? 0x1p30 / (largest + beyond) : infinity;
    const double scale = largest_power(std::min(fitting, by_bias));
    if (!(scale >= coarsest)) {
        throw std::overflow_error("weights: their sums reach beyond what a " +
                                  std::to_string(bits) + "-bit grid represents");
    }
    return scale;
}

// What rounding adds to each bias.
std::vector<double> bias_errors(const std::vector<double>& bias, double scale, double limit) {
    std::vector<double> errors;
    for (const double x : bias) {
        const double rounded = std::nearbyint(std::min(std::max(x, -limit), limit) * scale);
        const double error = rounded / scale - x;
        errors.push_back(std::abs(error) > 1.0 / scale ? 0.0 : error);
    }
    return errors;
}

}  // namespace

WeightGrid finest_grid(const Weights& weights, double beyond, int bits) {
    OneSided visible(std::vector<double>(weights.n_visible));
    OneSided hidden(std::vector<double>(weights.n_hidden));
    const double* w = weights.data;
    for (std::size_t i = 0; i < weights.n_visible; ++i) {
        for (std::size_t j = 0; j < weights.n_hidden; ++j, ++w) {
            visible.add(i, *w);
            hidden.add(j, *w);
        }
    }
    const double of_visible = visible.largest(), of_hidden = hidden.largest();
    const double scale = finest_scale(std::max(of_visible, of_hidden),
                                      std::max(weights.n_visible, weights.n_hidden), beyond, bits);
    return {scale, of_visible + beyond, of_hidden + beyond, bits};
}

void round_biases(const double* bias, std::size_t size, double scale, double limit,
                  std::int32_t* out) {
    for (std::size_t i = 0; i < size; ++i) {
        const double within = std::min(std::max(bias[i], -limit), limit);
        out[i] = static_cast<std::int32_t>(std::nearbyint(within * scale));
    }
}

double grid_error(const Weights& weights, const std::vector<double>& visible_bias,
                  const std::vector<double>& hidden_bias, const WeightGrid& grid) {
    OneSided visible(bias_errors(visible_bias, grid.scale, grid.visible_limit));
    OneSided hidden(bias_errors(hidden_bias, grid.scale, grid.hidden_limit));
    const double* w = weights.data;
    for (std::size_t i = 0; i < weights.n_visible; ++i) {
        for (std::size_t j = 0; j < weights.n_hidden; ++j, ++w) {
            const double error = std::nearbyint(*w * grid.scale) / grid.scale - *w;
            visible.add(i, error);
            hidden.add(j, error);
        }
    }
    return std::max(visible.largest(), hidden.largest());
}

}  // namespace scorerbm
