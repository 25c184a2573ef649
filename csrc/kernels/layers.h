// What lies between the matrix products of forward and backward passes: arrays, element by element.
#pragma once

#include "elementary.h"
#include "relaxed.h"

namespace scorerbm {
namespace {

// Relaxed units at tau = 1 without noise.
void sigmoids(const float* x, float* out, std::size_t size) {
    const float factor = static_cast<float>(-log2_e);
    map_vectors(x, out, size,
                [=](Floats at) { return 1.0f / (power_of_unit(at * factor) + 1.0f); });
}

// out = bias + (rate x - half), for rows [begin, end).
void tilt(const ChannelTask& task, std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
        const float* x = task.x + row * task.width;
        float* out = task.out + row * task.width;
        for (std::size_t j = 0; j < task.width; ++j) {
            out[j] = task.bias[j] + (task.rate * x[j] - task.half_signal);
        }
    }
}

// slopes *= (h (1 - h)) by.
void times_slope(const float* h, float by, float* slopes, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) slopes[i] *= (h[i] * (1.0f - h[i])) * by;
}

// out = x y.
void multiply(const float* x, const float* y, float by, float* out, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) out[i] = x[i] * (y[i] * by);
}

void add(const float* x, float* sum, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) sum[i] += x[i];
}

void scale(float by, float* x, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) x[i] *= by;
}

// out = ((x - target) weight) by for one row; returns the sum of squares of x - target.
double row_error(const float* x, const float* target, float weight, float by, float* out,
                 std::size_t size) {
    double sum = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
        const float error = x[i] - target[i];
        sum += static_cast<double>(error) * static_cast<double>(error);
        out[i] = (error * weight) * by;
    }
    return sum;
}

}  // namespace
}  // namespace scorerbm
