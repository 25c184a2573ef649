#include "runtime/dense.h"

#include <algorithm>
#include <cmath>

#include "runtime/dispatch.h"

namespace scorerbm {
namespace {

constexpr double log2_e = 1.4426950408889634;

void repeat_row(const float* row, std::size_t width, float* out, std::size_t n_rows) {
    for (std::size_t r = 0; r < n_rows; ++r) std::copy_n(row, width, out + r * width);
}

Relaxation relaxation_at(double tau) {
    const double inverse = 1.0 / tau;
    const bool whole = inverse <= largest_power_of_units && inverse == std::floor(inverse);
    return {static_cast<float>(-log2_e / tau), static_cast<float>(-inverse),
            whole ? static_cast<std::uint32_t>(inverse) : 0};
}

}  // namespace

RelaxTask DenseEstimator::relaxation(const float* x, float* out, std::size_t width) const {
    RelaxTask task = {};
    task.x = x;
    task.out = out;
    task.width = width;
    task.relaxation = relaxation_at(tau);
    return task;
}

AverageTask DenseEstimator::average(const float* x, float* mean, float* slope,
                                    std::size_t width) const {
    AverageTask task = {};
    task.x = x;
    task.mean = mean;
    task.slope = slope;
    task.width = width;
    task.relaxation = relaxation_at(tau);
    task.share = static_cast<float>(1.0 / static_cast<double>(n_noises));
    task.n_noises = n_noises;
    task.antithetic = antithetic;
    return task;
}

DenseModel::DenseModel(const DenseParameters& of)
    : of_(of),
      to_hidden_(row_major(of.weights, of.n_visible, of.n_hidden)),
      to_visible_(row_major(of.weights, of.n_visible, of.n_hidden).transposed()) {}

void DenseModel::add_hidden(const float* v, float* out, std::size_t n_rows) const {
    to_hidden_.add_product(row_major(v, n_rows, of_.n_visible), out, of_.n_hidden, 0, n_rows);
}

void DenseModel::add_visible(const float* h, float* out, std::size_t n_rows) const {
    to_visible_.add_product(row_major(h, n_rows, of_.n_hidden), out, of_.n_visible, 0, n_rows);
}

void DenseModel::hidden_log_odds(const float* v, float* out, std::size_t n_rows) const {
    repeat_row(of_.hidden_bias, of_.n_hidden, out, n_rows);
    add_hidden(v, out, n_rows);
}

void DenseModel::visible_log_odds(const float* h, float* out, std::size_t n_rows) const {
    repeat_row(of_.visible_bias, of_.n_visible, out, n_rows);
    add_visible(h, out, n_rows);
}

void relaxed_sweeps(const DenseModel& model, const DenseEstimator& estimator,
                    const DenseStreams& streams, std::size_t noise, const float* first,
                    const float* bias, float* const* layers, std::size_t n_rows) {
    const std::size_t N = model.of().n_visible, M = model.of().n_hidden;
    const std::size_t k = estimator.n_sweeps;
    const auto number = static_cast<std::uint32_t>(estimator.noise_number(noise)) << 8;
    const auto relax = [&](const float* x, float* out, std::size_t width, std::size_t sweep,
                           std::uint32_t domain) {
        RelaxTask task = estimator.relaxation(x, out, width);
        task.noisy = estimator.n_noises > 0;
        task.mirrored = estimator.antithetic && noise % 2 == 1;
        const auto step = streams.call * static_cast<std::uint32_t>(k);
        task.noise = {streams.chains, streams.key, step + static_cast<std::uint32_t>(sweep),
                      domain | number};
        kernels().relax(task, 0, n_rows);
    };
    for (std::size_t sweep = 0; sweep < k; ++sweep) {
        float *h = layers[2 * sweep], *v = layers[2 * sweep + 1];
        if (sweep > 0) model.hidden_log_odds(layers[2 * sweep - 1], h, n_rows);
        relax(sweep == 0 ? first : h, h, M, sweep, logistic_hidden_domain);
        std::copy_n(bias, n_rows * N, v);
        model.add_visible(h, v, n_rows);
        if (sweep + 1 < k) {
            relax(v, v, N, sweep, logistic_visible_domain);
        } else {
            kernels().sigmoids(v, v, n_rows * N);
        }
    }
}

double estimate_nanoseconds(const DenseParameters& of, const DenseEstimator& estimator) {
    const double n = static_cast<double>(of.n_visible), m = static_cast<double>(of.n_hidden);
    const double noises = static_cast<double>(estimator.n_noises);
    if (estimator.force) return 2.0 * product_nanoseconds * n * m + 1.5 * noises * m;
    const double passes = static_cast<double>(estimator.n_sweeps * estimator.copies());
    return passes * (2.0 * product_nanoseconds * n * m + 2.0 * (n + m));
}

}  // namespace scorerbm
