// Which kernel sweeps how many chains at a time.
#pragma once

#include <cstddef>
#include <string>

#include "kernels/table.h"

namespace scorerbm {

struct Plan {
    std::size_t chains_per_tile;
    Lookup lookup;
};

// The plan for so many chains of one thread, with sums of 16 or 32 bits. The environment variable
// SCORERBM_LOOKUP ("rows", "4", "5" or "6" bits) overrides the choice of lookup.
// Throws std::invalid_argument if that holds anything else.
Plan make_plan(std::size_t n_chains, int bits);

std::string lookup_name(Lookup lookup);

}  // namespace scorerbm
