#include "runtime/binary_units.h"

#include <vector>

#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

using Scratch = std::vector<std::uint32_t>;

// Rough cost of one layer of one chain: the adds, and what follows them.
double layer_nanoseconds(const Layer& layer) {
    const double outputs = static_cast<double>(layer.outputs);
    return outputs * (4.0 + 0.05 * static_cast<double>(layer.inputs));
}

}  // namespace

void conditional(const ConditionalTask& task, std::size_t n_chains, std::size_t n_threads) {
    parallel_for(n_chains, n_threads, layer_nanoseconds(task.layer),
                 [&](std::size_t begin, std::size_t end) {
                     Scratch scratch(chains_per_tile * task.layer.inputs);
                     kernels().conditional(task, begin, end, scratch.data());
                 });
}

void bernoulli(const BernoulliTask& task, std::size_t n_chains) {
    kernels().bernoulli(task, 0, n_chains);
}

}  // namespace scorerbm
