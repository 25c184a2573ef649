#include "runtime/dense_path.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

// A few rows at a time, taken through all stages. Arrays are contiguous: (rows, units).
class DenseTile {
  public:
    DenseTile(const DensePathTask& task, const DenseModel& model, std::size_t most_rows)
        : task_(task),
          model_(model),
          rows_(most_rows),
          x_(visible()),
          y_(has_predictions() ? visible() : floats(0)),
          mean_(visible()),
          result_(visible()),
          hidden_(floats(most_rows * task.model.n_hidden)) {
        if (!task.estimator.force) sweeps_.emplace_back(*this);
    }

    void run(std::size_t begin, std::size_t end, Interrupt& interrupt) {
        begin_ = begin;
        rows_ = end - begin;
        const std::size_t first = begin * task_.model.n_visible;
        const std::size_t size = rows_ * task_.model.n_visible;
        float* x = x_.as<float>();
        if (task_.wide_start == nullptr) {
            std::copy_n(task_.start + first, size, x);
        } else {
            std::transform(task_.wide_start + first, task_.wide_start + first + size, x,
                           [](double number) { return static_cast<float>(number); });
        }
        for (std::size_t k = 0; k < task_.stages.count; ++k) {
            interrupt.check();
            run_stage(k);
        }
        if (task_.wide_end == nullptr) {
            std::copy_n(x_.as<float>(), size, task_.end + first);
        } else {
            std::copy_n(x_.as<float>(), size, task_.wide_end + first);
        }
    }

  private:
    // What relaxed sweeps need besides.
    struct Sweeps {
        AlignedBytes bias, visible, first;

        explicit Sweeps(const DenseTile& tile)
            : bias(tile.visible()),
              visible(tile.visible()),
              first(floats(tile.rows_ * tile.task_.model.n_hidden)) {}
    };

    static AlignedBytes floats(std::size_t size) {
        return {size * sizeof(float), AlignedBytes::Unset{}};
    }

    AlignedBytes visible() const { return floats(rows_ * task_.model.n_visible); }

    bool has_predictions() const {
        const std::uint8_t* kind = task_.stages.kind;
        return std::any_of(kind, kind + task_.stages.count, [](std::uint8_t k) {
            return static_cast<StageKind>(k) != StageKind::plain;
        });
    }

    void run_stage(std::size_t k) {
        const Stages& of = task_.stages;
        const auto kind = static_cast<StageKind>(of.kind[k]);
        const std::size_t width = task_.model.n_visible;
        const float* from = (kind == StageKind::correct ? y_ : x_).as<float>();
        const DenseStreams streams{task_.chains + begin_, task_.key,
                                   task_.first_call + static_cast<std::uint32_t>(k)};
        if (task_.estimator.force) {
            find_force(from, streams);
        } else {
            find_mean(from, k, streams);
        }
        const Stream noise{task_.chains + begin_, task_.noise_key,
                           task_.first_stage + static_cast<std::uint32_t>(k), normal_domain};
        kernels().stage({width,
                         noise,
                         from,
                         mean_.as<float>(),
                         kind == StageKind::correct ? x_.as<float>() : nullptr,
                         {of.keep[k], of.pull[k], of.base[k], of.spread[k]},
                         result_.as<float>()},
                        0, rows_);
        std::swap(kind == StageKind::predict ? y_ : x_, result_);
    }

    void find_force(const float* from, const DenseStreams& streams) {
        const DenseEstimator& by = task_.estimator;
        const std::size_t width = task_.model.n_hidden;
        float* h = hidden_.as<float>();
        model_.hidden_log_odds(from, h, rows_);
        if (by.table != nullptr) {
            kernels().expectation({by.table, by.table_scale, h, h}, rows_ * width);
        } else {
            AverageTask average = by.average(h, h, nullptr, width);
            average.noise = {streams.chains, streams.key, streams.call, logistic_hidden_domain};
            kernels().average_relaxed(average, 0, rows_);
        }
        model_.visible_log_odds(h, mean_.as<float>(), rows_);
    }

    void find_mean(const float* from, std::size_t k, const DenseStreams& streams) {
        const DenseParameters& of = task_.model;
        const std::size_t n_visible = rows_ * of.n_visible, copies = task_.estimator.copies();
        Sweeps& own = sweeps_.front();
        float *total = mean_.as<float>(), *v = own.visible.as<float>(), *h = hidden_.as<float>();
        ChannelTask channel{from, of.start,    task_.stages.rate[k], task_.stages.half_signal[k],
                            v,    of.n_visible};
        kernels().tilt(channel, 0, rows_);
        kernels().sigmoids(v, v, n_visible);
        model_.hidden_log_odds(v, own.first.as<float>(), rows_);
        channel.bias = of.visible_bias;
        channel.out = own.bias.as<float>();
        kernels().tilt(channel, 0, rows_);
        std::vector<float*> layers(2 * task_.estimator.n_sweeps);
        for (std::size_t i = 0; i < layers.size(); ++i) layers[i] = i % 2 == 0 ? h : v;
        for (std::size_t noise = 0; noise < copies; ++noise) {
            relaxed_sweeps(model_, task_.estimator, streams, noise, own.first.as<float>(),
                           own.bias.as<float>(), layers.data(), rows_);
            if (noise == 0) {
                std::copy_n(v, n_visible, total);
            } else {
                kernels().add(v, total, n_visible);
            }
        }
        const float share = static_cast<float>(1.0 / static_cast<double>(copies));
        if (copies > 1) kernels().scale(share, total, n_visible);
    }

    const DensePathTask& task_;
    const DenseModel& model_;
    std::size_t begin_ = 0, rows_;
    AlignedBytes x_, y_, mean_, result_, hidden_;
    std::vector<Sweeps> sweeps_;  // one, or none
};

}  // namespace

void dense_path(const DensePathTask& task, std::size_t n_rows, std::size_t n_threads,
                Interrupt& interrupt) {
    check_kinds(task.stages);
    check_numbers(task.first_stage, task.stages.count, "stages");
    check_numbers(task.first_call, task.stages.count, "stages");
    check_numbers(0, (task.first_call + task.stages.count) * task.estimator.n_sweeps);
    const DenseModel model(task.model);
    const double nanoseconds =
        static_cast<double>(task.stages.count) * estimate_nanoseconds(task.model, task.estimator);
    const auto work = [&](std::size_t begin, std::size_t end) {
        DenseTile tile(task, model, std::min(end - begin, dense_rows_per_tile));
        for (std::size_t r = begin; r < end; r += dense_rows_per_tile) {
            tile.run(r, std::min(end, r + dense_rows_per_tile), interrupt);
        }
    };
    parallel_for(n_rows, n_threads, nanoseconds, work, [&] { interrupt.check(); });
}

}  // namespace scorerbm
