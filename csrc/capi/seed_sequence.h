// Keys from seeds, as NumPy's SeedSequence makes them: an algorithm frozen by NumPy's policy on
// the compatibility of streams, after O'Neill, "Developing a seed_seq alternative" (2015).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernels/table.h"

namespace scorerbm {

class SeedSequence {
  public:
    // A seed and the path of `spawn_key`.
    SeedSequence(std::uint64_t seed, const std::vector<std::uint32_t>& path);

    // The first two words of its state.
    Key key() const;

  private:
    std::array<std::uint32_t, 4> pool_;
};

// The key of a purpose under a seed: `_seed.derive_key` in Python.
Key derived_key(std::uint64_t seed, const char* purpose);

}  // namespace scorerbm
