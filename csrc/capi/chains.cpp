// Markov chains of the model itself.
#include "runtime/chains.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "capi/chains_task.h"
#include "capi/functions.h"
#include "runtime/binary_units.h"

namespace scorerbm {

void check_states(const std::uint8_t* states, std::size_t size, const char* name) {
    require_pointer(states, name);
    if (std::any_of(states, states + size, [](std::uint8_t x) { return x > 1; })) {
        throw std::invalid_argument(std::string(name) + ": expected only 0 and 1");
    }
}

void check_chains(const scorerbm_model* model, const scorerbm_chains* chains) {
    require_pointer(model, "model");
    require_pointer(chains, "chains");
    check_states(chains->visible, chains->count * model->n_visible, "chains.visible");
    require_pointer(chains->hidden, "chains.hidden");
}

void check_amplitudes(double alpha, double sigma) {
    require(std::isfinite(alpha), "alpha: expected a finite number");
    require(std::isfinite(sigma) && sigma > 0.0, "sigma: expected a finite number above 0");
}

ChainsTask chains_task(const scorerbm_model& model, const IntegerModel& integers,
                       const scorerbm_chains& chains, const ChainIds& ids) {
    ChainsTask task = {};
    task.rbm = integers.rbm.get();
    task.options = model.options;
    task.hidden_bias = integers.hidden_bias.data();
    task.visible_bias = integers.visible_bias.data();
    task.scale = integers.scale;
    task.chains = ids.data();
    task.key = to_key(chains.key);
    task.v = chains.visible;
    task.h = chains.hidden;
    return task;
}

namespace capi {
namespace {

constexpr double fair = 0.5;

// The inverse temperature of each chain.
std::vector<double> temperatures(const double* beta, std::size_t count) {
    if (beta == nullptr) return std::vector<double>(count, 1.0);
    std::vector<double> given(beta, beta + count);
    require(std::all_of(given.begin(), given.end(), [](double x) { return std::isfinite(x); }),
            "beta: expected finite numbers");
    return given;
}

}  // namespace

int random_start(const scorerbm_model* model, scorerbm_chains* chains, scorerbm_key key,
                 scorerbm_error* error) {
    return guarded(error, [&] {
        require_pointer(model, "model");
        require_pointer(chains, "chains");
        require_pointer(chains->visible, "chains.visible");
        const ChainIds ids(chains->ids, chains->first_chain, chains->count);
        const std::vector<double> p(chains->count * model->n_visible, fair);
        const Stream stream{ids.data(), to_key(key), 0, visible_domain};
        bernoulli({p.data(), model->n_visible, stream, chains->visible}, chains->count);
        chains->sweep = 0;
    });
}

int gibbs(const scorerbm_model* model, scorerbm_chains* chains, const scorerbm_sweeps* sweeps,
          scorerbm_error* error) {
    return guarded(error, [&] {
        check_chains(model, chains);
        require_pointer(sweeps, "sweeps");
        require(sweeps->n_sweeps > 0, "n_sweeps: got 0, expected 1 or more");
        if (sweeps->frozen != nullptr) check_states(sweeps->frozen, model->n_visible, "frozen");
        const std::vector<double> beta = temperatures(sweeps->beta, chains->count);
        const bool tempered =
            std::any_of(beta.begin(), beta.end(), [](double x) { return x < 1.0; });
        const ChainIds ids(chains->ids, chains->first_chain, chains->count);
        GibbsTask task = {};
        task.chains = chains_task(*model, model->integers(tempered), *chains, ids);
        task.chains.frozen = sweeps->frozen;
        task.beta = beta.data();
        task.mean = sweeps->mean;
        task.first_sweep = chains->sweep;
        task.n_sweeps = sweeps->n_sweeps;
        Interrupt never(nullptr);
        scorerbm::gibbs(task, chains->count, sweeps->n_threads, never);
        chains->sweep += static_cast<std::uint32_t>(sweeps->n_sweeps);
    });
}

}  // namespace capi
}  // namespace scorerbm
