// Probabilities of one layer given the other.
#pragma once

#include "fields.h"
#include "tile.h"
#include "unroll.h"

namespace scorerbm {
namespace {

// Calls visit(tile, p) with the lanes of each tile of probabilities, for one run of chains.
template <class Visit>
inline void for_each_probability_tile(const ConditionalTask& task, std::size_t begin,
                                      std::size_t end, std::uint32_t* scratch, Visit visit) {
    const Layer& layer = task.layer;
    const ActiveInputs active =
        list_active_inputs(task.states + begin * layer.inputs, layer.inputs, end - begin, scratch);
    const double factor = 1.0 / task.scale;
    for_each_tile(begin, end, layer.outputs, [&](const Tile& tile) {
        alignas(64) double p[lanes_per_tile];
        scaled_fields(tile, layer, active, factor, p);
        apply_sigmoid(p, tile.lanes());
        visit(tile, p);
    });
}

void conditional(const ConditionalTask& task, std::size_t begin, std::size_t end,
                 std::uint32_t* scratch) {
    for_each_run(begin, end, [&](std::size_t first, std::size_t last) {
        for_each_probability_tile(task, first, last, scratch,
                                  [&](const Tile& tile, const double* p) {
                                      scatter_rows(tile, p, task.layer.outputs, task.probability);
                                  });
    });
}

}  // namespace
}  // namespace scorerbm
