// Chains of a call, tile by tile, spread over threads.
#pragma once

#include <algorithm>
#include <functional>

#include "runtime/chain_tile.h"
#include "runtime/cost.h"
#include "runtime/parallel.h"

namespace scorerbm {

// Calls visit(begin, end, lookup) for the chains of each tile as the plan for so many sweeps of
// each has them. For `waiting` see parallel_for.
template <class Visit>
void for_each_tile(const ChainsTask& task, std::size_t n_chains, std::size_t n_sweeps,
                   std::size_t n_threads, Visit visit,
                   const std::function<void()>& waiting = nullptr) {
    const double nanoseconds = static_cast<double>(n_sweeps) * sweep_nanoseconds(*task.rbm);
    const std::size_t n_parts = worthwhile_threads(n_chains, n_threads, nanoseconds);
    const Plan plan =
        make_plan(*task.rbm, share(n_chains, n_parts), n_chains * n_sweeps, task.options, n_parts);
    const auto work = [&](std::size_t begin, std::size_t end) {
        for (std::size_t c = begin; c < end; c += plan.chains_per_tile) {
            visit(c, std::min(end, c + plan.chains_per_tile), plan.lookup);
        }
    };
    parallel_for(n_chains, n_threads, nanoseconds, work, waiting);
}

}  // namespace scorerbm
