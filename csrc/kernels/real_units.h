// Both halves of a sweep of real visible and binary hidden units: bits from log-odds that a matrix
// product has found, and normal numbers around sums of weights that are looked up.
#pragma once

#include "half_sweep.h"
#include "single_noise.h"

namespace scorerbm {
namespace {

struct RealFields {
    const float* x;

    Floats at(std::size_t j) const { return load<Floats>(x + j); }
};

// Bits of probability sigmoid(factor x) for all rows.
void decide_real(const RealBitsTask& task) {
    alignas(64) std::uint16_t draws[units_per_word];
    for (std::size_t first = 0; first < task.width; first += columns_per_block) {
        const UnitDraws unit_draws(task.stream, first);
        const std::size_t rest = task.width - first;
        const std::uint64_t valid =
            ~std::uint64_t{0} >> (rest < columns_per_block ? columns_per_block - rest : 0);
        for (std::size_t r = 0; r < task.n_rows; ++r) {
            const std::uint32_t chain = task.stream.chains[r];
            const RealFields fields{task.x + r * task.stride + first};
            const Bracket bracket = make_bracket(task.factor[r], smallest_margin);
            unit_draws.draw(chain, draws);
            const Decision decision = decide<false>(bracket, nullptr, fields, draws);
            row_of(task.out, r)[first / columns_per_block] =
                close_decision(decision, valid, draws, first, chain, task.stream,
                               [&](std::size_t j) { return fields.x[j] * task.factor[r]; });
        }
    }
}

// Numbers of 64 units of one chain; of the last units, which are fewer, from a copy.
struct BlockOfRows {
    alignas(64) float copy[columns_per_block] = {};

    const float* of(const RealRows& rows, std::size_t chain, std::size_t first, std::size_t width) {
        const float* from = rows.numbers + chain * rows.stride + first;
        if (width == columns_per_block) return from;
        std::memcpy(copy, from, width * sizeof(float));
        return copy;
    }
};

// Draws the units of one block anew: centre, what is left of the deviation from it, noise.
template <bool WithMemory>
inline void move_block(const RealMoveTask& task, const Block<std::int32_t>& block) {
    const HalfSweepTask& half = task.half;
    const NormalDraws normals{{half.stream, block.first}};
    alignas(64) float zeta[columns_per_block], centre[columns_per_block], old[columns_per_block];
    BlockOfRows gains, biases, memories, spreads;
    for (std::size_t c = 0; c < half.n_chains; ++c) {
        normals.draw(half.stream.chains[c], zeta);
        const auto row = [&](BlockOfRows& copy, const RealRows& rows) {
            return copy.of(rows, c, block.first, block.width);
        };
        const float *gain = row(gains, task.gain), *bias = row(biases, task.bias);
        const float* memory = WithMemory ? row(memories, task.memory) : nullptr;
        const float* spread = row(spreads, task.spread);
        const std::int32_t* sum =
            static_cast<const std::int32_t*>(half.sums) + c * columns_per_block;
        float* v = task.v + c * task.stride + block.first;
        if (task.frozen != nullptr) std::memcpy(old, v, sizeof old);
        for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
            const Floats m =
                load<Floats>(bias + j) + load<Floats>(gain + j) * to_floats(load<Ints>(sum + j));
            store(centre + j, m);
            Floats x = m;
            if constexpr (WithMemory) x += load<Floats>(memory + j) * (load<Floats>(v + j) - m);
            store(v + j, x + load<Floats>(spread + j) * load<Floats>(zeta + j));
        }
        if (task.mean_sum != nullptr) {
            double* total = task.mean_sum + c * half.outputs + block.first;
            for (std::size_t j = 0; j < block.width; ++j) total[j] += double{centre[j]};
        }
        if (task.frozen != nullptr) {
            const std::uint8_t* frozen = task.frozen + c * task.frozen_stride + block.first;
            for (std::size_t j = 0; j < block.width; ++j) v[j] = frozen[j] != 0 ? old[j] : v[j];
        }
    }
}

void move_real(const RealMoveTask& task) {
    prepare_inputs<std::int32_t>(task.half);
    for_each_block<std::int32_t>(task.half, [&](const Block<std::int32_t>& block) {
        if (task.memory.numbers == nullptr) {
            move_block<false>(task, block);
        } else {
            move_block<true>(task, block);
        }
    });
}

}  // namespace
}  // namespace scorerbm
