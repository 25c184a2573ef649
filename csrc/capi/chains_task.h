// Chains of a caller as the runtime takes them.
#pragma once

#include <algorithm>
#include <cmath>

#include "capi/chain_ids.h"
#include "capi/model.h"

namespace scorerbm {

// Throws std::invalid_argument unless states are there and each is 0 or 1.
void check_chains(const scorerbm_model* model, const scorerbm_chains* chains);
void check_states(const std::uint8_t* states, std::size_t size, const char* name);

// Without a key or what a call adds of its own. All arguments must outlive it.
ChainsTask chains_task(const scorerbm_model& model, const IntegerModel& integers,
                       const scorerbm_chains& chains, const ChainIds& ids);

// Throws std::invalid_argument unless noisy states are there and finite.
template <class Real>
void check_noisy(const Real* state, std::size_t size) {
    require_pointer(state, "state");
    require(std::all_of(state, state + size, [](Real x) { return std::abs(x) < Real(1e18); }),
            "state: expected finite numbers below 1e18 in magnitude");
}

// Throws std::invalid_argument unless v_t = alpha v_0 + sigma z is a noisy observation.
void check_amplitudes(double alpha, double sigma);

}  // namespace scorerbm
