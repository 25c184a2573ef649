// Operations on real numbers: kernels spread over threads, with their scratch memory.
#pragma once

#include "kernels/table.h"

namespace scorerbm {

void linear(const LinearTask& task, std::size_t n_rows, std::size_t n_threads);

void stage(const StageTask& task, std::size_t n_chains, std::size_t n_threads);

// All 2^enumerated states.
void enumerate_states(const EnumerateTask& task, std::size_t n_threads);

}  // namespace scorerbm
