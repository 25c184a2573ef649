#include "runtime/moments.h"

#include <algorithm>
#include <vector>

#include "runtime/bits.h"
#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"
#include "runtime/plan.h"

namespace scorerbm {
namespace {

// A few rows of the batch as bits, by row and by visible unit.
struct BitBatch {
    std::size_t n_rows, n_units;
    AlignedBytes by_row, by_unit;

    BitBatch(const std::uint8_t* states, std::size_t rows, std::size_t units)
        : n_rows(rows),
          n_units(units),
          by_row(rows * words_of(units) * sizeof(std::uint64_t)),
          by_unit(units * words_of(rows) * sizeof(std::uint64_t)) {
        for (std::size_t r = 0; r < rows; ++r) {
            std::uint64_t* row = bit_row(rows_of_batch(), r);
            pack_bits(states + r * units, units, row);
            for (std::size_t word = 0; word * 64 < units; ++word) {
                for (std::uint64_t bits = row[word]; bits != 0; bits &= bits - 1) {
                    const auto unit = word * 64 + static_cast<std::size_t>(__builtin_ctzll(bits));
                    bit_row(rows_of_units(), unit)[r / 64] |= std::uint64_t{1} << (r % 64);
                }
            }
        }
    }

    BitRows rows_of_batch() const { return {by_row.as<std::uint64_t>(), words_of(n_units)}; }
    BitRows rows_of_units() const { return {by_unit.as<std::uint64_t>(), words_of(n_rows)}; }

    std::int64_t count(std::size_t unit) const {
        const std::uint64_t* words = bit_row(rows_of_units(), unit);
        std::int64_t ones = 0;
        for (std::size_t w = 0; w * 64 < n_rows; ++w) ones += __builtin_popcountll(words[w]);
        return ones;
    }
};

// Sums of one call; threads write to blocks of columns of their own.
struct Totals {
    std::vector<std::int64_t> weights, hidden;
};

// What a thread needs to add blocks of hidden units.
class Worker {
  public:
    Worker(const MomentsTask& task, const BitBatch& batch, const std::int32_t* padded_bias,
           Lookup lookup)
        : task_(task),
          batch_(batch),
          factor_(1.0 / task.scale),
          tables_(lookup_table_entries * columns_per_block * sizeof(std::int32_t)),
          forward_sums_((batch.n_rows + chain_padding) * bytes_of_columns),
          probabilities_(batch.n_rows * bytes_of_columns),
          sums_(batch.n_units * bytes_of_columns) {
        forward_.inputs = batch.n_units;
        forward_.outputs = task.rbm->hidden.outputs;
        forward_.weights = task.rbm->hidden.weights.as<void>();
        forward_.bias = padded_bias;
        forward_.in = batch.rows_of_batch();
        forward_.n_chains = batch.n_rows;
        forward_.factor = &factor_;
        forward_.lookup = lookup;
        forward_.tables = tables_.as<void>();
        forward_.sums = forward_sums_.as<void>();
    }

    void add(std::size_t block, Totals& totals) const {
        MomentTask moment = {};
        moment.forward = forward_;
        moment.block = block;
        moment.rows_of_units = batch_.rows_of_units();
        moment.lookup = lookup_in_memory(batch_.n_units, 32);
        moment.probabilities = probabilities_.as<std::int32_t>();
        moment.sums = sums_.as<void>();
        moment.weights = totals.weights.data();
        moment.hidden = totals.hidden.data();
        (task_.rbm->hidden.bits == 16 ? kernels().moments16 : kernels().moments32)(moment);
    }

  private:
    static constexpr std::size_t bytes_of_columns = columns_per_block * sizeof(std::int32_t);

    const MomentsTask& task_;
    const BitBatch& batch_;
    double factor_;
    AlignedBytes tables_, forward_sums_, probabilities_, sums_;
    HalfSweepTask forward_ = {};
};

}  // namespace

void moments(const MomentsTask& task, std::size_t n_rows, std::size_t n_threads, double* weights,
             double* visible, double* hidden) {
    const PreparedLayer& layer = task.rbm->hidden;
    const std::size_t units = layer.inputs, blocks = layer.padded_outputs() / columns_per_block;
    std::vector<std::int32_t> bias(layer.padded_outputs());
    std::copy_n(task.hidden_bias, layer.outputs, bias.begin());
    Totals totals{std::vector<std::int64_t>(units * layer.outputs),
                  std::vector<std::int64_t>(layer.outputs)};
    std::fill_n(visible, units, 0.0);
    for (std::size_t first = 0; first < n_rows; first += rows_of_moments) {
        const std::size_t rows = std::min(rows_of_moments, n_rows - first);
        const BitBatch batch(task.states + first * units, rows, units);
        const Lookup lookup = lookup_in_memory(rows, layer.bits);
        const double block_cost =
            static_cast<double>(rows) * sweep_nanoseconds(*task.rbm) / static_cast<double>(blocks);
        parallel_for(blocks, n_threads, block_cost, [&](std::size_t begin, std::size_t end) {
            const Worker worker(task, batch, bias.data(), lookup);
            for (std::size_t b = begin; b < end; ++b) worker.add(b, totals);
        });
        for (std::size_t i = 0; i < units; ++i) visible[i] += static_cast<double>(batch.count(i));
    }
    const auto scaled = [](std::int64_t sum) { return static_cast<double>(sum) * 0x1p-20; };
    std::transform(totals.weights.begin(), totals.weights.end(), weights, scaled);
    std::transform(totals.hidden.begin(), totals.hidden.end(), hidden, scaled);
}

}  // namespace scorerbm
