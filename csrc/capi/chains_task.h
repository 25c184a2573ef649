// Chains of a caller as the runtime takes them.
#pragma once

#include "capi/chain_ids.h"
#include "capi/model.h"

namespace scorerbm {

// Throws std::invalid_argument unless states are there and each is 0 or 1.
void check_chains(const scorerbm_model* model, const scorerbm_chains* chains);
void check_states(const std::uint8_t* states, std::size_t size, const char* name);

// Without a key or what a call adds of its own. All arguments must outlive it.
ChainsTask chains_task(const scorerbm_model& model, const IntegerModel& integers,
                       const scorerbm_chains& chains, const ChainIds& ids);

// Throws std::invalid_argument unless v_t = alpha v_0 + sigma z is a noisy observation.
void check_amplitudes(double alpha, double sigma);

}  // namespace scorerbm
