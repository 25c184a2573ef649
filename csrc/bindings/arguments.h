// Conversions shared by the bindings.
#pragma once

#include <pybind11/stl.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

#include "kernels/table.h"

namespace scorerbm {

using KeyWords = std::pair<std::uint32_t, std::uint32_t>;

inline Key to_key(const KeyWords& words) {
    return {words.first, words.second};
}

// Throws ValueError unless the grid's scale is positive and finite.
inline void check_scale(double scale) {
    if (!(scale > 0.0) || !std::isfinite(scale)) {
        throw pybind11::value_error("scale: got " + std::to_string(scale) +
                                    ", expected a positive number");
    }
}

}  // namespace scorerbm
