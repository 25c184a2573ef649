// Markov chains of binary units, spread over threads: block Gibbs and parallel tempering.
#pragma once

#include <cstdint>

#include "runtime/chain_tile.h"
#include "runtime/interrupt.h"

namespace scorerbm {

struct GibbsTask {
    ChainsTask chains;
    const double* beta;  // of each chain
    double* mean;        // (C, N), of p(v=1|h) over the sweeps; may be null
    std::uint32_t first_sweep;
    std::size_t n_sweeps;
};

// Row l * n_replicas + r of the chains is replica r of ladder l.
struct TemperTask {
    ChainsTask chains;
    const std::uint32_t* ladders;
    std::size_t n_ladders, n_replicas;
    const double* betas;   // of each slot
    std::uint16_t* slots;  // (L, R), in and out
    std::uint32_t first_sweep;
    std::size_t n_sweeps, swap_every;
    std::uint16_t* trace;    // (events, L, R)
    std::int64_t* energies;  // (events, L, R)
};

// Events of sweeps [first, first + n): one after each sweep s with s + 1 a multiple of `every`.
inline std::size_t count_events(std::size_t first, std::size_t n, std::size_t every) {
    return (first + n) / every - first / every;
}

// Both throw std::invalid_argument if a sweep's number does not fit 32 bits, and Interrupted.
void gibbs(const GibbsTask& task, std::size_t n_chains, std::size_t n_threads,
           Interrupt& interrupt);
void temper(const TemperTask& task, std::size_t n_threads, Interrupt& interrupt);

// -(v'Wh + b'v + c'h) of each chain, in units of the grid.
void energies(const ChainsTask& task, std::size_t n_chains, std::size_t n_threads,
              std::int64_t* out);

}  // namespace scorerbm
