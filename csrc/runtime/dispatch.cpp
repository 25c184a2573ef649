#include "runtime/dispatch.h"

#include <cstdlib>
#include <stdexcept>

#include "runtime/cpu_features.h"

// kernel_levels.inc is written by CMake: a line X86_LEVEL("name", kernels, products), with the
// names of two functions, for each level of the x86-64 family, or one line BASELINE of that kind.
#define X86_LEVEL(name, kernels, products)             \
    extern "C" const scorerbm::KernelTable* kernels(); \
    extern "C" const scorerbm::ProductTable* products();
#define BASELINE(name, kernels, products)              \
    extern "C" const scorerbm::KernelTable* kernels(); \
    extern "C" const scorerbm::ProductTable* products();
#include "kernel_levels.inc"
#undef X86_LEVEL
#undef BASELINE

namespace scorerbm {
namespace {

std::string supported_names() {
    std::string names;
    for (const Level& level : compiled_levels()) {
        if (level.supported) names += (names.empty() ? "" : ", ") + level.name;
    }
    return names.empty() ? "none" : names;
}

}  // namespace

const std::vector<Level>& compiled_levels() {
#define X86_LEVEL(name, kernels, products) {name, kernels(), products(), has_level(features, name)},
#define BASELINE(name, kernels, products) {name, kernels(), products(), true},
    static const std::vector<Level> levels = [] {
        [[maybe_unused]] const CpuFeatures features = cpu_features();
        return std::vector<Level>{
#include "kernel_levels.inc"
        };
    }();
#undef X86_LEVEL
#undef BASELINE
    return levels;
}

const Level& choose_level(const char* name) {
    const bool any = name == nullptr || *name == '\0';
    const Level* chosen = nullptr;
    for (const Level& level : compiled_levels()) {
        if (level.supported && (any || level.name == name)) chosen = &level;
    }
    if (chosen == nullptr) {
        throw std::invalid_argument("SCORERBM_CPU_LEVEL: got '" + std::string(any ? "" : name) +
                                    "', this CPU supports: " + supported_names());
    }
    return *chosen;
}

const Level& level_in_use() {
    static const Level& level = choose_level(std::getenv("SCORERBM_CPU_LEVEL"));
    return level;
}

}  // namespace scorerbm
