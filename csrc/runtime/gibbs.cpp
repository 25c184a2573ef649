#include <algorithm>
#include <vector>

#include "runtime/chains.h"
#include "runtime/cost.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

void run_tile(const GibbsTask& task, ChainTile& tile, Interrupt& interrupt) {
    std::vector<double> factor(tile.size());
    for (std::size_t c = 0; c < tile.size(); ++c) {
        factor[c] = task.beta[tile.begin() + c] / task.chains.scale;
    }
    const std::size_t n = task.chains.rbm->visible.outputs;
    double* mean = task.mean == nullptr ? nullptr : task.mean + tile.begin() * n;
    if (mean != nullptr) std::fill_n(mean, tile.size() * n, 0.0);
    for (std::size_t s = 0; s < task.n_sweeps; ++s) {
        interrupt.check();
        const std::uint32_t step = task.first_sweep + static_cast<std::uint32_t>(s);
        tile.sweep(step, factor.data(), mean, nullptr);
    }
    if (mean != nullptr) {
        const double n_sweeps = static_cast<double>(task.n_sweeps);
        std::transform(mean, mean + tile.size() * n, mean,
                       [=](double sum) { return sum / n_sweeps; });
    }
    tile.finish();
}

}  // namespace

void gibbs(const GibbsTask& task, std::size_t n_chains, std::size_t n_threads,
           Interrupt& interrupt) {
    check_numbers(task.first_sweep, task.n_sweeps);
    const Biases biases(task.chains);
    const double nanoseconds =
        static_cast<double>(task.n_sweeps) * sweep_nanoseconds(*task.chains.rbm);
    const std::size_t n_parts = worthwhile_threads(n_chains, n_threads, nanoseconds);
    const Plan plan = make_plan(*task.chains.rbm, share(n_chains, n_parts),
                                n_chains * task.n_sweeps, task.chains.options);
    const auto work = [&](std::size_t begin, std::size_t end) {
        for (std::size_t c = begin; c < end; c += plan.chains_per_tile) {
            const std::size_t last = std::min(end, c + plan.chains_per_tile);
            ChainTile tile(task.chains, biases, c, last, plan.lookup);
            run_tile(task, tile, interrupt);
        }
    };
    parallel_for(n_chains, n_threads, nanoseconds, work, [&] { interrupt.check(); });
}

void energies(const ChainsTask& task, std::size_t n_chains, std::size_t n_threads,
              std::int64_t* out) {
    const Biases biases(task);
    const double nanoseconds = sweep_nanoseconds(*task.rbm);
    const std::size_t n_parts = worthwhile_threads(n_chains, n_threads, nanoseconds);
    const Plan plan = make_plan(*task.rbm, share(n_chains, n_parts), n_chains, task.options);
    parallel_for(n_chains, n_threads, nanoseconds, [&](std::size_t begin, std::size_t end) {
        for (std::size_t c = begin; c < end; c += plan.chains_per_tile) {
            const std::size_t last = std::min(end, c + plan.chains_per_tile);
            ChainTile(task, biases, c, last, plan.lookup).energies(task.h, out + c);
        }
    });
}

}  // namespace scorerbm
