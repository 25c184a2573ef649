// Uniform numbers of 53 bits: two of each block.
#pragma once

#include "elementary.h"
#include "philox.h"

namespace scorerbm {
namespace {

void uniform(const UniformTask& task, std::size_t begin, std::size_t end) {
    const std::size_t per_row = (task.width + 1) / 2;
    double* out = task.out + begin * task.width;
    std::size_t column = 0;
    const auto store = [&](std::size_t, std::size_t count, const Blocks& b) {
        alignas(64) double first[blocks_per_batch], second[blocks_per_batch];
        for (std::size_t i = 0; i < count; ++i) first[i] = uniform53(b.w0[i], b.w1[i]);
        for (std::size_t i = 0; i < count; ++i) second[i] = uniform53(b.w2[i], b.w3[i]);
        for (std::size_t i = 0; i < count; ++i) {
            *out++ = first[i];
            if (++column < task.width) {
                *out++ = second[i];
                ++column;
            }
            column = column == task.width ? 0 : column;
        }
    };
    for_each_batch(task.stream, begin, end - begin, 0, per_row, store);
}

}  // namespace
}  // namespace scorerbm
