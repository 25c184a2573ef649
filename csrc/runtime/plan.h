// Which kernel sweeps how many chains at a time.
#pragma once

#include <cstddef>
#include <string>

#include "runtime/prepared.h"

namespace scorerbm {

struct Plan {
    std::size_t chains_per_tile;
    Lookup lookup;
};

// The plan for n_chains of each thread, in all chain_sweeps sweeps of a chain. Lookups in registers
// are taken where the CPU has them, once enough work asked for their tables to be built and if
// these take no more than SCORERBM_TABLE_MB megabytes (256). SCORERBM_LOOKUP, one of "rows", "4",
// "5", "6" (bits) and "registers", overrides the choice.
// Throws std::invalid_argument if one of these variables holds anything else.
Plan make_plan(PreparedRBM& rbm, std::size_t n_chains, std::size_t chain_sweeps);

// The cheapest lookup that needs no tables made beforehand.
Lookup lookup_in_memory(std::size_t n_chains, int bits);

// Bytes that tables for lookups in registers may take, of one model.
// Throws std::invalid_argument if SCORERBM_TABLE_MB does not hold a number of megabytes.
std::size_t table_limit();

std::string lookup_name(Lookup lookup);

}  // namespace scorerbm
