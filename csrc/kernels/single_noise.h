// Random numbers in single precision for 64 units of one chain at a time. A group of 64 units has
// 16 blocks of four words: word n of block b goes to unit 16 n + b, so that nothing is shuffled.
#pragma once

#include "philox_lanes.h"
#include "single.h"

namespace scorerbm {
namespace {

constexpr std::size_t blocks_per_group = columns_per_block / 4;

class WordDraws {
  public:
    WordDraws(const Stream& stream, std::size_t first_unit)
        : lanes_(stream, [=](std::size_t r) { return block_numbers(first_unit / 4, r); }) {}

    // Calls visit(b, w0, w1, w2, w3) with the words of blocks b, b + 1, … of the group.
    template <class Visit>
    void draw(std::uint32_t chain, Visit visit) const {
        const auto join = [](const Longs* pair) { return join_low_halves(pair[0], pair[1]); };
        lanes_.draw(chain, [=](std::size_t r, const Lanes::Result& c) {
            visit(r * long_lanes, join(c.w0), join(c.w1), join(c.w2), join(c.w3));
        });
    }

  private:
    using Lanes = PhiloxLanes<blocks_per_group / long_lanes>;
    static_assert(Lanes::interleaved == 2, "two vectors of 64-bit lanes make one of 32-bit lanes");

    // Of two vectors the first has the even blocks, the second the odd ones.
    static Longs block_numbers(std::size_t first, std::size_t r) {
        Longs numbers = {};
        for (std::size_t i = 0; i < long_lanes; ++i) {
            numbers[i] = first + r / 2 * 2 * long_lanes + 2 * i + r % 2;
        }
        return numbers;
    }

    Lanes lanes_;
};

// Each writes 64 numbers of a chain.
struct NormalDraws {
    WordDraws words;

    void draw(std::uint32_t chain, float* out) const {
        words.draw(chain, [=](std::size_t b, Ints w0, Ints w1, Ints w2, Ints w3) {
            const FloatPair x = normal_pair(w0, w1), y = normal_pair(w2, w3);
            store(out + b, x.first);
            store(out + blocks_per_group + b, x.second);
            store(out + 2 * blocks_per_group + b, y.first);
            store(out + 3 * blocks_per_group + b, y.second);
        });
    }
};

struct LogisticDraws {
    WordDraws words;

    void draw(std::uint32_t chain, float* out) const {
        words.draw(chain, [=](std::size_t b, Ints w0, Ints w1, Ints w2, Ints w3) {
            store(out + b, logistic(w0));
            store(out + blocks_per_group + b, logistic(w1));
            store(out + 2 * blocks_per_group + b, logistic(w2));
            store(out + 3 * blocks_per_group + b, logistic(w3));
        });
    }
};

// Calls visit(row, first, numbers) for 64 units from `first` on, of rows [begin, end).
template <class Draws, class Visit>
inline void for_each_group(const Stream& stream, std::size_t width, std::size_t begin,
                           std::size_t end, Visit visit) {
    alignas(64) float numbers[columns_per_block];
    for (std::size_t first = 0; first < width; first += columns_per_block) {
        const Draws draws{{stream, first}};
        for (std::size_t row = begin; row < end; ++row) {
            draws.draw(stream.chains[row], numbers);
            visit(row, first, numbers);
        }
    }
}

template <class Draws>
inline void fill(const NoiseTask& task, std::size_t begin, std::size_t end) {
    for_each_group<Draws>(
        task.stream, task.width, begin, end,
        [&](std::size_t row, std::size_t first, const float* numbers) {
            const std::size_t rest = task.width - first;
            const std::size_t count = rest < columns_per_block ? rest : columns_per_block;
            std::memcpy(task.out + row * task.width + first, numbers, count * sizeof(float));
        });
}

void normal(const NoiseTask& task, std::size_t begin, std::size_t end) {
    fill<NormalDraws>(task, begin, end);
}

void logistic(const NoiseTask& task, std::size_t begin, std::size_t end) {
    fill<LogisticDraws>(task, begin, end);
}

}  // namespace
}  // namespace scorerbm
