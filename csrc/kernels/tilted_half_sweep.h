// The visible half of a sweep in which every chain has real log-odds of its own added to its
// units', those of an observation, and what an integrator does with the means.
#pragma once

#include "half_sweep.h"
#include "single_noise.h"

namespace scorerbm {
namespace {

// Log-odds of 64 units from their observed states.
inline void channel_log_odds(const TiltTask& task, const float* state, const float* shift,
                             float* out) {
    for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
        Floats x = task.rate * load<Floats>(state + j) - task.half_signal;
        if (shift != nullptr) x += load<Floats>(shift + j);
        store(out + j, clamp(x, -task.limit, task.limit));
    }
}

// As in decide.h, with the means 1/(1+e) of the units if they are wanted.
template <bool WithMean, class Fields>
inline Decision decide_tilted(const Bracket& bracket, const float* offset, const Fields& fields,
                              const std::uint16_t* draws, float* mean) {
    std::uint64_t ones = 0, zeros = 0;
    const Floats one_bound = all_floats(bracket.certain_one);
    const Floats zero_bound = all_floats(bracket.certain_zero);
    SCORERBM_UNROLL
    for (std::size_t j = 0; j < units_per_word; j += float_lanes) {
        const Floats y =
            to_floats(fields.at(j)) * bracket.factor + load<Floats>(offset + j) * -single_log2_e;
        const Floats q = exp2(y) + 1.0f;
        if constexpr (WithMean) store(mean + j, 1.0f / q);
        const Floats reached = to_floats(to_ints(draws + j)) * q;
        ones |= std::uint64_t{less_bits(reached + q, one_bound)} << j;
        zeros |= std::uint64_t{less_bits(zero_bound, reached)} << j;
    }
    return {ones, ~(ones | zeros)};
}

// The units' new states from their means in all sweeps of the stage.
inline void finish_stage(const TiltTask& task, std::size_t at, const float* mean,
                         const float* zeta) {
    const StageNumbers by = task.numbers;
    for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
        Floats p = load<Floats>(mean + j);
        if (task.mean_sum != nullptr) p += load<Floats>(task.mean_sum + at + j);
        Floats x = by.keep * load<Floats>(task.state + at + j) + by.pull * (p * task.mean_scale);
        if (task.start != nullptr) x += by.base * load<Floats>(task.start + at + j);
        if (by.spread != 0.0f) x += by.spread * load<Floats>(zeta + j);
        store(task.out + at + j, x);
    }
}

inline void add_to(float* sum, const float* x) {
    for (std::size_t j = 0; j < columns_per_block; j += float_lanes) {
        store(sum + j, load<Floats>(sum + j) + load<Floats>(x + j));
    }
}

template <bool WithMean, class Sum>
inline void tilted_block(const TiltTask& task, const Block<Sum>& block) {
    const Bracket* brackets = static_cast<const Bracket*>(task.half.brackets);
    const NormalDraws normals{{task.noise, block.first}};
    alignas(64) float offset[columns_per_block], mean[columns_per_block];
    alignas(64) float zeta[columns_per_block];
    const float* shift = task.shift == nullptr ? nullptr : task.shift + block.first;
    for_each_chain(block, [&](std::size_t c, const BlockFields<Sum>& fields,
                              const std::uint16_t* draws) {
        const std::size_t at = c * task.stride + block.index * task.block_stride;
        channel_log_odds(task, task.state + at, shift, offset);
        const Decision decision = decide_tilted<WithMean>(brackets[c], offset, fields, draws, mean);
        if constexpr (WithMean) {
            if (task.out == nullptr) {
                add_to(task.mean_sum + at, mean);
            } else {
                if (task.numbers.spread != 0.0f) normals.draw(task.noise.chains[c], zeta);
                finish_stage(task, at, mean, zeta);
            }
        }
        return block.close(decision, c, draws, [&](std::size_t j) {
            return fields.one(j) * task.half.factor[c] + double{offset[j]};
        });
    });
}

template <class Sum>
void tilted_half_sweep(const TiltTask& task) {
    prepare_inputs<Sum>(task.half);
    Bracket* brackets = static_cast<Bracket*>(task.half.brackets);
    const float margin = bracket_margin(task.limit * single_log2_e);
    for (std::size_t c = 0; c < task.half.n_chains; ++c) {
        brackets[c] = make_bracket(task.half.factor[c], margin);
    }
    for_each_block<Sum>(task.half, [&](const Block<Sum>& block) {
        if (task.out == nullptr && task.mean_sum == nullptr) {
            tilted_block<false>(task, block);
        } else {
            tilted_block<true>(task, block);
        }
    });
}

}  // namespace
}  // namespace scorerbm
