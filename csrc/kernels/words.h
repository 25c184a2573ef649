// Blocks of Philox as they are: four words each.
#pragma once

#include "philox.h"

namespace scorerbm {
namespace {

void words(const WordsTask& task, std::size_t begin, std::size_t end) {
    std::uint32_t* out = task.out + begin * 4 * task.blocks;
    const auto store = [&](std::size_t start, std::size_t count, const Blocks& b) {
        std::uint32_t* to = out + 4 * start;
        for (std::size_t i = 0; i < count; ++i) {
            to[4 * i] = b.w0[i];
            to[4 * i + 1] = b.w1[i];
            to[4 * i + 2] = b.w2[i];
            to[4 * i + 3] = b.w3[i];
        }
    };
    for_each_batch(task.stream, begin, end - begin, task.first_block, task.blocks, store);
}

}  // namespace
}  // namespace scorerbm
