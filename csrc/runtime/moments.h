// Sufficient statistics of a batch of binary visible states.
#pragma once

#include <cstdint>

#include "runtime/prepared.h"

namespace scorerbm {

struct MomentsTask {
    PreparedRBM* rbm;
    const std::int32_t* hidden_bias;
    double scale;
    const std::uint8_t* states;  // (rows, visible)
};

// Writes the sums over rows of v p' (visible, hidden), v and p = sigma(W'v + c).
void moments(const MomentsTask& task, std::size_t n_rows, std::size_t n_threads, double* weights,
             double* visible, double* hidden);

}  // namespace scorerbm
