// Philox blocks of a few neighbouring units for one chain after the other.
#pragma once

#include "philox_vectors.h"

namespace scorerbm {
namespace {

// `Vectors` vectors of 64-bit lanes, a block a lane.
template <std::size_t Vectors>
class PhiloxLanes {
  public:
    static constexpr std::size_t interleaved = Vectors < 2 ? 1 : 2;

    using Result = PhiloxWords<interleaved>;

    // numbers(r) has the numbers of the blocks of vector r.
    template <class Numbers>
    PhiloxLanes(const Stream& stream, Numbers numbers) : rounds_(stream) {
        for (std::size_t r = 0; r < Vectors; ++r) lanes_[r] = rounds_.of_units(numbers(r));
    }

    // Calls visit(r, words) with the words of vectors r, r + 1, … (`interleaved` of them).
    template <class Visit>
    void draw(std::uint32_t chain, Visit visit) const {
        const PhiloxRounds::OfChains of_chain = rounds_.of_chains(all_longs(chain));
        SCORERBM_UNROLL
        for (std::size_t r = 0; r < Vectors; r += interleaved) {
            visit(r,
                  rounds_.template finish<interleaved>(
                      [&](std::size_t i) -> const PhiloxRounds::OfUnits& { return lanes_[r + i]; },
                      [&](std::size_t) -> const PhiloxRounds::OfChains& { return of_chain; }));
        }
    }

  private:
    PhiloxRounds rounds_;
    PhiloxRounds::OfUnits lanes_[Vectors];
};

}  // namespace
}  // namespace scorerbm
