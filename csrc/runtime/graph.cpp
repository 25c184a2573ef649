#include "runtime/graph.h"

#include <algorithm>
#include <vector>

#include "runtime/aligned.h"
#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

std::size_t round_up(std::size_t x, std::size_t multiple) {
    return (x + multiple - 1) / multiple * multiple;
}

// Chains [begin, end) with a chain a lane.
class Lanes {
  public:
    Lanes(const Graph& graph, std::size_t begin, std::size_t end)
        : units_(graph.units),
          begin_(begin),
          size_(end - begin),
          lanes_(round_up(size_, graph_padding)),
          states_(units_ * lanes_ * sizeof(std::int32_t)) {}

    std::size_t begin() const { return begin_; }
    std::size_t size() const { return size_; }
    std::size_t lanes() const { return lanes_; }
    GraphTile tile() const { return {states_.as<std::int32_t>(), lanes_}; }

    void read(const std::uint8_t* states) {
        for_each_state([&](std::size_t lane, std::size_t unit, std::int32_t& state) {
            state = states[(begin_ + lane) * units_ + unit] == 0 ? 0 : -1;
        });
    }
    void write(std::uint8_t* states) const {
        for_each_state([&](std::size_t lane, std::size_t unit, std::int32_t state) {
            states[(begin_ + lane) * units_ + unit] = state == 0 ? 0 : 1;
        });
    }

  private:
    template <class Visit>
    void for_each_state(Visit visit) const {
        std::int32_t* state = states_.as<std::int32_t>();
        // A cache line of each chain's bytes serves the next units.
        for (std::size_t i = 0; i < units_; ++i) {
            for (std::size_t lane = 0; lane < size_; ++lane)
                visit(lane, i, state[i * lanes_ + lane]);
        }
    }

    std::size_t units_, begin_, size_, lanes_;
    AlignedBytes states_;
};

void run_tile(const GraphChainsTask& task, std::size_t n_chains, Lanes& tile,
              Interrupt& interrupt) {
    const std::size_t lanes = tile.lanes(), begin = tile.begin();
    std::vector<std::uint32_t> chains(lanes);
    std::copy_n(task.chains + begin, tile.size(), chains.begin());
    std::vector<double> factor(lanes);
    std::vector<float> scaled_factor(lanes);
    const AlignedBytes words(round_up(task.graph.units, 8) / 2 * lanes * sizeof(std::uint32_t));
    GraphSweepTask sweep = {};
    sweep.graph = task.graph;
    sweep.tile = tile.tile();
    sweep.factor = factor.data();
    sweep.scaled_factor = scaled_factor.data();
    sweep.words = words.as<std::uint32_t>();
    tile.read(task.states);
    for (std::size_t s = 0; s < task.n_sweeps; ++s) {
        interrupt.check();
        const double* beta = task.beta + (task.beta_of_each_chain ? s * n_chains + begin : s);
        for (std::size_t c = 0; c < tile.size(); ++c) {
            factor[c] = beta[task.beta_of_each_chain ? c : 0] / task.scale;
        }
        const std::uint32_t step = task.first_sweep + static_cast<std::uint32_t>(s);
        sweep.stream = {chains.data(), task.key, step, visible_domain};
        kernels().sweep_graph(sweep);
    }
    tile.write(task.states);
}

// Rough cost of one sweep of one chain.
double sweep_nanoseconds(const Graph& graph) {
    const double ends = static_cast<double>(graph.starts[graph.units]);
    return 1.5 * static_cast<double>(graph.units) + 0.1 * ends;
}

// Calls visit(tile) for the tiles of all chains, spread over threads.
template <class Visit>
void for_each_tile(const Graph& graph, std::size_t n_chains, std::size_t n_threads,
                   double nanoseconds, Visit visit, const std::function<void()>& waiting) {
    const auto work = [&](std::size_t begin, std::size_t end) {
        for (std::size_t c = begin; c < end; c += lanes_per_graph_tile) {
            Lanes tile(graph, c, std::min(end, c + lanes_per_graph_tile));
            visit(tile);
        }
    };
    parallel_for(n_chains, n_threads, nanoseconds, work, waiting);
}

}  // namespace

void sweep_graph(const GraphChainsTask& task, std::size_t n_chains, std::size_t n_threads,
                 Interrupt& interrupt) {
    check_numbers(task.first_sweep, task.n_sweeps);
    for_each_tile(
        task.graph, n_chains, n_threads,
        static_cast<double>(task.n_sweeps) * sweep_nanoseconds(task.graph),
        [&](Lanes& tile) { run_tile(task, n_chains, tile, interrupt); },
        [&] { interrupt.check(); });
}

void graph_energies(const Graph& graph, const std::uint8_t* states, std::size_t n_chains,
                    std::size_t n_threads, std::int64_t* out) {
    const auto sum = [&](Lanes& tile) {
        std::vector<std::int64_t> product(tile.lanes());
        tile.read(states);
        kernels().graph_product(tile.tile(), graph, product.data());
        std::transform(product.begin(), product.begin() + static_cast<std::ptrdiff_t>(tile.size()),
                       out + tile.begin(), [](std::int64_t sum_of) { return -sum_of; });
    };
    for_each_tile(graph, n_chains, n_threads, sweep_nanoseconds(graph), sum, nullptr);
}

}  // namespace scorerbm
