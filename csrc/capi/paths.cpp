// Trajectories of the reverse diffusion with kept Gibbs chains.
#include <algorithm>
#include <cmath>
#include <vector>

#include "capi/chains_task.h"
#include "capi/functions.h"
#include "capi/seed_sequence.h"
#include "capi/stage_numbers.h"
#include "runtime/binary_units.h"
#include "runtime/dispatch.h"
#include "runtime/path.h"

namespace scorerbm {
namespace capi {
namespace {

constexpr float diverged = 1e6f;  // v is of the order of the data and of unit noise

// Draws bits of the probabilities s(prior + what the state says), as posterior chains start.
void start_posterior(const scorerbm_model& model, const scorerbm_chains& chains,
                     const ChainIds& ids, Key key, const float* state, double alpha, double sigma) {
    const std::size_t N = model.n_visible;
    const double rate = alpha / (sigma * sigma);
    std::vector<double> mean(chains.count * N);
    for (std::size_t k = 0; k < mean.size(); ++k) {
        const double channel = static_cast<double>(state[k]) * rate - 0.5 * alpha * rate;
        mean[k] = model.prior[k % N] + channel;
    }
    kernels().sigmoid(mean.data(), mean.data(), mean.size());
    const Stream stream{ids.data(), {key.low ^ 0xFFFFFFFFu, key.high}, 0, visible_domain};
    bernoulli({mean.data(), N, stream, chains.visible}, chains.count);
}

// Moves chains on by n_sweeps for each stage.
void integrate(const scorerbm_model& model, scorerbm_chains& chains, const ChainIds& ids,
               const scorerbm_stages& stages, std::size_t n_sweeps, Key noise_key,
               std::size_t n_threads, float* state) {
    require(n_sweeps > 0, "n_sweeps: got 0, expected 1 or more");
    const IntegerModel& integers = model.integers(false);
    const StageNumbersOf numbers(stages);
    PathTask task = {};
    task.chains = chains_task(model, integers, chains, ids);
    task.state = state;
    task.limit = integers.channel_limit;
    task.shift = integers.channel_shift.empty() ? nullptr : integers.channel_shift.data();
    task.stages = numbers.stages();
    task.noise_key = noise_key;
    task.first_sweep = chains.sweep;
    task.first_stage = stages.first;
    task.n_sweeps = n_sweeps;
    Interrupt never(nullptr);
    scorerbm::posterior_path(task, chains.count, n_threads, never);
    chains.sweep += static_cast<std::uint32_t>(n_sweeps * stages.count);
}

// The stages of Euler and Maruyama.
class EulerMaruyama {
  public:
    explicit EulerMaruyama(const scorerbm_schedule& schedule) : of_(schedule) {
        for (std::size_t i = 0; i < schedule.n_steps; ++i) {
            check_amplitudes(schedule.alpha[i], schedule.sigma[i]);
            const double noise = schedule.noise[i];
            require(noise >= 0.0, "schedule.noise: expected numbers of 0 or more");
            const Tweedie tweedie(schedule.alpha[i], schedule.sigma[i]);
            keep_.push_back(1.0 + 0.5 * noise + noise * tweedie.state);
            pull_.push_back(noise * tweedie.mean);
            spread_.push_back(std::sqrt(noise));
        }
    }

    scorerbm_stages stages() const {
        return {of_.n_steps,    of_.alpha, of_.sigma, keep_.data(), pull_.data(), nullptr,
                spread_.data(), nullptr,   0};
    }

  private:
    const scorerbm_schedule& of_;
    std::vector<double> keep_, pull_, spread_;
};

void check_bounded(const std::vector<float>& state) {
    if (!std::all_of(state.begin(), state.end(), [](float x) { return std::abs(x) <= diverged; })) {
        throw std::invalid_argument("n_steps: too few for the schedule, the state grew too large");
    }
}

void check_schedule(const scorerbm_schedule* schedule) {
    require_pointer(schedule, "schedule");
    require_pointer(schedule->alpha, "schedule.alpha");
    require_pointer(schedule->sigma, "schedule.sigma");
    require_pointer(schedule->noise, "schedule.noise");
    require(schedule->n_steps > 0, "schedule.n_steps: got 0, expected 1 or more");
    check_amplitudes(schedule->alpha[schedule->n_steps], schedule->sigma[schedule->n_steps]);
}

// Samples from the end of a trajectory: one more sweep, of which the state is not kept.
void draw(const scorerbm_model& model, scorerbm_chains& chains, const ChainIds& ids, double alpha,
          double sigma, std::size_t n_threads, std::vector<float>& state) {
    const double keep = 0.0, pull = 1.0;
    const scorerbm_stages mean{1, &alpha, &sigma, &keep, &pull, nullptr, nullptr, nullptr, 0};
    integrate(model, chains, ids, mean, 1, {0, 0}, n_threads, state.data());
}

void draw_hidden(const scorerbm_model& model, scorerbm_chains chains, scorerbm_key key,
                 std::size_t n_threads) {
    const std::vector<std::uint8_t> held(model.n_visible, 1);
    chains.key = key;
    chains.sweep = 0;
    const scorerbm_sweeps sweep{1, nullptr, held.data(), nullptr, n_threads};
    scorerbm_error error;
    if (gibbs(&model, &chains, &sweep, &error) != SCORERBM_OK) {
        throw std::runtime_error(error.message);
    }
}

scorerbm_key to_c(Key key) {
    return {key.low, key.high};
}

}  // namespace

int posterior_start(const scorerbm_model* model, scorerbm_chains* chains, const float* state,
                    double alpha, double sigma, scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(model, "model");
        require_pointer(chains, "chains");
        require_pointer(chains->visible, "chains.visible");
        check_noisy(state, chains->count * model->n_visible);
        check_amplitudes(alpha, sigma);
        const ChainIds ids(chains->ids, chains->first_chain, chains->count);
        start_posterior(*model, *chains, ids, to_key(chains->key), state, alpha, sigma);
        chains->sweep = 0;
    });
}

int posterior_path(const scorerbm_model* model, scorerbm_chains* chains,
                   const scorerbm_stages* stages, std::size_t n_sweeps, scorerbm_key noise_key,
                   std::size_t n_threads, float* state, scorerbm_error* error) {
    return guarded(error, [&] {
        check_chains(model, chains);
        require_pointer(stages, "stages");
        check_noisy(state, chains->count * model->n_visible);
        const ChainIds ids(chains->ids, chains->first_chain, chains->count);
        integrate(*model, *chains, ids, *stages, n_sweeps, to_key(noise_key), n_threads, state);
    });
}

int reverse_sde(const scorerbm_model* model, std::uint64_t seed, const scorerbm_schedule* schedule,
                std::size_t n_sweeps, std::size_t n_threads, scorerbm_chains* chains,
                scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(model, "model");
        check_schedule(schedule);
        require_pointer(chains, "chains");
        require_pointer(chains->visible, "chains.visible");
        require_pointer(chains->hidden, "chains.hidden");
        const ChainIds ids(chains->ids, chains->first_chain, chains->count);
        const std::size_t last = schedule->n_steps;
        std::vector<float> state(chains->count * model->n_visible);
        const Stream prior{ids.data(), derived_key(seed, "prior"), 0, normal_domain};
        kernels().normal({model->n_visible, prior, state.data()}, 0, chains->count);

        scorerbm_chains posterior = *chains;
        const Key key = derived_key(seed, "posterior");
        posterior.key = to_c(key);
        posterior.sweep = 0;
        start_posterior(*model, posterior, ids, key, state.data(), schedule->alpha[0],
                        schedule->sigma[0]);
        integrate(*model, posterior, ids, EulerMaruyama(*schedule).stages(), n_sweeps,
                  derived_key(seed, "noise"), n_threads, state.data());
        check_bounded(state);
        draw(*model, posterior, ids, schedule->alpha[last], schedule->sigma[last], n_threads,
             state);
        draw_hidden(*model, posterior, to_c(derived_key(seed, "hidden")), n_threads);
    });
}

}  // namespace capi
}  // namespace scorerbm
