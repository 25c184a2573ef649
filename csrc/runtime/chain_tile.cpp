#include "runtime/chain_tile.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "runtime/bits.h"
#include "runtime/dispatch.h"

namespace scorerbm {
namespace {

constexpr double log2_e = 1.4426950408889634;
constexpr AlignedBytes::Unset unset;  // what is written before it is read

std::size_t sum_bytes(const PreparedRBM& rbm) {
    return static_cast<std::size_t>(rbm.hidden.bits / 8);
}

// Whether every field, a bias and any subset of the weights, fits 16 bits.
bool fits_narrow(const PreparedLayer& layer, const std::int32_t* bias) {
    using Limits = std::numeric_limits<std::int16_t>;
    for (std::size_t j = 0; j < layer.outputs; ++j) {
        const std::int64_t b = bias[j];
        if (std::min(b, b + layer.smallest[j]) < Limits::min() ||
            std::max(b, b + layer.largest[j]) > Limits::max()) {
            return false;
        }
    }
    return true;
}

BitRows rows_of(const AlignedBytes& bytes, std::size_t units) {
    return {bytes.as<std::uint64_t>(), words_of(units)};
}

std::size_t row_bytes(std::size_t units) {
    return words_of(units) * sizeof(std::uint64_t);
}

}  // namespace

LayerBias::LayerBias(const PreparedLayer& layer, const std::int32_t* bias, std::size_t stride,
                     const double* offset)
    : per_chain_(stride == 0 ? nullptr : bias), stride_(stride) {
    const std::size_t padded = layer.padded_outputs();
    if (stride == 0) {
        padded_.assign(padded, 0);
        std::copy_n(bias, layer.outputs, padded_.begin());
        if (layer.bits == 16 && offset == nullptr && fits_narrow(layer, bias)) {
            narrow_.resize(padded);
            std::transform(padded_.begin(), padded_.end(), narrow_.begin(),
                           [](std::int32_t b) { return static_cast<std::int16_t>(b); });
        }
    }
    if (offset != nullptr) {
        offset_.assign(padded, 0.0);
        scaled_offset_.assign(padded, 0.0f);
        for (std::size_t j = 0; j < layer.outputs; ++j) {
            offset_[j] = offset[j];
            scaled_offset_[j] = static_cast<float>(-log2_e * offset[j]);
            largest_offset_ = std::max(largest_offset_, std::abs(scaled_offset_[j]));
        }
    }
}

void LayerBias::write(HalfSweepTask& task, std::size_t first_chain) const {
    task.bias = per_chain_ != nullptr ? per_chain_ + first_chain * stride_ : padded_.data();
    task.bias_stride = stride_;
    task.narrow_bias = narrow_.empty() ? nullptr : narrow_.data();
    task.offset = offset_.empty() ? nullptr : offset_.data();
    task.scaled_offset = offset_.empty() ? nullptr : scaled_offset_.data();
    task.largest_offset = largest_offset_;
}

Biases::Biases(const ChainsTask& task)
    : hidden(task.rbm->hidden, task.hidden_bias, 0, nullptr),
      visible(task.rbm->visible, task.visible_bias, task.visible_bias_stride, task.offset),
      hidden_sums(task.hidden_bias, task.rbm->hidden.outputs) {}

BiasSums::BiasSums(const std::int32_t* bias, std::size_t units) : tables_((units + 7) / 8 * 256) {
    for (std::size_t first = 0; first < units; first += 8) {
        std::int64_t* table = &tables_[first / 8 * 256];
        for (std::size_t entry = 1; entry < 256; ++entry) {
            const std::size_t unit = first + static_cast<std::size_t>(__builtin_ctzll(entry));
            table[entry] = table[entry & (entry - 1)] + (unit < units ? bias[unit] : 0);
        }
    }
}

std::int64_t BiasSums::of(const std::uint64_t* bits) const {
    std::int64_t sum = 0;
    for (std::size_t byte = 0; byte < tables_.size() / 256; ++byte) {
        sum += tables_[byte * 256 + ((bits[byte / 8] >> (byte % 8 * 8)) & 0xFF)];
    }
    return sum;
}

ChainTile::ChainTile(const ChainsTask& task, const Biases& biases, std::size_t begin,
                     std::size_t end, Lookup lookup)
    : task_(task),
      biases_(biases),
      begin_(begin),
      end_(end),
      lookup_(lookup),
      visible_(size() * row_bytes(task.rbm->visible.outputs)),
      hidden_(size() * row_bytes(task.rbm->hidden.outputs)),
      frozen_(task.frozen == nullptr
                  ? 0
                  : (task.frozen_stride == 0 ? 1 : size()) * row_bytes(task.rbm->visible.outputs)),
      tables_(lookup_table_entries * columns_per_block * sum_bytes(*task.rbm), unset),
      sums_((size() + chain_padding) * columns_per_block * sum_bytes(*task.rbm), unset),
      brackets_(size() * bracket_bytes, unset),
      indices_(room_for_indices(lookup, size(),
                                std::max(task.rbm->hidden.inputs, task.rbm->visible.inputs),
                                task.rbm->hidden.bits)),
      frozen_stride_(task.frozen_stride == 0 ? 0 : words_of(task.rbm->visible.outputs)) {
    const std::size_t units = task.rbm->visible.outputs;
    const BitRows v = rows_of(visible_, units), frozen = rows_of(frozen_, units);
    for (std::size_t c = 0; c < size(); ++c) {
        if (task.words != nullptr) {
            const std::size_t words = words_of(units) - 1;
            std::copy_n(task.words + (begin + c) * words, words, bit_row(v, c));
        } else {
            pack_bits(task.v + (begin + c) * units, units, bit_row(v, c));
        }
    }
    if (task.frozen == nullptr) return;
    for (std::size_t c = 0; c < (frozen_stride_ == 0 ? 1 : size()); ++c) {
        pack_bits(task.frozen + (begin + c) * task.frozen_stride, units, bit_row(frozen, c));
    }
}

HalfSweepTask ChainTile::half(const PreparedLayer& layer, const LayerBias& bias) const {
    HalfSweepTask half = {};
    half.weights = layer.weights.as<void>();
    half.inputs = layer.inputs;
    half.outputs = layer.outputs;
    half.n_chains = size();
    half.lookup = lookup_;
    half.tables = tables_.as<void>();
    half.sums = sums_.as<void>();
    half.brackets = brackets_.as<void>();
    // Until a call has found them built, another one may be building them.
    if (lookup_ == Lookup::registers) half.register_tables = layer.register_tables.as<void>();
    half.indices = indices_.as<void>();
    bias.write(half, begin_);
    return half;
}

void ChainTile::sweep_hidden(std::uint32_t step, const double* factor) {
    const PreparedRBM& rbm = *task_.rbm;
    HalfSweepTask hidden = half(rbm.hidden, biases_.hidden);
    hidden.in = rows_of(visible_, rbm.visible.outputs);
    hidden.out = rows_of(hidden_, rbm.hidden.outputs);
    hidden.factor = factor;
    hidden.stream = {task_.chains + begin_, task_.key, step, hidden_domain};
    (rbm.hidden.bits == 16 ? kernels().half_sweep16 : kernels().half_sweep32)(hidden);
}

HalfSweepTask ChainTile::visible_half(std::uint32_t step, const double* factor) const {
    const PreparedRBM& rbm = *task_.rbm;
    HalfSweepTask visible = half(rbm.visible, biases_.visible);
    visible.in = rows_of(hidden_, rbm.hidden.outputs);
    visible.out = rows_of(visible_, rbm.visible.outputs);
    visible.factor = factor;
    visible.stream = {task_.chains + begin_, task_.key, step, visible_domain};
    if (task_.frozen != nullptr) {
        visible.frozen = frozen_.as<std::uint64_t>();
        visible.frozen_stride = frozen_stride_;
    }
    return visible;
}

void ChainTile::sweep(std::uint32_t step, const double* factor, double* mean_sum,
                      std::int64_t* energies) {
    sweep_hidden(step, factor);
    HalfSweepTask visible = visible_half(step, factor);
    visible.mean_sum = mean_sum;
    visible.product = energies;
    if (energies != nullptr) std::fill_n(energies, size(), std::int64_t{0});
    (task_.rbm->hidden.bits == 16 ? kernels().half_sweep16 : kernels().half_sweep32)(visible);
    if (energies != nullptr) finish_energies(energies);
}

void ChainTile::sweep(std::uint32_t step, const double* factor, TiltTask& tilt) {
    sweep_hidden(step, factor);
    tilt.half = visible_half(step, factor);
    (task_.rbm->hidden.bits == 16 ? kernels().tilted_half_sweep16
                                  : kernels().tilted_half_sweep32)(tilt);
}

void ChainTile::energies(const std::uint8_t* hidden, std::int64_t* out) {
    const PreparedRBM& rbm = *task_.rbm;
    const BitRows h = rows_of(hidden_, rbm.hidden.outputs);
    for (std::size_t c = 0; c < size(); ++c) {
        pack_bits(hidden + (begin_ + c) * rbm.hidden.outputs, rbm.hidden.outputs, bit_row(h, c));
    }
    HalfSweepTask product = half(rbm.visible, biases_.visible);
    product.in = h;
    product.out = rows_of(visible_, rbm.visible.outputs);
    product.product = out;
    std::fill_n(out, size(), std::int64_t{0});
    (rbm.hidden.bits == 16 ? kernels().field_product16 : kernels().field_product32)(product);
    finish_energies(out);
}

// From v'(Wh + b) to -(v'Wh + b'v + c'h).
void ChainTile::finish_energies(std::int64_t* energies) const {
    const BitRows h = rows_of(hidden_, task_.rbm->hidden.outputs);
    for (std::size_t c = 0; c < size(); ++c) {
        energies[c] = -(energies[c] + biases_.hidden_sums.of(bit_row(h, c)));
    }
}

void ChainTile::copy_visible(std::uint64_t* to) const {
    const std::size_t units = task_.rbm->visible.outputs, words = words_of(units) - 1;
    for (std::size_t c = 0; c < size(); ++c) {
        std::copy_n(bit_row(rows_of(visible_, units), c), words, to + c * words);
    }
}

void ChainTile::finish() const {
    const std::size_t n = task_.rbm->visible.outputs, m = task_.rbm->hidden.outputs;
    const BitRows v = rows_of(visible_, n), h = rows_of(hidden_, m);
    for (std::size_t c = 0; c < size(); ++c) {
        unpack_bits(bit_row(v, c), n, task_.v + (begin_ + c) * n);
        unpack_bits(bit_row(h, c), m, task_.h + (begin_ + c) * m);
    }
}

}  // namespace scorerbm
