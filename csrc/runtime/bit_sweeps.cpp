#include "runtime/bit_sweeps.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "runtime/bits.h"
#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/tiles.h"

namespace scorerbm {
namespace {

// More than sqrt(-2 ln 2^-32), where the normal numbers of single.h end.
constexpr float largest_normal = 6.75f;

// The log-odds that observations add to the visible units of the chains of a tile.
class TileOffsets {
  public:
    TileOffsets(const BitSweepsTask& task, std::size_t begin, std::size_t end,
                std::size_t chains_a_row)
        : width_(task.chains.rbm->visible.outputs),
          stride_(task.chains.rbm->visible.padded_outputs()),
          rows_((end - begin) * stride_ * sizeof(float)) {
        const std::size_t first = begin / chains_a_row, last = (end - 1) / chains_a_row + 1;
        for (std::size_t row = first; row < last; ++row) {
            const float snr = task.observations->snr[row];
            largest_ = std::max(largest_, 0.5f * snr + largest_normal * std::sqrt(snr));
        }
        if (chains_a_row == 1) {
            observe(*task.observations, first, last, rows_.as<float>());
            return;
        }
        const AlignedBytes observed((last - first) * stride_ * sizeof(float));
        observe(*task.observations, first, last, observed.as<float>());
        for (std::size_t c = begin; c < end; ++c) {
            const float* from = observed.as<float>() + (c / chains_a_row - first) * stride_;
            std::copy_n(from, stride_, rows_.as<float>() + (c - begin) * stride_);
        }
    }

    TiltTask tilt() const {
        TiltTask task = {};
        task.state = rows_.as<float>();
        task.stride = stride_;
        task.block_stride = columns_per_block;
        task.rate = 1.0f;
        task.limit = largest_;
        return task;
    }

  private:
    void observe(const Observations& of, std::size_t first, std::size_t last, float* out) const {
        const std::size_t words = (width_ + 63) / 64;
        ObservationTask task = {};
        // Only these words are read.
        task.states = {const_cast<std::uint64_t*>(of.states), words};
        task.snr = of.snr;
        task.noise = {of.ids, of.key, of.step, normal_domain};
        task.width = width_;
        task.stride = stride_;
        task.out = out;
        kernels().observe(task, first, last);
    }

    std::size_t width_, stride_;
    AlignedBytes rows_;
    float largest_ = 0.0f;
};

void run_tile(const BitSweepsTask& task, ChainTile& tile, const TileOffsets* offsets,
              Interrupt& interrupt) {
    const std::size_t at = tile.begin() * ((task.chains.rbm->visible.outputs + 63) / 64);
    const std::vector<double> factor(tile.size(), 1.0 / task.chains.scale);
    TiltTask tilt = offsets == nullptr ? TiltTask{} : offsets->tilt();
    for (std::size_t s = 0; s < task.n_sweeps; ++s) {
        interrupt.check();
        if (s == task.n_sweeps / 2) tile.copy_visible(task.halfway + at);
        const std::uint32_t step = task.first_sweep + static_cast<std::uint32_t>(s);
        if (offsets == nullptr) {
            tile.sweep(step, factor.data(), nullptr, nullptr);
        } else {
            tile.sweep(step, factor.data(), tilt);
        }
    }
    tile.copy_visible(task.states + at);
}

}  // namespace

void bit_sweeps(const BitSweepsTask& task, std::size_t n_chains, std::size_t n_threads,
                Interrupt& interrupt) {
    check_numbers(task.first_sweep, task.n_sweeps);
    if (n_chains == 0) return;
    const Biases biases(task.chains);
    const std::size_t chains_a_row =
        task.observations == nullptr ? 1 : n_chains / task.observations->n_rows;
    for_each_tile(
        task.chains, n_chains, task.n_sweeps, n_threads,
        [&](std::size_t begin, std::size_t end, Lookup lookup) {
            ChainTile tile(task.chains, biases, begin, end, lookup);
            if (task.observations == nullptr) {
                run_tile(task, tile, nullptr, interrupt);
            } else {
                const TileOffsets offsets(task, begin, end, chains_a_row);
                run_tile(task, tile, &offsets, interrupt);
            }
        },
        [&] { interrupt.check(); });
}

}  // namespace scorerbm
