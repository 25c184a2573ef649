#include <algorithm>
#include <vector>

#include "runtime/chains.h"
#include "runtime/cost.h"
#include "runtime/tiles.h"

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
    for_each_tile(
        task.chains, n_chains, task.n_sweeps, n_threads,
        [&](std::size_t begin, std::size_t end, Lookup lookup) {
            ChainTile tile(task.chains, biases, begin, end, lookup);
            run_tile(task, tile, interrupt);
        },
        [&] { interrupt.check(); });
}

void energies(const ChainsTask& task, std::size_t n_chains, std::size_t n_threads,
              std::int64_t* out) {
    const Biases biases(task);
    for_each_tile(task, n_chains, 1, n_threads,
                  [&](std::size_t begin, std::size_t end, Lookup lookup) {
                      ChainTile(task, biases, begin, end, lookup).energies(task.h, out + begin);
                  });
}

}  // namespace scorerbm
