#include "runtime/prepared.h"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

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

// Chain sweeps that take about as long as building the tables.
constexpr std::size_t worthwhile_chain_sweeps = 2000;

// Tables of 64 bytes for eight columns of a group of inputs after the other: entry e is the sum of
// the inputs whose bits are set in e.
template <class Sum>
void fill_register_tables(const PreparedLayer& layer, std::size_t group_bits, Sum* table) {
    const std::size_t entries = 64 / sizeof(Sum), used = std::size_t{1} << group_bits;
    const std::size_t groups = (layer.inputs + group_bits - 1) / group_bits;
    const Sum* weights = layer.weights.as<const Sum>();
    for (std::size_t column = 0; column < layer.padded_outputs(); column += 8) {
        const Sum* block = weights + column / columns_per_block * columns_per_block * layer.inputs +
                           column % columns_per_block;
        for (std::size_t g = 0; g < groups; ++g) {
            for (std::size_t j = 0; j < 8; ++j, table += entries) {
                for (std::size_t e = 1; e < used; ++e) {
                    const auto k = static_cast<std::size_t>(__builtin_ctzll(e));
                    const std::size_t input = g * group_bits + k;
                    const Sum w = input < layer.inputs ? block[input * columns_per_block + j] : 0;
                    table[e] = static_cast<Sum>(table[e & (e - 1)] + w);
                }
            }
        }
    }
}

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

PreparedLayer::PreparedLayer(const std::int32_t* from, std::size_t n_inputs, std::size_t n_outputs,
                             int n_bits)
    : inputs(n_inputs),
      outputs(n_outputs),
      bits(checked_bits(n_bits)),
      weights(padded_outputs() * inputs * static_cast<std::size_t>(bits / 8)),
      register_tables(0),
      largest(outputs),
      smallest(outputs) {
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

void PreparedLayer::build_register_tables() {
    register_tables = AlignedBytes(register_table_bytes());
    if (bits == 16) {
        fill_register_tables(*this, register_bits16, register_tables.as<std::int16_t>());
    } else {
        fill_register_tables(*this, register_bits32, register_tables.as<std::int32_t>());
    }
}

PreparedRBM::PreparedRBM(const std::int32_t* w, const std::int32_t* transposed,
                         std::size_t n_visible, std::size_t n_hidden, int bits)
    : hidden(w, n_visible, n_hidden, bits), visible(transposed, n_hidden, n_visible, bits) {}

bool PreparedRBM::use_registers(std::size_t chain_sweeps, std::size_t limit) {
    if (built_) return true;
    if (hidden.register_table_bytes() + visible.register_table_bytes() > limit) return false;
    if ((chain_sweeps_ += chain_sweeps) < worthwhile_chain_sweeps) return false;
    build_register_tables();
    return true;
}

void PreparedRBM::build_register_tables() {
    const std::lock_guard<std::mutex> lock(building_);
    if (built_) return;
    hidden.build_register_tables();
    visible.build_register_tables();
    built_ = true;
}

}  // namespace scorerbm
