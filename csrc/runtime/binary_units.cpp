#include "runtime/binary_units.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <stdexcept>
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

// Integer sums of one thread.
struct Sums {
    std::vector<std::int64_t> weights, visible, hidden;

    explicit Sums(const Layer& layer)
        : weights(layer.inputs * layer.outputs), visible(layer.inputs), hidden(layer.outputs) {}

    void add(const Sums& other) {
        add(weights, other.weights);
        add(visible, other.visible);
        add(hidden, other.hidden);
    }

    static void add(std::vector<std::int64_t>& to, const std::vector<std::int64_t>& from) {
        std::transform(to.begin(), to.end(), from.begin(), to.begin(), std::plus<>());
    }
};

void scale(const std::vector<std::int64_t>& sums, double unit, double* out) {
    std::transform(sums.begin(), sums.end(), out,
                   [=](std::int64_t sum) { return static_cast<double>(sum) * unit; });
}

}  // namespace

void conditional(const ConditionalTask& task, std::size_t n_chains, std::size_t n_threads) {
    parallel_for(n_chains, n_threads, layer_nanoseconds(task.layer),
                 [&](std::size_t begin, std::size_t end) {
                     Scratch scratch(chains_per_tile * task.layer.inputs);
                     kernels().conditional(task, begin, end, scratch.data());
                 });
}

void moments(const ConditionalTask& task, std::size_t n_chains, std::size_t n_threads,
             double* weights, double* visible, double* hidden) {
    Sums total(task.layer);
    std::mutex adding;
    parallel_for(n_chains, n_threads, 2.0 * layer_nanoseconds(task.layer),
                 [&](std::size_t begin, std::size_t end) {
                     Sums sums(task.layer);
                     Scratch scratch((2 * chains_per_tile + 1) * task.layer.inputs);
                     const MomentSums pointers{sums.weights.data(), sums.visible.data(),
                                               sums.hidden.data()};
                     kernels().moments(task, pointers, begin, end, scratch.data());
                     const std::lock_guard<std::mutex> lock(adding);
                     total.add(sums);
                 });
    scale(total.weights, 0x1p-30, weights);
    scale(total.visible, 1.0, visible);
    scale(total.hidden, 0x1p-30, hidden);
}

void bernoulli(const BernoulliTask& task, std::size_t n_chains) {
    kernels().bernoulli(task, 0, n_chains);
}

}  // namespace scorerbm
