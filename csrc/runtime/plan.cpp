#include "runtime/plan.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace scorerbm {
namespace {

// Sums of a tile (64 columns) take 128 KB at most: they stay in the second-level cache, beside the
// tables.
constexpr std::size_t bytes_of_sums = 128 * 1024;

// A table of g bits costs 2^g additions and saves all but one of g for each chain.
Lookup cheapest(std::size_t chains_per_tile, int bits) {
    if (chains_per_tile < 16) return Lookup::rows;
    if (bits == 32 || chains_per_tile < 192) return Lookup::bits4;
    return chains_per_tile < 768 ? Lookup::bits5 : Lookup::bits6;
}

Lookup overridden(Lookup choice) {
    const char* value = std::getenv("SCORERBM_LOOKUP");
    const std::string name = value == nullptr ? "" : value;
    if (name.empty()) return choice;
    if (name == "rows") return Lookup::rows;
    if (name == "4") return Lookup::bits4;
    if (name == "5") return Lookup::bits5;
    if (name == "6") return Lookup::bits6;
    throw std::invalid_argument("SCORERBM_LOOKUP: got '" + name + "', expected rows, 4, 5 or 6");
}

}  // namespace

Plan make_plan(std::size_t n_chains, int bits) {
    const std::size_t most =
        bytes_of_sums / (columns_per_block * static_cast<std::size_t>(bits / 8));
    const std::size_t n_tiles = std::max<std::size_t>(1, (n_chains + most - 1) / most);
    const std::size_t chains = std::max<std::size_t>(1, (n_chains + n_tiles - 1) / n_tiles);
    return {chains, overridden(cheapest(chains, bits))};
}

std::string lookup_name(Lookup lookup) {
    switch (lookup) {
        case Lookup::rows:
            return "rows";
        case Lookup::bits4:
            return "lookup of 4 bits";
        case Lookup::bits5:
            return "lookup of 5 bits";
        case Lookup::bits6:
            return "lookup of 6 bits";
    }
    return "";
}

}  // namespace scorerbm
