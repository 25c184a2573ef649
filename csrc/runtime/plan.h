// Which kernel sweeps how many chains at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "runtime/prepared.h"

namespace scorerbm {

struct Plan {
    std::size_t chains_per_tile;
    Lookup lookup;
};

// What the environment says of plans. It is read while no other thread may change it.
struct PlanOptions {
    std::optional<Lookup> lookup;  // SCORERBM_LOOKUP: "rows", "4", "5", "6" (bits) or "registers"
    std::size_t table_bytes;       // SCORERBM_TABLE_MB: of tables for lookups in registers (256 MB)

    // Throws std::invalid_argument if a variable holds anything else.
    static PlanOptions from_environment();
};

// The plan for n_chains of each thread, in all chain_sweeps sweeps of a chain. Lookups in registers
// are taken where the CPU has them, once enough work asked for their tables to be built, by that
// many threads, and if these fit. With 0 sweeps nothing is built or counted.
Plan make_plan(PreparedRBM& rbm, std::size_t n_chains, std::size_t chain_sweeps,
               const PlanOptions& options, std::size_t n_threads = 1);

// The cheapest lookup that needs no tables made beforehand.
Lookup lookup_in_memory(std::size_t n_chains, int bits);

// Room for the `indices` of a half-sweep of so many chains and inputs, with sums of `bits` bits.
AlignedBytes room_for_indices(Lookup lookup, std::size_t n_chains, std::size_t inputs, int bits);

std::string lookup_name(Lookup lookup);

}  // namespace scorerbm
