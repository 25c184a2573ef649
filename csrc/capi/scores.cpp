// Scores of noisy states, by estimates that are made of matrix products.
#include <algorithm>
#include <cmath>

#include "capi/chains_task.h"
#include "capi/functions.h"
#include "capi/stage_numbers.h"
#include "runtime/dense_path.h"

namespace scorerbm {
namespace capi {
namespace {

// One stage that makes keep v + pull m of a state, for each of n rows.
struct OneStage {
    double alpha, sigma, keep, pull;

    void run(const scorerbm_model& model, std::size_t n, const double* state,
             const DenseEstimator& by, const std::uint32_t* ids, const scorerbm_stream& noise,
             std::size_t n_threads, double* out) const {
        const StageNumbersOf numbers(
            {1, &alpha, &sigma, &keep, &pull, nullptr, nullptr, nullptr, 0});
        DensePathTask task = {};
        task.model = model.dense();
        task.estimator = by;
        task.wide_start = state;
        task.wide_end = out;
        task.stages = numbers.stages();
        task.chains = ids;
        task.key = to_key(noise.key);
        task.first_call = noise.step;
        Interrupt never(nullptr);
        dense_path(task, n, n_threads, never);
    }
};

void check_arguments(const scorerbm_model* model, std::size_t n, const double* state, double alpha,
                     double sigma, const double* out) {
    require_pointer(model, "model");
    check_noisy(state, n * model->n_visible);
    require_pointer(out, "out");
    check_amplitudes(alpha, sigma);
}

}  // namespace

int mean_field_score(const scorerbm_model* model, std::size_t n, const double* state, double alpha,
                     double sigma, std::size_t n_iterations, std::size_t n_threads, double* out,
                     scorerbm_error* error) {
    return guarded(error, [&] {
        check_arguments(model, n, state, alpha, sigma, out);
        require(n_iterations > 0, "n_iterations: got 0, expected 1 or more");
        const Tweedie of(alpha, sigma);
        const ChainIds ids(nullptr, 0, n);
        const DenseEstimator by{false, n_iterations, 0, 1.0, false, nullptr, 0.0f};
        const OneStage stage{alpha, sigma, of.state, of.mean};
        stage.run(*model, n, state, by, ids.data(), {}, n_threads, out);
    });
}

int literal_score(const scorerbm_model* model, std::size_t n, const double* state, double alpha,
                  double sigma, const scorerbm_literal* literal, const scorerbm_stream* noise,
                  std::size_t n_threads, double* out, scorerbm_error* error) {
    return guarded(error, [&] {
        check_arguments(model, n, state, alpha, sigma, out);
        require_pointer(literal, "literal");
        require(literal->tau > 0.0 && std::isfinite(literal->tau),
                "tau: expected a finite number above 0");
        const bool averages = literal->table == nullptr;
        if (averages) {
            require_pointer(noise, "noise");
            require(literal->n_noises > 0, "n_noises: got 0, expected 1 or more");
            require(noise->n_chains == n, "noise.n_chains: expected a chain for each state");
        }
        const scorerbm_stream stream = averages ? *noise : scorerbm_stream{};
        const ChainIds ids(stream.ids, stream.first_chain, n);
        const DenseEstimator by{true,
                                0,
                                literal->n_noises,
                                literal->tau,
                                literal->antithetic != 0,
                                literal->table,
                                literal->table_scale};
        // The force f stands for the mean (v + sigma^2 f)/alpha.
        const Tweedie of(alpha, sigma);
        const double gain = of.mean / alpha;
        const OneStage stage{alpha, sigma, of.state + gain, gain * (sigma * sigma)};
        stage.run(*model, n, state, by, ids.data(), stream, n_threads, out);
    });
}

}  // namespace capi
}  // namespace scorerbm
