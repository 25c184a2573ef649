// One stage of an integration: a linear combination of states, of a mean and of noise.
#pragma once

#include "single_noise.h"

namespace scorerbm {
namespace {

void stage(const StageTask& task, std::size_t begin, std::size_t end) {
    const StageNumbers by = task.numbers;
    const std::size_t width = task.width;
    for (std::size_t i = begin * width; i < end * width; ++i) {
        task.out[i] = by.keep * task.v[i] + by.pull * task.mean[i];
    }
    if (task.start != nullptr) {
        for (std::size_t i = begin * width; i < end * width; ++i) {
            task.out[i] += by.base * task.start[i];
        }
    }
    if (by.spread == 0.0f) return;
    for_each_group<NormalDraws>(task.noise, width, begin, end,
                                [&](std::size_t row, std::size_t first, const float* numbers) {
                                    const std::size_t rest = width - first;
                                    const std::size_t count =
                                        rest < columns_per_block ? rest : columns_per_block;
                                    float* out = task.out + row * width + first;
                                    for (std::size_t j = 0; j < count; ++j)
                                        out[j] += by.spread * numbers[j];
                                });
}

}  // namespace
}  // namespace scorerbm
