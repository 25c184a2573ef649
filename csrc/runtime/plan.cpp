#include "runtime/plan.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <stdexcept>

#include "runtime/cost.h"
#include "runtime/dispatch.h"

namespace scorerbm {
namespace {

// Sums of a tile (64 columns) take 128 KB at most: they stay in the second-level cache, beside the
// tables.
constexpr std::size_t bytes_of_sums = 128 * 1024;

// Between two looks at signals a tile makes one sweep, of 90 ms at most unless it has few chains.
constexpr double longest_sweep = 90e6;
constexpr std::size_t fewest_chains = 64;

constexpr double default_table_megabytes = 256.0;

struct Name {
    Lookup lookup;
    const char *asked, *shown;
};

constexpr Name names[] = {
    {Lookup::rows, "rows", "rows"},
    {Lookup::bits4, "4", "lookup of 4 bits"},
    {Lookup::bits5, "5", "lookup of 5 bits"},
    {Lookup::bits6, "6", "lookup of 6 bits"},
    {Lookup::registers, "registers", "lookup in registers"},
};

std::string environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr ? "" : value;
}

// In registers every chain costs as much as a vector of them.
bool enough_for_registers(std::size_t n_chains, int bits) {
    return n_chains >= (bits == 16 ? 24 : 12);
}

std::optional<Lookup> lookup_asked() {
    const std::string asked = environment("SCORERBM_LOOKUP");
    if (asked.empty()) return std::nullopt;
    const auto* found = std::find_if(std::begin(names), std::end(names),
                                     [&](const Name& name) { return asked == name.asked; });
    if (found == std::end(names)) {
        throw std::invalid_argument("SCORERBM_LOOKUP: got '" + asked +
                                    "', expected rows, 4, 5, 6 or registers");
    }
    return found->lookup;
}

std::size_t table_bytes_asked() {
    const std::string text = environment("SCORERBM_TABLE_MB");
    double megabytes = default_table_megabytes;
    if (!text.empty()) {
        char* end = nullptr;
        megabytes = std::strtod(text.c_str(), &end);
        if (*end != '\0' || !(megabytes >= 0.0) || !(megabytes < 1e9)) {
            throw std::invalid_argument("SCORERBM_TABLE_MB: got '" + text +
                                        "', expected a number of megabytes");
        }
    }
    return static_cast<std::size_t>(megabytes * 1e6);
}

Lookup choose(PreparedRBM& rbm, std::size_t n_chains, std::size_t chain_sweeps,
              const PlanOptions& options, std::size_t n_threads) {
    if (options.lookup) {
        if (*options.lookup == Lookup::registers && chain_sweeps > 0) {
            rbm.build_register_tables(n_threads);
        }
        return *options.lookup;
    }
    const int bits = rbm.hidden.bits;
    if (kernels().has_registers && enough_for_registers(n_chains, bits) &&
        rbm.use_registers(chain_sweeps, options.table_bytes, n_threads)) {
        return Lookup::registers;
    }
    return lookup_in_memory(n_chains, bits);
}

}  // namespace

PlanOptions PlanOptions::from_environment() {
    return {lookup_asked(), table_bytes_asked()};
}

// A table of g bits costs 2^g additions and saves all but one of g for each chain.
Lookup lookup_in_memory(std::size_t n_chains, int bits) {
    if (n_chains < 16) return Lookup::rows;
    const std::size_t few = bits == 32 ? 400 : 192;
    if (n_chains < few) return Lookup::bits4;
    return bits == 32 || n_chains < 768 ? Lookup::bits5 : Lookup::bits6;
}

AlignedBytes room_for_indices(Lookup lookup, std::size_t n_chains, std::size_t inputs, int bits) {
    std::size_t chains = n_chains, bytes = 0;
    if (lookup == Lookup::registers) {
        chains += chain_padding;
        bytes = bits == 16 ? (inputs / register_bits16 + 1) * sizeof(std::uint16_t)
                           : inputs / register_bits32 + 1;
    } else if (lookup != Lookup::rows) {
        bytes = (inputs / 30 + 1) * sizeof(std::uint64_t);
    }
    return {chains * bytes, AlignedBytes::Unset{}};
}

Plan make_plan(PreparedRBM& rbm, std::size_t n_chains, std::size_t chain_sweeps,
               const PlanOptions& options, std::size_t n_threads) {
    const std::size_t sum_bytes = static_cast<std::size_t>(rbm.hidden.bits / 8);
    const std::size_t soon = static_cast<std::size_t>(longest_sweep / sweep_nanoseconds(rbm));
    const std::size_t most =
        std::min(bytes_of_sums / (columns_per_block * sum_bytes), std::max(fewest_chains, soon));
    const std::size_t n_tiles = std::max<std::size_t>(1, (n_chains + most - 1) / most);
    const std::size_t chains = std::max<std::size_t>(1, (n_chains + n_tiles - 1) / n_tiles);
    return {chains, choose(rbm, chains, chain_sweeps, options, n_threads)};
}

std::string lookup_name(Lookup lookup) {
    for (const Name& name : names) {
        if (name.lookup == lookup) return name.shown;
    }
    return "";
}

}  // namespace scorerbm
