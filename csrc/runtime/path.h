// Trajectories driven by the means of kept Gibbs chains.
#pragma once

#include <cstdint>

#include "runtime/chain_tile.h"
#include "runtime/interrupt.h"

namespace scorerbm {

// Numbers of each stage: what it does to the state s that it starts from and to x.
//   plain    x <- keep s + pull m + spread zeta, s = x
//   predict  the same to y, and x stays
//   correct  x <- keep s + pull m + base x + spread zeta, s = y
enum class StageKind : std::uint8_t { plain, predict, correct };

struct Stages {
    std::size_t count;
    const float *rate, *half_signal, *keep, *pull, *base, *spread;
    const std::uint8_t* kind;
};

struct PathTask {
    ChainsTask chains;
    float* state;        // (C, N), in and out
    float limit;         // of the observation's log-odds
    const float* shift;  // (N), added to them; may be null
    Stages stages;
    Key noise_key;
    std::uint32_t first_sweep, first_stage;
    std::size_t n_sweeps;  // of each stage
};

// Throws std::invalid_argument if a kind is none of the three.
void check_kinds(const Stages& stages);

// Throws std::invalid_argument if a kind is none of the three, or a sweep's or stage's number does
// not fit 32 bits; and Interrupted.
void posterior_path(const PathTask& task, std::size_t n_chains, std::size_t n_threads,
                    Interrupt& interrupt);

}  // namespace scorerbm
