// Heat-bath sweeps of binary units on a sparse graph, spread over threads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/table.h"
#include "runtime/interrupt.h"

namespace scorerbm {

struct GraphChainsTask {
    Graph graph;
    double scale;
    std::uint8_t* states;         // (C, units), in and out
    const std::uint32_t* chains;  // of each chain, its number
    Key key;
    std::uint32_t first_sweep;
    std::size_t n_sweeps;
    const double* beta;       // (sweeps, C), or (sweeps, 1)
    bool beta_of_each_chain;  // else all have one
};

// Throws std::invalid_argument if a sweep's number does not fit 32 bits, and Interrupted.
void sweep_graph(const GraphChainsTask& task, std::size_t n_chains, std::size_t n_threads,
                 Interrupt& interrupt);

// -(bias'x + the sum of weights of pairs of active neighbours) of each row of states (C, units), in
// units of the grid.
void graph_energies(const Graph& graph, const std::uint8_t* states, std::size_t n_chains,
                    std::size_t n_threads, std::int64_t* out);

}  // namespace scorerbm
