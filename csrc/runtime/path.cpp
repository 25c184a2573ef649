#include "runtime/path.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "runtime/cost.h"
#include "runtime/tiles.h"

namespace scorerbm {
namespace {

// The chains of a tile and the real states that they are tilted by.
class PathTile {
  public:
    PathTile(const PathTask& task, const Biases& biases, std::size_t begin, std::size_t end,
             Lookup lookup)
        : task_(task),
          chains_(task.chains, biases, begin, end, lookup),
          width_(task.chains.rbm->visible.outputs),
          blocks_(task.chains.rbm->visible.padded_outputs() / columns_per_block),
          factor_(end - begin, 1.0 / task.chains.scale),
          shift_(task.shift == nullptr ? 0 : blocks_ * columns_per_block * sizeof(float)),
          x_(bytes()),
          y_(predicts() ? bytes() : 0),
          mean_(task.n_sweeps > 1 ? bytes() : 0) {
        for_each_part([](float* own, float* given, std::size_t n) { std::copy_n(given, n, own); });
        if (task.shift != nullptr) std::copy_n(task.shift, width_, shift_.as<float>());
    }

    void run(Interrupt& interrupt) {
        std::uint32_t sweep = task_.first_sweep;
        for (std::size_t k = 0; k < task_.stages.count; ++k) {
            TiltTask tilt = stage(k);
            float* const out = tilt.out;
            tilt.out = nullptr;  // the first sweeps are only added up
            if (task_.n_sweeps > 1) std::memset(mean_.as<void>(), 0, bytes());
            for (std::size_t s = 0; s < task_.n_sweeps; ++s) {
                interrupt.check();
                if (s + 1 == task_.n_sweeps) tilt.out = out;
                chains_.sweep(sweep++, factor_.data(), tilt);
            }
        }
        for_each_part([](float* own, float* given, std::size_t n) { std::copy_n(own, n, given); });
        chains_.finish();
    }

  private:
    // Blocks of 64 units of all chains follow each other, as kernels go through them.
    std::size_t block_size() const { return chains_.size() * columns_per_block; }
    std::size_t bytes() const { return blocks_ * block_size() * sizeof(float); }

    bool predicts() const {
        const std::uint8_t* kind = task_.stages.kind;
        return std::any_of(kind, kind + task_.stages.count, [](std::uint8_t k) {
            return static_cast<StageKind>(k) != StageKind::plain;
        });
    }

    // Calls visit(own, given, n) for the n states of a block that a chain has.
    template <class Visit>
    void for_each_part(Visit visit) {
        for (std::size_t b = 0; b < blocks_; ++b) {
            const std::size_t first = b * columns_per_block;
            const std::size_t n = std::min(columns_per_block, width_ - first);
            float* own = x_.as<float>() + b * block_size();
            float* given = task_.state + chains_.begin() * width_ + first;
            for (std::size_t c = 0; c < chains_.size(); ++c) {
                visit(own + c * columns_per_block, given + c * width_, n);
            }
        }
    }

    TiltTask stage(std::size_t k) {
        const Stages& of = task_.stages;
        const StageKind kind = static_cast<StageKind>(of.kind[k]);
        float *x = x_.as<float>(), *y = y_.as<float>();
        TiltTask tilt = {};
        tilt.state = kind == StageKind::correct ? y : x;
        tilt.out = kind == StageKind::predict ? y : x;
        tilt.start = kind == StageKind::correct ? x : nullptr;
        tilt.stride = columns_per_block;
        tilt.block_stride = block_size();
        tilt.rate = of.rate[k];
        tilt.half_signal = of.half_signal[k];
        tilt.limit = task_.limit;
        tilt.shift = task_.shift == nullptr ? nullptr : shift_.as<float>();
        tilt.numbers = {of.keep[k], of.pull[k], of.base[k], of.spread[k]};
        tilt.mean_sum = task_.n_sweeps > 1 ? mean_.as<float>() : nullptr;
        tilt.mean_scale = static_cast<float>(1.0 / static_cast<double>(task_.n_sweeps));
        tilt.noise = {task_.chains.chains + chains_.begin(), task_.noise_key,
                      task_.first_stage + static_cast<std::uint32_t>(k), normal_domain};
        return tilt;
    }

    const PathTask& task_;
    ChainTile chains_;
    std::size_t width_, blocks_;
    std::vector<double> factor_;
    AlignedBytes shift_, x_, y_, mean_;
};

}  // namespace

void check_kinds(const Stages& stages) {
    for (std::size_t k = 0; k < stages.count; ++k) {
        if (stages.kind[k] > static_cast<std::uint8_t>(StageKind::correct)) {
            throw std::invalid_argument("stages: a kind is none of the three");
        }
    }
}

void posterior_path(const PathTask& task, std::size_t n_chains, std::size_t n_threads,
                    Interrupt& interrupt) {
    check_kinds(task.stages);
    const std::size_t n_sweeps = task.stages.count * task.n_sweeps;
    check_numbers(task.first_sweep, n_sweeps);
    check_numbers(task.first_stage, task.stages.count, "stages");
    const Biases biases(task.chains);
    for_each_tile(
        task.chains, n_chains, n_sweeps, n_threads,
        [&](std::size_t begin, std::size_t end, Lookup lookup) {
            PathTile(task, biases, begin, end, lookup).run(interrupt);
        },
        [&] { interrupt.check(); });
}

}  // namespace scorerbm
