// Estimates and limits of sweeps.
#pragma once

#include <stdexcept>
#include <string>

#include "runtime/prepared.h"

namespace scorerbm {

// Rough cost of one sweep of one chain: the table lookups and the random bits.
inline double sweep_nanoseconds(const PreparedRBM& rbm) {
    const double n = static_cast<double>(rbm.visible.outputs);
    const double m = static_cast<double>(rbm.hidden.outputs);
    return 2.0 * n * m * (rbm.hidden.bits == 16 ? 0.005 : 0.01) + (n + m);
}

// Throws std::invalid_argument unless the numbers of `count` sweeps or stages fit 32 bits.
inline void check_numbers(std::size_t first, std::size_t count, const char* of = "n_sweeps") {
    constexpr std::size_t most = 0xFFFFFFFFu;
    if (first > most || count > most - first) {
        throw std::invalid_argument(std::string(of) +
                                    ": the last one's number does not fit 32 bits");
    }
}

}  // namespace scorerbm
