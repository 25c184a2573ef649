#include "runtime/dense_gradient.h"

#include <algorithm>
#include <vector>

#include "runtime/cost.h"
#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {
namespace {

// Units of one layer for all rows, those of a noise together.
struct Units {
    float* numbers;
    std::size_t width;

    float* row(std::size_t r) const { return numbers + r * width; }
};

// Room for the units of all layers in one piece, which allocators keep from call to call: many
// pieces would go back to the system, and come from it page by page.
class UnitMemory {
  public:
    explicit UnitMemory(std::size_t size)
        : numbers_((size + 1) * sizeof(float), AlignedBytes::Unset{}) {}

    Units take(std::size_t n_rows, std::size_t width) {
        const Units units{numbers_.as<float>() + taken_, width};
        taken_ += n_rows * width;
        return units;
    }

  private:
    AlignedBytes numbers_;
    std::size_t taken_ = 0;
};

// What threads do with rows of their own, and what they then do with the gradient's.
template <class Rows>
void for_rows(const DenseGradientTask& task, std::size_t n_threads, double nanoseconds,
              Interrupt& interrupt, Rows rows) {
    const auto work = [&](std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; r += dense_rows_per_tile) {
            interrupt.check();
            rows(r, std::min(end, r + dense_rows_per_tile));
        }
    };
    parallel_for(task.n_rows, n_threads, nanoseconds, work, [&] { interrupt.check(); });
}

// Adds sums over rows, in their order.
void add_rows(const float* x, std::size_t n_rows, std::size_t width, float* total) {
    std::vector<float> sum(width);
    for (std::size_t r = 0; r < n_rows; ++r) kernels().add(x + r * width, sum.data(), width);
    kernels().add(sum.data(), total, width);
}

// Products of visible and of hidden units over all rows, and sums of whichever is a derivative.
class Sums {
  public:
    Sums(const DenseGradientTask& task, std::size_t most_rows, std::size_t n_threads)
        : task_(task), n_threads_(n_threads), packed_(most_rows, task.model.n_hidden) {
        const std::size_t N = task.model.n_visible, M = task.model.n_hidden;
        std::fill_n(task.of_weights, N * M, 0.0f);
        std::fill_n(task.of_visible, N, 0.0f);
        std::fill_n(task.of_hidden, M, 0.0f);
    }

    void add_products(const float* visible, const float* hidden, std::size_t n_rows) {
        const std::size_t N = task_.model.n_visible, M = task_.model.n_hidden;
        packed_.pack(row_major(hidden, n_rows, M));
        const MatrixView a = row_major(visible, n_rows, N).transposed();
        const double cost = product_nanoseconds * static_cast<double>(n_rows * M);
        parallel_for(N, n_threads_, cost, [&](std::size_t begin, std::size_t end) {
            packed_.add_product(a, task_.of_weights, M, begin, end);
        });
    }

    void add_visible(const float* x, std::size_t n_rows) {
        add_rows(x, n_rows, task_.model.n_visible, task_.of_visible);
    }

    void add_hidden(const float* x, std::size_t n_rows) {
        add_rows(x, n_rows, task_.model.n_hidden, task_.of_hidden);
    }

  private:
    const DenseGradientTask& task_;
    std::size_t n_threads_;
    PackedMatrix packed_;
};

void zero_rows(float* out, std::size_t size) {
    std::fill_n(out, size, 0.0f);
}

// Relaxed sweeps of all rows and noises, forward and back. Layers of units and the derivatives in
// their log-odds are kept for the sums over rows.
class Pathwise {
  public:
    Pathwise(const DenseGradientTask& task, const DenseModel& model)
        : task_(task),
          model_(model),
          N(task.model.n_visible),
          M(task.model.n_hidden),
          copies_(task.estimator.copies()),
          memory_((task.n_rows + 2 * task.estimator.n_sweeps * all_rows()) * (N + M)),
          start_(memory_.take(task.n_rows, N)),
          of_first_(memory_.take(task.n_rows, M)) {
        for (std::size_t i = 0; i < 2 * task.estimator.n_sweeps; ++i) {
            const std::size_t width = i % 2 == 0 ? M : N;
            layers_.push_back(memory_.take(all_rows(), width));
            derivatives_.push_back(memory_.take(all_rows(), width));
        }
    }

    void run(std::size_t begin, std::size_t end) {
        const std::size_t rows = end - begin;
        UnitMemory memory(rows * (2 * N + M));
        const Units mean = memory.take(rows, N), bias = memory.take(rows, N);
        const Units first = memory.take(rows, M);
        forward(begin, rows, mean.row(0), bias.row(0), first.row(0));
        const float by = static_cast<float>(2.0 / static_cast<double>(copies_));
        for (std::size_t r = 0; r < rows; ++r) {
            const std::size_t row = begin + r;
            task_.squares[row] = kernels().row_error(mean.row(r), task_.target + row * N,
                                                     task_.weight[row], by, mean.row(r), N);
        }
        for (std::size_t noise = 0; noise < copies_; ++noise) {
            backward(noise, begin, rows, mean.row(0));
        }
    }

    // Sums over rows, in the order of backends/reference/dense.py.
    void sum(Sums& sums) const {
        for (std::size_t sweep = task_.estimator.n_sweeps; sweep-- > 0;) {
            const float* of_visible = derivatives_[2 * sweep + 1].row(0);
            sums.add_products(of_visible, layers_[2 * sweep].row(0), all_rows());
            sums.add_visible(of_visible, all_rows());
            const std::size_t n_rows = sweep == 0 ? task_.n_rows : all_rows();
            const float* of_hidden = (sweep == 0 ? of_first_ : derivatives_[2 * sweep]).row(0);
            const Units below = sweep == 0 ? start_ : layers_[2 * sweep - 1];
            sums.add_products(below.row(0), of_hidden, n_rows);
            sums.add_hidden(of_hidden, n_rows);
        }
    }

    std::size_t all_rows() const { return copies_ * task_.n_rows; }

  private:
    void forward(std::size_t begin, std::size_t rows, float* mean, float* bias, float* first) {
        const float* channel = task_.channel + begin * N;
        float* start = start_.row(begin);
        kernels().tilt({channel, task_.model.start, 1.0f, 0.0f, start, N}, 0, rows);
        kernels().sigmoids(start, start, rows * N);
        kernels().tilt({channel, task_.model.visible_bias, 1.0f, 0.0f, bias, N}, 0, rows);
        model_.hidden_log_odds(start, first, rows);
        const DenseStreams streams{task_.chains + begin, task_.key, task_.call};
        std::vector<float*> layers(layers_.size());
        for (std::size_t noise = 0; noise < copies_; ++noise) {
            for (std::size_t i = 0; i < layers.size(); ++i) {
                layers[i] = layers_[i].row(noise * task_.n_rows + begin);
            }
            relaxed_sweeps(model_, task_.estimator, streams, noise, first, bias, layers.data(),
                           rows);
            if (noise == 0) {
                std::copy_n(layers.back(), rows * N, mean);
            } else {
                kernels().add(layers.back(), mean, rows * N);
            }
        }
        if (copies_ > 1) {
            kernels().scale(static_cast<float>(1.0 / static_cast<double>(copies_)), mean, rows * N);
        }
    }

    void backward(std::size_t noise, std::size_t begin, std::size_t rows, const float* of_mean) {
        const std::size_t at = noise * task_.n_rows + begin;
        const float inverse_tau = static_cast<float>(1.0 / task_.estimator.tau);
        float* out = derivatives_.back().row(at);
        std::copy_n(of_mean, rows * N, out);
        kernels().times_slope(layers_.back().row(at), 1.0f, out, rows * N);
        for (std::size_t i = layers_.size() - 1; i-- > 0;) {
            const float* above = out;
            const bool hidden = i % 2 == 0;
            const std::size_t size = rows * (hidden ? M : N);
            out = derivatives_[i].row(at);
            zero_rows(out, size);
            if (hidden) {
                model_.add_hidden(above, out, rows);
            } else {
                model_.add_visible(above, out, rows);
            }
            kernels().times_slope(layers_[i].row(at), inverse_tau, out, size);
        }
        if (noise == 0) {
            std::copy_n(out, rows * M, of_first_.row(begin));
        } else {
            kernels().add(out, of_first_.row(begin), rows * M);
        }
    }

    const DenseGradientTask& task_;
    const DenseModel& model_;
    std::size_t N, M, copies_;
    UnitMemory memory_;
    Units start_, of_first_;  // common to all noises: the second summed over them
    std::vector<Units> layers_, derivatives_;
};

}  // namespace

void pathwise_gradient(const DenseGradientTask& task, std::size_t n_threads, Interrupt& interrupt) {
    check_numbers(task.call * task.estimator.n_sweeps, task.estimator.n_sweeps);
    const DenseModel model(task.model);
    Pathwise pathwise(task, model);
    const double cost = 2.0 * estimate_nanoseconds(task.model, task.estimator);
    for_rows(task, n_threads, cost, interrupt,
             [&](std::size_t begin, std::size_t end) { pathwise.run(begin, end); });
    Sums sums(task, pathwise.all_rows(), n_threads);
    pathwise.sum(sums);
}

void literal_gradient(const DenseGradientTask& task, std::size_t n_threads, Interrupt& interrupt) {
    const std::size_t N = task.model.n_visible, M = task.model.n_hidden;
    const DenseModel model(task.model);
    UnitMemory memory(task.n_rows * (2 * M + N));
    const Units hidden = memory.take(task.n_rows, M), of_hidden = memory.take(task.n_rows, M);
    const Units of_force = memory.take(task.n_rows, N);
    const float inverse_tau = static_cast<float>(1.0 / task.estimator.tau);
    const auto rows = [&](std::size_t begin, std::size_t end) {
        const std::size_t n = end - begin;
        UnitMemory of_rows(n * M);
        const Units slope = of_rows.take(n, M);
        float *h = hidden.row(begin), *force = of_force.row(begin), *out = of_hidden.row(begin);
        model.hidden_log_odds(task.channel + begin * N, h, n);
        AverageTask average = task.estimator.average(h, h, slope.row(0), M);
        average.noise = {task.chains + begin, task.key, task.call, logistic_hidden_domain};
        kernels().average_relaxed(average, 0, n);
        model.visible_log_odds(h, force, n);
        for (std::size_t r = 0; r < n; ++r) {
            const std::size_t row = begin + r;
            float* error = of_force.row(row);
            task.squares[row] =
                kernels().row_error(error, task.target + row * N, task.weight[row], 2.0f, error, N);
        }
        zero_rows(out, n * M);
        model.add_hidden(force, out, n);
        kernels().multiply(out, slope.row(0), inverse_tau, out, n * M);
    };
    for_rows(task, n_threads, 2.0 * estimate_nanoseconds(task.model, task.estimator), interrupt,
             rows);
    Sums sums(task, task.n_rows, n_threads);
    sums.add_products(of_force.row(0), hidden.row(0), task.n_rows);
    sums.add_products(task.channel, of_hidden.row(0), task.n_rows);
    sums.add_visible(of_force.row(0), task.n_rows);
    sums.add_hidden(of_hidden.row(0), task.n_rows);
}

}  // namespace scorerbm
