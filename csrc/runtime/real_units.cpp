#include "runtime/real_units.h"

#include <algorithm>

#include "runtime/bits.h"
#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

// Rows whose log-odds are found and decided at once: they stay in the second-level cache.
constexpr std::size_t rows_at_once = 96;

// Sums of a tile's chains by a block of columns take 128 KB at most, and a sweep, after which
// signals are looked for, so many nanoseconds unless the tile has few chains.
constexpr std::size_t most_chains = 512, fewest_chains = 64;
constexpr double longest_sweep = 90e6;

std::size_t padded(std::size_t units) {
    return (units + columns_per_block - 1) / columns_per_block * columns_per_block;
}

AlignedBytes floats(std::size_t size) {
    return AlignedBytes(size * sizeof(float));
}

RealRows rows_from(const RealRows& rows, std::size_t begin) {
    if (rows.numbers == nullptr) return rows;
    return {rows.numbers + begin * rows.stride, rows.stride};
}

// A few chains taken through all sweeps.
class RealTile {
  public:
    RealTile(const RealChainsTask& task, std::size_t begin, std::size_t end, Lookup lookup)
        : task_(task),
          N_(task.weights->visible.outputs),
          M_(task.weights->visible.inputs),
          begin_(begin),
          size_(end - begin),
          lookup_(lookup),
          visible_(floats(size_ * padded(N_))),
          log_odds_(floats(std::min(size_, rows_at_once) * padded(M_))),
          hidden_(size_ * words_of(M_) * sizeof(std::uint64_t)),
          tables_(lookup_table_entries * columns_per_block * sizeof(std::int32_t)),
          sums_((size_ + chain_padding) * columns_per_block * sizeof(std::int32_t)),
          indices_(room_for_indices(lookup_, size_, M_, 32)) {}

    void run(Interrupt& interrupt) {
        start();
        for (std::size_t s = 0; s < task_.n_sweeps; ++s) {
            interrupt.check();
            const std::uint32_t step = task_.first_sweep + static_cast<std::uint32_t>(s);
            for (std::size_t r = 0; r < size_; r += rows_at_once) {
                draw_hidden(r, std::min(rows_at_once, size_ - r), step);
            }
            move_visible(step);
        }
        finish();
    }

  private:
    float* row(std::size_t c) const { return visible_.as<float>() + c * padded(N_); }

    BitRows hidden_rows() const { return {hidden_.as<std::uint64_t>(), words_of(M_)}; }

    void start() {
        for (std::size_t c = 0; c < size_; ++c) {
            const double* from = task_.start + (begin_ + c) * N_;
            std::transform(from, from + N_, row(c), [](double x) { return static_cast<float>(x); });
        }
        if (task_.mean != nullptr) std::fill_n(task_.mean + begin_ * N_, size_ * N_, 0.0);
    }

    void draw_hidden(std::size_t first, std::size_t n_rows, std::uint32_t step) const {
        const std::size_t stride = padded(M_);
        float* x = log_odds_.as<float>();
        for (std::size_t r = 0; r < n_rows; ++r) {
            std::copy_n(task_.hidden_bias, M_, x + r * stride);
        }
        const MatrixView v{row(first), n_rows, N_, padded(N_), 1};
        task_.weights->hidden.add_product(v, x, stride, 0, n_rows);
        const std::size_t chain = begin_ + first;
        kernels().decide_real({x,
                               n_rows,
                               M_,
                               stride,
                               task_.beta + chain,
                               {task_.chains + chain, task_.key, step, hidden_domain},
                               {bit_row(hidden_rows(), first), words_of(M_)}});
    }

    void move_visible(std::uint32_t step) const {
        RealMoveTask move = {};
        move.half.weights = task_.weights->visible.weights.as<void>();
        move.half.inputs = M_;
        move.half.outputs = N_;
        move.half.in = hidden_rows();
        move.half.n_chains = size_;
        move.half.stream = {task_.chains + begin_, task_.key, step, visible_domain};
        move.half.lookup = lookup_;
        move.half.tables = tables_.as<void>();
        move.half.sums = sums_.as<void>();
        move.half.indices = indices_.as<void>();
        move.gain = rows_from(task_.gain, begin_);
        move.bias = rows_from(task_.bias, begin_);
        move.spread = rows_from(task_.spread, begin_);
        move.memory = rows_from(task_.memory, begin_);
        move.v = visible_.as<float>();
        move.stride = padded(N_);
        move.frozen = frozen_from(0);
        move.frozen_stride = task_.frozen_stride;
        move.mean_sum = task_.mean == nullptr ? nullptr : task_.mean + begin_ * N_;
        kernels().move_real(move);
    }

    const std::uint8_t* frozen_from(std::size_t c) const {
        return task_.frozen == nullptr ? nullptr
                                       : task_.frozen + (begin_ + c) * task_.frozen_stride;
    }

    // Frozen units end as they came, and that is their mean.
    void finish() const {
        const double n_sweeps = static_cast<double>(task_.n_sweeps);
        for (std::size_t c = 0; c < size_; ++c) {
            const std::size_t at = (begin_ + c) * N_;
            const std::uint8_t* frozen = frozen_from(c);
            unpack_bits(bit_row(hidden_rows(), c), M_, task_.h + (begin_ + c) * M_);
            for (std::size_t j = 0; j < N_; ++j) {
                const bool held = frozen != nullptr && frozen[j] != 0;
                task_.v[at + j] = held ? task_.start[at + j] : double{row(c)[j]};
                if (task_.mean == nullptr) continue;
                task_.mean[at + j] = held ? task_.start[at + j] : task_.mean[at + j] / n_sweeps;
            }
        }
    }

    const RealChainsTask& task_;
    std::size_t N_, M_, begin_, size_;
    Lookup lookup_;
    AlignedBytes visible_, log_odds_, hidden_, tables_, sums_, indices_;
};

// Lookups in registers serve binary units, for which tables are built beforehand.
Lookup choose_lookup(const PlanOptions& options, std::size_t n_chains) {
    if (options.lookup && *options.lookup != Lookup::registers) return *options.lookup;
    return lookup_in_memory(n_chains, 32);
}

}  // namespace

PreparedReal::PreparedReal(const float* coupling, const std::int32_t* integers,
                           std::size_t n_visible, std::size_t n_hidden)
    : hidden(row_major(coupling, n_visible, n_hidden)),
      visible(integers, n_hidden, n_visible, 32) {}

void real_gibbs(const RealChainsTask& task, std::size_t n_chains, std::size_t n_threads,
                Interrupt& interrupt) {
    check_numbers(task.first_sweep, task.n_sweeps);
    const double n = static_cast<double>(task.weights->visible.outputs);
    const double m = static_cast<double>(task.weights->visible.inputs);
    const double of_sweep = (product_nanoseconds + 0.01) * n * m + 2.0 * (n + m);
    const std::size_t soon = static_cast<std::size_t>(longest_sweep / of_sweep);
    const std::size_t most = std::min(most_chains, std::max(fewest_chains, soon));
    const auto work = [&](std::size_t begin, std::size_t end) {
        const std::size_t size = share(end - begin, (end - begin + most - 1) / most);
        for (std::size_t c = begin; c < end; c += size) {
            const std::size_t last = std::min(end, c + size);
            RealTile(task, c, last, choose_lookup(task.options, last - c)).run(interrupt);
        }
    };
    parallel_for(n_chains, n_threads, static_cast<double>(task.n_sweeps) * of_sweep, work,
                 [&] { interrupt.check(); });
}

}  // namespace scorerbm
