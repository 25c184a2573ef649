// Uniform, normal and logistic numbers. A block makes two of the first, four of the others.
#pragma once

#include "elementary.h"
#include "philox.h"

namespace scorerbm {
namespace {

// Fills rows [begin, end) with numbers that transform(blocks, count, values) makes: number n of
// block i goes to values[n * blocks_per_batch + i].
template <std::size_t PerBlock, class Transform>
inline void fill_noise(const NoiseTask& task, std::size_t begin, std::size_t end,
                       Transform transform) {
    const std::size_t per_row = (task.width + PerBlock - 1) / PerBlock;
    double* out = task.out + begin * task.width;
    std::size_t column = 0;
    const auto store = [&](std::size_t, std::size_t count, const Blocks& blocks) {
        alignas(64) double values[PerBlock * blocks_per_batch];
        transform(blocks, count, values);
        for (std::size_t i = 0; i < count; ++i) {
            for (std::size_t n = 0; n < PerBlock && column < task.width; ++n, ++column) {
                *out++ = values[n * blocks_per_batch + i];
            }
            column = column == task.width ? 0 : column;
        }
    };
    for_each_batch(task.stream, begin, end - begin, 0, per_row, store);
}

inline void to_uniform(const std::uint32_t* high, const std::uint32_t* low, std::size_t count,
                       double* values) {
    for (std::size_t i = 0; i < count; ++i) values[i] = uniform53(high[i], low[i]);
}

inline void to_normal(const std::uint32_t* radius, const std::uint32_t* angle, std::size_t count,
                      double* values) {
    for (std::size_t i = 0; i < count; ++i) {
        const NormalPair pair = normal_pair(radius[i], angle[i]);
        values[i] = pair.cosine;
        values[blocks_per_batch + i] = pair.sine;
    }
}

inline void to_logistic(const std::uint32_t* words, std::size_t count, double* values) {
    for (std::size_t i = 0; i < count; ++i) {
        const double u = unit_interval(words[i]);
        values[i] = log(u / (1.0 - u));
    }
}

void uniform(const NoiseTask& task, std::size_t begin, std::size_t end) {
    fill_noise<2>(task, begin, end, [](const Blocks& b, std::size_t count, double* values) {
        to_uniform(b.w0, b.w1, count, values);
        to_uniform(b.w2, b.w3, count, values + blocks_per_batch);
    });
}

void normal(const NoiseTask& task, std::size_t begin, std::size_t end) {
    fill_noise<4>(task, begin, end, [](const Blocks& b, std::size_t count, double* values) {
        to_normal(b.w0, b.w1, count, values);
        to_normal(b.w2, b.w3, count, values + 2 * blocks_per_batch);
    });
}

void logistic(const NoiseTask& task, std::size_t begin, std::size_t end) {
    fill_noise<4>(task, begin, end, [](const Blocks& b, std::size_t count, double* values) {
        to_logistic(b.w0, count, values);
        to_logistic(b.w1, count, values + blocks_per_batch);
        to_logistic(b.w2, count, values + 2 * blocks_per_batch);
        to_logistic(b.w3, count, values + 3 * blocks_per_batch);
    });
}

}  // namespace
}  // namespace scorerbm
