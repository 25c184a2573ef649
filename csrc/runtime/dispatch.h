// The choice of one set of kernels for the CPU at hand.
#pragma once

#include <string>
#include <vector>

#include "kernels/product_table.h"
#include "kernels/table.h"

namespace scorerbm {

struct Level {
    std::string name;
    const KernelTable* kernels;
    const ProductTable* products;
    bool supported;  // by this CPU
};

// Every level compiled in, lowest first.
const std::vector<Level>& compiled_levels();

// The level of that name, or the highest supported one if the name is null or empty.
// Throws std::invalid_argument for a name that is unknown or not supported.
const Level& choose_level(const char* name);

// The level that serves this process: chosen at the first call, by the environment variable
// SCORERBM_CPU_LEVEL if it is set.
const Level& level_in_use();

inline const KernelTable& kernels() {
    return *level_in_use().kernels;
}

inline const ProductTable& products() {
    return *level_in_use().products;
}

}  // namespace scorerbm
