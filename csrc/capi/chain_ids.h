// The numbers of chains: given ones, or consecutive ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include "capi/guard.h"
#include "kernels/table.h"

namespace scorerbm {

class ChainIds {
  public:
    ChainIds(const std::uint32_t* ids, std::uint32_t first, std::size_t count) : ids_(ids) {
        if (ids != nullptr) return;
        require(count <= (std::size_t{1} << 32) - first,
                "first_chain: the last chain's number does not fit 32 bits");
        own_.resize(count);
        std::iota(own_.begin(), own_.end(), first);
    }

    const std::uint32_t* data() const { return ids_ != nullptr ? ids_ : own_.data(); }

  private:
    const std::uint32_t* ids_;
    std::vector<std::uint32_t> own_;
};

inline Key to_key(scorerbm_key key) {
    return {key.low, key.high};
}

}  // namespace scorerbm
