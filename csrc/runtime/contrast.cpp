#include "runtime/contrast.h"

#include <algorithm>
#include <cmath>
#include <mutex>

#include "runtime/aligned.h"
#include "runtime/bits.h"
#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

constexpr std::size_t rows_of_a_side = rows_of_contrast / 2;
constexpr float one = 0x1p20f;  // what a probability is multiplied by

// Copies rows [begin, end) to rows that have a spare word.
void copy_rows(const PackedRows& from, std::size_t begin, std::size_t end, std::size_t units,
               const BitRows& to, std::size_t at) {
    const std::size_t words = (units + 63) / 64;
    for (std::size_t r = begin; r < end; ++r) {
        std::copy_n(from.words + r * words, words, bit_row(to, at + r - begin));
    }
}

// Bits by row to bits by unit.
void turn(const BitRows& rows, std::size_t n_rows, std::size_t units, const BitRows& turned) {
    for (std::size_t r = 0; r < n_rows; r += 64) {
        for (std::size_t i = 0; i < units; i += 64) {
            std::uint64_t square[64] = {};
            for (std::size_t k = 0; k < std::min<std::size_t>(64, n_rows - r); ++k) {
                square[k] = bit_row(rows, r + k)[i / 64];
            }
            transpose_bits(square);
            for (std::size_t k = 0; k < std::min<std::size_t>(64, units - i); ++k) {
                bit_row(turned, i + k)[r / 64] = square[k];
            }
        }
    }
}

// One of the two sides of a chunk of rows.
struct Side {
    std::size_t n_rows, units;
    BitRows rows;  // of the chunk
    AlignedBytes by_unit;

    Side(const BitRows& chunk, std::size_t first, std::size_t n, std::size_t n_units)
        : n_rows(n),
          units(n_units),
          rows{chunk.words + first * chunk.stride, chunk.stride},
          by_unit(n_units * words_of(n) * sizeof(std::uint64_t)) {
        turn(rows, n_rows, units, turned());
    }

    BitRows turned() const { return {by_unit.as<std::uint64_t>(), words_of(n_rows)}; }

    // Adds how often each unit is on, times 2^20.
    void count(std::int64_t* totals) const {
        for (std::size_t i = 0; i < units; ++i) {
            const std::uint64_t* words = bit_row(turned(), i);
            std::int64_t ones = 0;
            for (std::size_t w = 0; w * 64 < n_rows; ++w) ones += __builtin_popcountll(words[w]);
            totals[i] += ones << 20;
        }
    }
};

// What is added up over chunks.
struct Totals {
    std::vector<std::int64_t> samples, data;  // (visible, hidden), if there are several chunks
    std::vector<std::int64_t> sample_hidden, data_hidden, sample_visible, data_visible;
    std::int64_t sample_softplus = 0, data_softplus = 0;
};

class Contrast {
  public:
    Contrast(const ContrastCall& call, double sample_unit, double data_unit, std::size_t n_threads,
             float* gradient)
        : call_(call),
          layer_(call.rbm->hidden),
          sample_unit_(sample_unit),
          data_unit_(data_unit),
          n_threads_(n_threads),
          gradient_(gradient),
          n_chunks_(std::max<std::size_t>(
              1, (std::max(call.samples.n_rows, call.data.n_rows) + rows_of_a_side - 1) /
                     rows_of_a_side)),
          bias_(layer_.padded_outputs()) {
        std::copy_n(call.hidden_bias, layer_.outputs, bias_.begin());
        totals_.sample_hidden.resize(layer_.outputs);
        totals_.data_hidden.resize(layer_.outputs);
        totals_.sample_visible.resize(layer_.inputs);
        totals_.data_visible.resize(layer_.inputs);
        if (n_chunks_ > 1) {
            totals_.samples.resize(layer_.inputs * layer_.outputs);
            totals_.data.resize(layer_.inputs * layer_.outputs);
        }
    }

    const Totals& run() {
        for (std::size_t k = 0; k < n_chunks_; ++k) add_chunk(k * rows_of_a_side);
        if (n_chunks_ > 1) {
            const ContrastTask task = common();
            parallel_for(blocks(), n_threads_, 32.0 * static_cast<double>(layer_.inputs),
                         [&](std::size_t begin, std::size_t end) {
                             kernels().finish_contrast(task, begin, end);
                         });
        }
        return totals_;
    }

  private:
    std::size_t blocks() const { return layer_.padded_outputs() / columns_per_block; }

    static std::size_t rows_from(const PackedRows& rows, std::size_t first) {
        return first < rows.n_rows ? std::min(rows_of_a_side, rows.n_rows - first) : 0;
    }

    ContrastTask common() {
        ContrastTask task = {};
        task.forward.inputs = layer_.inputs;
        task.forward.outputs = layer_.outputs;
        task.sample_unit = sample_unit_;
        task.data_unit = data_unit_;
        task.gradient = gradient_;
        task.sample_totals = n_chunks_ > 1 ? totals_.samples.data() : nullptr;
        task.data_totals = n_chunks_ > 1 ? totals_.data.data() : nullptr;
        task.sample_hidden = totals_.sample_hidden.data();
        task.data_hidden = totals_.data_hidden.data();
        return task;
    }

    void add_chunk(std::size_t first) {
        const std::size_t n_samples = rows_from(call_.samples, first);
        const std::size_t n_data = rows_from(call_.data, first), n_rows = n_samples + n_data;
        if (n_rows == 0) return;
        const std::size_t units = layer_.inputs;
        const AlignedBytes words(n_rows * words_of(units) * sizeof(std::uint64_t));
        const BitRows rows = {words.as<std::uint64_t>(), words_of(units)};
        copy_rows(call_.samples, first, first + n_samples, units, rows, 0);
        copy_rows(call_.data, first, first + n_data, units, rows, n_samples);
        const Side samples(rows, 0, n_samples, units), data(rows, n_samples, n_data, units);
        std::vector<float> multipliers(n_rows, one);
        if (call_.multipliers != nullptr) {
            std::copy_n(call_.multipliers + first, n_samples, multipliers.begin());
            add_selected(samples, multipliers.data());
        } else {
            samples.count(totals_.sample_visible.data());
        }
        data.count(totals_.data_visible.data());

        ContrastTask task = common();
        task.forward.weights = layer_.weights.as<void>();
        task.forward.bias = bias_.data();
        task.forward.in = rows;
        task.forward.n_chains = n_rows;
        task.forward.lookup = make_plan(*call_.rbm, n_rows, 0, call_.options).lookup;
        if (task.forward.lookup == Lookup::registers && !call_.rbm->has_register_tables()) {
            task.forward.lookup = lookup_in_memory(n_rows, layer_.bits);
        }
        if (task.forward.lookup == Lookup::registers) {
            task.forward.register_tables = layer_.register_tables.as<void>();
        }
        task.factor = static_cast<float>(1.0 / call_.scale);
        task.n_samples = n_samples;
        task.sample_units = samples.turned();
        task.data_units = data.turned();
        task.multipliers = multipliers.data();
        task.lookup = lookup_in_memory(units, 32);
        const double block_cost = static_cast<double>(n_rows) * sweep_nanoseconds(*call_.rbm) /
                                  static_cast<double>(blocks());
        parallel_for(blocks(), n_threads_, block_cost,
                     [&](std::size_t begin, std::size_t end) { add_blocks(task, begin, end); });
    }

    void add_blocks(ContrastTask task, std::size_t begin, std::size_t end) {
        const std::size_t n_rows = task.forward.n_chains, inputs = layer_.inputs;
        const std::size_t sum_bytes = static_cast<std::size_t>(layer_.bits / 8);
        constexpr AlignedBytes::Unset unset;
        const AlignedBytes tables(lookup_table_entries * columns_per_block * sizeof(std::int32_t),
                                  unset);
        const AlignedBytes sums((n_rows + chain_padding) * columns_per_block * sum_bytes, unset);
        const AlignedBytes values(n_rows * columns_per_block * sizeof(std::int32_t), unset);
        const AlignedBytes products(2 * inputs * columns_per_block * sizeof(std::int32_t), unset);
        const AlignedBytes indices =
            room_for_indices(task.forward.lookup, n_rows, inputs, layer_.bits);
        const AlignedBytes sample_indices =
            room_for_indices(task.lookup, inputs, task.n_samples, 32);
        const AlignedBytes data_indices =
            room_for_indices(task.lookup, inputs, n_rows - task.n_samples, 32);
        std::int64_t softplus[2] = {0, 0};
        task.forward.tables = tables.as<void>();
        task.forward.sums = sums.as<void>();
        task.forward.indices = indices.as<void>();
        task.sample_indices = sample_indices.as<void>();
        task.data_indices = data_indices.as<void>();
        task.values = values.as<std::int32_t>();
        task.sums = products.as<std::int32_t>();
        if (call_.free_energy) {
            task.sample_softplus = &softplus[0];
            task.data_softplus = &softplus[1];
        }
        (layer_.bits == 16 ? kernels().contrast16 : kernels().contrast32)(task, begin, end);
        const std::lock_guard<std::mutex> lock(adding_);
        totals_.sample_softplus += softplus[0];
        totals_.data_softplus += softplus[1];
    }

    void add_selected(const Side& side, const float* multipliers) {
        std::vector<std::int32_t> numbers(side.n_rows);
        std::transform(multipliers, multipliers + side.n_rows, numbers.begin(),
                       [](float x) { return static_cast<std::int32_t>(std::nearbyint(x)); });
        const SelectedSumsTask task = {side.rows, side.n_rows, side.units, numbers.data(),
                                       totals_.sample_visible.data()};
        kernels().selected_sums(task, 0, (side.units + 63) / 64);
    }

    const ContrastCall& call_;
    const PreparedLayer& layer_;
    double sample_unit_, data_unit_;
    std::size_t n_threads_;
    float* gradient_;
    std::size_t n_chunks_;
    std::vector<std::int32_t> bias_;
    Totals totals_;
    std::mutex adding_;
};

// Minus the free energy a row.
double mean_of_side(const ContrastCall& call, const std::vector<std::int64_t>& visible,
                    std::int64_t softplus, std::size_t n_rows) {
    std::int64_t bias = 0;
    for (std::size_t i = 0; i < visible.size(); ++i) {
        bias += call.visible_bias[i] * (visible[i] >> 20);
    }
    const double total = static_cast<double>(bias) / call.scale +
                         static_cast<double>(softplus) / static_cast<double>(softplus_scale);
    return total / static_cast<double>(n_rows);
}

}  // namespace

double contrast(const ContrastCall& call, double sample_unit, double data_unit,
                std::size_t n_threads, float* weights, float* visible, float* hidden) {
    Contrast work(call, sample_unit, data_unit, n_threads, weights);
    const Totals& totals = work.run();
    const auto difference = [=](std::int64_t of_samples, std::int64_t of_data) {
        return static_cast<float>(static_cast<double>(of_samples) * sample_unit -
                                  static_cast<double>(of_data) * data_unit);
    };
    std::transform(totals.sample_visible.begin(), totals.sample_visible.end(),
                   totals.data_visible.begin(), visible, difference);
    std::transform(totals.sample_hidden.begin(), totals.sample_hidden.end(),
                   totals.data_hidden.begin(), hidden, difference);
    if (!call.free_energy) return 0.0;
    return mean_of_side(call, totals.sample_visible, totals.sample_softplus, call.samples.n_rows) -
           mean_of_side(call, totals.data_visible, totals.data_softplus, call.data.n_rows);
}

void bit_products(const std::uint64_t* samples, const std::uint64_t* data, std::size_t n_rows,
                  std::size_t n_samples, std::size_t words, std::int32_t* out) {
    const std::size_t n = n_samples + 1;
    for (std::size_t r = 0; r < n_rows; ++r, out += n * n) {
        const auto row = [&](std::size_t k) {
            return k < n_samples ? samples + (r * n_samples + k) * words : data + r * words;
        };
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t k = 0; k <= i; ++k) {
                const std::uint64_t *x = row(i), *y = row(k);
                int ones = 0;
                for (std::size_t w = 0; w < words; ++w) ones += __builtin_popcountll(x[w] & y[w]);
                out[i * n + k] = out[k * n + i] = ones;
            }
        }
    }
}

}  // namespace scorerbm
