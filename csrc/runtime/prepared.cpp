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
      largest(outputs),
      smallest(outputs) {
    for (std::size_t i = 0; i < inputs; ++i) {
        for (std::size_t j = 0; j < outputs; ++j) {
            const std::int64_t w = from[i * outputs + j];
            (w > 0 ? largest : smallest)[j] += w;
        }
    }
    if (bits == 16) {
        check_range(*this);
        copy_blocks(from, *this, weights.as<std::int16_t>());
    } else {
        copy_blocks(from, *this, weights.as<std::int32_t>());
    }
}

PreparedRBM::PreparedRBM(const std::int32_t* w, const std::int32_t* transposed,
                         std::size_t n_visible, std::size_t n_hidden, int bits)
    : hidden(w, n_visible, n_hidden, bits), visible(transposed, n_hidden, n_visible, bits) {}

}  // namespace scorerbm
