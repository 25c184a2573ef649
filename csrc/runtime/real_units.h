// Markov chains of real visible and binary hidden units.
#pragma once

#include <cstdint>

#include "runtime/interrupt.h"
#include "runtime/plan.h"
#include "runtime/prepared.h"
#include "runtime/product.h"

namespace scorerbm {

// Weights as both halves of a sweep want them: made once, and used for many calls.
struct PreparedReal {
    // `coupling` is (visible, hidden); `integers`, (hidden, visible), are its transpose on a grid,
    // on which sums over any subset of a column fit 32 bits.
    PreparedReal(const float* coupling, const std::int32_t* integers, std::size_t n_visible,
                 std::size_t n_hidden);

    PackedMatrix hidden;    // given the visible units
    PreparedLayer visible;  // given the hidden units
};

struct RealChainsTask {
    const PreparedReal* weights;
    PlanOptions options;
    const float* hidden_bias;
    RealRows gain, bias, spread, memory;  // see RealMoveTask
    const double* beta;                   // of each chain
    const std::uint8_t* frozen;           // visible units to leave alone; may be null
    std::size_t frozen_stride;
    const std::uint32_t* chains;
    Key key;
    const double* start;  // (C, N)
    double* v;            // (C, N)
    std::uint8_t* h;      // (C, M)
    double* mean;         // (C, N), of m over the sweeps; may be null
    std::uint32_t first_sweep;
    std::size_t n_sweeps;
};

// Throws std::invalid_argument if a sweep's number does not fit 32 bits, and Interrupted.
void real_gibbs(const RealChainsTask& task, std::size_t n_chains, std::size_t n_threads,
                Interrupt& interrupt);

}  // namespace scorerbm
