// Operations on binary units: kernels spread over threads, with their scratch memory.
#pragma once

#include "kernels/table.h"

namespace scorerbm {

void conditional(const ConditionalTask& task, std::size_t n_chains, std::size_t n_threads);

void bernoulli(const BernoulliTask& task, std::size_t n_chains);

}  // namespace scorerbm
