// Estimates and limits of sweeps.
#pragma once

#include <stdexcept>

#include "runtime/prepared.h"

namespace scorerbm {

// Rough cost of one sweep of one chain: the table lookups and the random bits.
inline double sweep_nanoseconds(const PreparedRBM& rbm) {
    const double n = static_cast<double>(rbm.visible.outputs);
    const double m = static_cast<double>(rbm.hidden.outputs);
    return 2.0 * n * m * (rbm.hidden.bits == 16 ? 0.005 : 0.01) + (n + m);
}

inline void check_sweep_numbers(std::size_t first, std::size_t count) {
    if (count > 0xFFFFFFFFu - first) {
        throw std::invalid_argument("n_sweeps: the last sweep's number does not fit 32 bits");
    }
}

}  // namespace scorerbm
