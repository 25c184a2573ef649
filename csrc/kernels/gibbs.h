// Block Gibbs sampling: a few chains run all their sweeps before the next ones start.
#pragma once

#include "bernoulli.h"
#include "fields.h"
#include "tile.h"

namespace scorerbm {
namespace {

// Adds the probabilities of a tile to the (chains, columns) array `sum`.
inline void add_probabilities(const Tile& tile, const double* probability, std::size_t columns,
                              double* sum) {
    for (std::size_t r = 0; r < tile.n_chains; ++r) {
        double* row = sum + (tile.first_chain + r) * columns + tile.first_column;
        for (std::size_t j = 0; j < tile.width; ++j) row[j] += probability[r * tile.stride + j];
    }
}

// Samples one layer given the other, for one run of chains.
inline void sample_layer(const GibbsTask& task, const Layer& layer, const Stream& stream,
                         std::size_t begin, std::size_t end, const std::uint8_t* given,
                         std::uint8_t* out, double* sum, std::uint32_t* scratch) {
    const ActiveInputs active =
        list_active_inputs(given + begin * layer.inputs, layer.inputs, end - begin, scratch);
    const auto factor = [&](std::size_t chain) { return task.beta[chain] / task.scale; };
    for_each_tile(begin, end, layer.outputs, [&](const Tile& tile) {
        alignas(64) double p[lanes_per_tile];
        alignas(64) std::uint8_t bits[lanes_per_tile];
        tempered_fields(tile, layer, active, factor, p);
        apply_sigmoid(p, tile.lanes());
        draw_bits(tile, stream, p, bits);
        scatter_rows(tile, bits, layer.outputs, out);
        if (sum != nullptr) add_probabilities(tile, p, layer.outputs, sum);
    });
}

void gibbs(const GibbsTask& task, std::size_t begin, std::size_t end, std::uint32_t* scratch) {
    for_each_run(begin, end, [&](std::size_t first, std::size_t last) {
        for (std::size_t s = 0; s < task.n_sweeps; ++s) {
            const std::uint32_t step = task.first_sweep + static_cast<std::uint32_t>(s);
            const Stream hidden{task.chains, task.key, step, hidden_domain};
            const Stream visible{task.chains, task.key, step, visible_domain};
            sample_layer(task, task.hidden, hidden, first, last, task.v, task.h, nullptr, scratch);
            sample_layer(task, task.visible, visible, first, last, task.h, task.v, task.mean,
                         scratch);
        }
    });
    if (task.mean == nullptr) return;
    const std::size_t n_visible = task.visible.outputs;
    const double n_sweeps = static_cast<double>(task.n_sweeps);
    for (std::size_t i = begin * n_visible; i < end * n_visible; ++i) task.mean[i] /= n_sweeps;
}

}  // namespace
}  // namespace scorerbm
