#include "runtime/prepared.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

template <class Sum>
void copy_blocks(const std::int32_t* weights, const PreparedLayer& layer, Sum* out) {
    for (std::size_t first = 0; first < layer.outputs; first += columns_per_block) {
        const std::size_t width = std::min(columns_per_block, layer.outputs - first);
        for (std::size_t i = 0; i < layer.inputs; ++i, out += columns_per_block) {
            const std::int32_t* row = weights + i * layer.outputs + first;
            std::transform(row, row + width, out,
                           [](std::int32_t w) { return static_cast<Sum>(w); });
        }
    }
}

// Chain sweeps by lookup in registers that save about as much as building the tables takes.
constexpr std::size_t worthwhile_chain_sweeps = 400;

int checked_bits(int bits) {
    if (bits != 16 && bits != 32) {
        throw std::invalid_argument("bits: got " + std::to_string(bits) + ", expected 16 or 32");
    }
    return bits;
}

void check_range(const PreparedLayer& layer) {
    using Limits = std::numeric_limits<std::int16_t>;
    for (std::size_t j = 0; j < layer.outputs; ++j) {
        if (layer.largest[j] > Limits::max() || layer.smallest[j] < Limits::min()) {
            throw std::invalid_argument("weights: a sum of weights does not fit 16 bits");
        }
    }
}

}  // namespace

PreparedLayer::PreparedLayer(std::size_t n_inputs, std::size_t n_outputs, int n_bits)
    : inputs(n_inputs),
      outputs(n_outputs),
      bits(checked_bits(n_bits)),
      weights(padded_outputs() * inputs * static_cast<std::size_t>(bits / 8)),
      register_tables(0),
      largest(outputs),
      smallest(outputs) {}

PreparedLayer::PreparedLayer(const std::int32_t* from, std::size_t n_inputs, std::size_t n_outputs,
                             int n_bits)
    : PreparedLayer(n_inputs, n_outputs, n_bits) {
    for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t j = 0; j < outputs; ++j) {
            const std::int64_t w = from[i * outputs + j];
            largest[j] += w > 0 ? w : 0;
            smallest[j] += w < 0 ? w : 0;
        }
    }
    if (bits == 16) {
        check_range(*this);
        copy_blocks(from, *this, weights.as<std::int16_t>());
    } else {
        copy_blocks(from, *this, weights.as<std::int32_t>());
    }
}

std::size_t PreparedLayer::register_table_bytes() const {
    const std::size_t group = bits == 16 ? register_bits16 : register_bits32;
    return padded_outputs() * ((inputs + group - 1) / group) * 64;
}

void PreparedLayer::build_register_tables(std::size_t n_threads) {
    if (register_tables.size() == 0) register_tables = AlignedBytes(register_table_bytes());
    const RegisterTablesTask task = {weights.as<void>(), inputs, register_tables.as<void>()};
    const std::size_t eights = padded_outputs() / 8;
    const double nanoseconds =
        3.0 * static_cast<double>(register_table_bytes()) / (64.0 * static_cast<double>(eights));
    const auto build = bits == 16 ? kernels().register_tables16 : kernels().register_tables32;
    parallel_for(eights, n_threads, nanoseconds,
                 [&](std::size_t begin, std::size_t end) { build(task, begin, end); });
}

PreparedRBM::PreparedRBM(const std::int32_t* w, const std::int32_t* transposed,
                         std::size_t n_visible, std::size_t n_hidden, int bits)
    : hidden(w, n_visible, n_hidden, bits), visible(transposed, n_hidden, n_visible, bits) {}

PreparedRBM::PreparedRBM(std::size_t n_visible, std::size_t n_hidden, int bits)
    : hidden(n_visible, n_hidden, bits), visible(n_hidden, n_visible, bits) {}

void PreparedRBM::refresh(const double* weights, double scale, std::size_t n_threads) {
    built_ = false;
    chain_sweeps_ = 0;
    for (PreparedLayer* layer : {&hidden, &visible}) {
        std::fill(layer->largest.begin(), layer->largest.end(), 0);
        std::fill(layer->smallest.begin(), layer->smallest.end(), 0);
    }
    GridTask task = {};
    task.weights = weights;
    task.rows = hidden.inputs;
    task.columns = hidden.outputs;
    task.scale = scale;
    task.forward = hidden.weights.as<void>();
    task.backward = visible.weights.as<void>();
    task.row_largest = visible.largest.data();
    task.row_smallest = visible.smallest.data();
    const auto round = hidden.bits == 16 ? kernels().round16 : kernels().round32;
    const std::size_t blocks = visible.padded_outputs() / columns_per_block;
    std::mutex adding;
    parallel_for(blocks, n_threads, 64.0 * static_cast<double>(task.columns),
                 [&](std::size_t begin, std::size_t end) {
                     std::vector<std::int64_t> largest(task.columns), smallest(task.columns);
                     GridTask part = task;
                     part.column_largest = largest.data();
                     part.column_smallest = smallest.data();
                     round(part, begin, end);
                     const std::lock_guard<std::mutex> lock(adding);
                     for (std::size_t j = 0; j < task.columns; ++j) {
                         hidden.largest[j] += largest[j];
                         hidden.smallest[j] += smallest[j];
                     }
                 });
}

bool PreparedRBM::use_registers(std::size_t chain_sweeps, std::size_t limit,
                                std::size_t n_threads) {
    if (built_) return true;
    if (hidden.register_table_bytes() + visible.register_table_bytes() > limit) return false;
    if ((chain_sweeps_ += chain_sweeps) < worthwhile_chain_sweeps) return false;
    build_register_tables(n_threads);
    return true;
}

void PreparedRBM::build_register_tables(std::size_t n_threads) {
    const std::lock_guard<std::mutex> lock(building_);
    if (built_) return;
    hidden.build_register_tables(n_threads);
    visible.build_register_tables(n_threads);
    built_ = true;
}

}  // namespace scorerbm
