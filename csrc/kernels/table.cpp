// Compiled once per CPU level. All code is in unnamed namespaces, so that nothing is shared between
// the copies; the accessor, named after the level, is the only symbol that leaves this unit.
#include "table.h"

#include "bernoulli.h"
#include "conditional.h"
#include "contrast.h"
#include "descend.h"
#include "elementwise.h"
#include "enumerate.h"
#include "expectation.h"
#include "graph.h"
#include "grid.h"
#include "half_sweep.h"
#include "layers.h"
#include "linear.h"
#include "observation.h"
#include "real_units.h"
#include "relaxed.h"
#include "single_noise.h"
#include "stage.h"
#include "swap.h"
#include "tilted_half_sweep.h"
#include "uniform.h"
#include "words.h"

namespace scorerbm {
namespace {

#if defined(__AVX512BW__)
constexpr bool has_registers = true;
#else
constexpr bool has_registers = false;
#endif

constexpr KernelTable table = {
    has_registers,
    half_sweep<std::int16_t>,
    half_sweep<std::int32_t>,
    field_product<std::int16_t>,
    field_product<std::int32_t>,
    tilted_half_sweep<std::int16_t>,
    tilted_half_sweep<std::int32_t>,
    decide_real,
    move_real,
    swap,
    sweep_graph,
    graph_product,
    conditional,
    bernoulli,
    linear,
    sigmoid_array,
    softplus_array,
    words,
    uniform,
    normal,
    logistic,
    stage,
    enumerate_states,
    descend,
    weight_sums,
    round_to_grid<std::int16_t>,
    round_to_grid<std::int32_t>,
    register_tables<std::int16_t>,
    register_tables<std::int32_t>,
    observe,
    contrast<std::int16_t>,
    contrast<std::int32_t>,
    finish_contrast,
    selected_sums,
    relax,
    average_relaxed,
    expectation,
    sigmoids,
    tilt,
    times_slope,
    multiply,
    add,
    scale,
    row_error,
};

}  // namespace
}  // namespace scorerbm

extern "C" const scorerbm::KernelTable* SCORERBM_KERNEL_ACCESSOR() {
    return &scorerbm::table;
}
