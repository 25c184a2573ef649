// Trajectories driven by estimates that are made of matrix products.
#pragma once

#include "runtime/dense.h"
#include "runtime/interrupt.h"
#include "runtime/path.h"

namespace scorerbm {

struct DensePathTask {
    DenseParameters model;
    DenseEstimator estimator;
    // (n_rows, n_visible), in one precision or the other; the other one is null.
    const float* start;
    const double* wide_start;
    float* end;
    double* wide_end;
    Stages stages;
    const std::uint32_t* chains;
    Key key, noise_key;
    std::uint32_t first_call, first_stage;
};

// Throws std::invalid_argument if a stage's kind is unknown or a number of a stage or of a sweep
// does not fit 32 bits; and Interrupted.
void dense_path(const DensePathTask& task, std::size_t n_rows, std::size_t n_threads,
                Interrupt& interrupt);

}  // namespace scorerbm
