// Blocks of Philox as they are: four words each.
#pragma once

#include "draws.h"

namespace scorerbm {
namespace {

// The 16-bit numbers of 64 units, the lower half of each word first, are the words of eight blocks
// in memory.
constexpr std::size_t blocks_of_units = units_per_word / 8;
static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the lower half of a word comes first");

void words(const WordsTask& task, std::size_t begin, std::size_t end) {
    alignas(64) std::uint16_t numbers[units_per_word];
    for (std::size_t first = 0; first < task.blocks; first += blocks_of_units) {
        const UnitDraws draws(task.stream, 8 * (task.first_block + first));
        const std::size_t rest = task.blocks - first;
        const std::size_t count = rest < blocks_of_units ? rest : blocks_of_units;
        for (std::size_t row = begin; row < end; ++row) {
            draws.draw(task.stream.chains[row], numbers);
            std::memcpy(task.out + 4 * (row * task.blocks + first), numbers, 16 * count);
        }
    }
}

}  // namespace
}  // namespace scorerbm
