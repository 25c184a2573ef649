// Sweeps of chains held as bits, free or given noisy observations.
#pragma once

#include <cstdint>

#include "runtime/chain_tile.h"
#include "runtime/interrupt.h"

namespace scorerbm {

// Observations of rows of bits; each of n_rows rows serves as many chains.
struct Observations {
    std::size_t n_rows;
    const std::uint64_t* states;
    const std::uint32_t* ids;
    const float* snr;
    Key key;
    std::uint32_t step;
};

struct BitSweepsTask {
    ChainsTask chains;                 // with `words` for states
    const Observations* observations;  // null: none
    std::uint32_t first_sweep;
    std::size_t n_sweeps;
    std::uint64_t *states, *halfway;  // (C, words): after all sweeps, and after half of them
};

// Throws std::invalid_argument if a sweep's number does not fit 32 bits, and Interrupted.
void bit_sweeps(const BitSweepsTask& task, std::size_t n_chains, std::size_t n_threads,
                Interrupt& interrupt);

}  // namespace scorerbm
