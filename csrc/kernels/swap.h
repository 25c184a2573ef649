// Exchange of neighbouring inverse temperatures in one ladder of parallel tempering.
#pragma once

#include "elementary.h"
#include "table.h"

namespace scorerbm {
namespace {

void swap(const SwapTask& task) {
    for (std::size_t r = 0; r < task.n_replicas; ++r) {
        task.replica_of[task.slots[r]] = static_cast<std::uint16_t>(r);
    }
    for (std::size_t k = task.parity; k + 1 < task.n_replicas; k += 2) {
        const std::size_t low = task.replica_of[k], high = task.replica_of[k + 1];
        const double gain = static_cast<double>(task.energies[low] - task.energies[high]);
        const double exponent = gain * ((task.betas[k] - task.betas[k + 1]) / task.scale);
        // Numbers are below 1, so that there is nothing to compare where the energy falls.
        if (!(exponent < 0.0) || task.uniform[k] < exp_nonpositive(exponent)) {
            task.slots[low] = static_cast<std::uint16_t>(k + 1);
            task.slots[high] = static_cast<std::uint16_t>(k);
        }
    }
}

}  // namespace
}  // namespace scorerbm
