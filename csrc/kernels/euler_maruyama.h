// One step of a stochastic differential equation with linear drift and constant diffusion.
#pragma once

#include "noise.h"

namespace scorerbm {
namespace {

void euler_maruyama(const EulerMaruyamaTask& task, std::size_t begin, std::size_t end) {
    // Few enough numbers that the noise is still in the first-level cache when it is used.
    constexpr std::size_t at_once = 1024;
    const std::size_t width = task.noise.width;
    const std::size_t rows = width < at_once ? at_once / (width + 1) + 1 : 1;
    for (std::size_t row = begin; row < end; row += rows) {
        const std::size_t last = end - row < rows ? end : row + rows;
        normal(task.noise, row, last);
        double* out = task.noise.out;
        for (std::size_t i = row * width; i < last * width; ++i) {
            out[i] = (task.keep * task.v[i] + task.pull * task.mean[i]) + task.spread * out[i];
        }
    }
}

}  // namespace
}  // namespace scorerbm
