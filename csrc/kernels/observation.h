// What noisy observations of binary states add to log-odds.
#pragma once

#include "accumulate.h"
#include "single_noise.h"

namespace scorerbm {
namespace {

// gamma (v - 1/2) + sqrt(gamma) zeta for rows [begin, end).
void observe(const ObservationTask& task, std::size_t begin, std::size_t end) {
    Ints lane_bit = {};
    for (std::size_t i = 0; i < float_lanes; ++i) lane_bit[i] = 1 << i;
    for_each_group<NormalDraws>(
        task.noise, task.width, begin, end,
        [&](std::size_t row, std::size_t first, const float* zeta) {
            const std::uint64_t bits = row_of(task.states, row)[first / 64];
            const Floats snr = all_floats(task.snr[row]), root = square_root(snr);
            float* out = task.out + (row - begin) * task.stride + first;
            for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
                const Ints word = Ints{} + static_cast<std::int32_t>((bits >> j) & 0xFFFF);
                const Ints set = (word & lane_bit) == lane_bit;
                const Ints sign = ~set & static_cast<std::int32_t>(0x80000000u);
                const Floats half = as_floats(as_ints(all_floats(0.5f)) ^ sign);
                store(out + j, snr * half + root * load<Floats>(zeta + j));
            }
        });
}

}  // namespace
}  // namespace scorerbm
