// Known answers of the Random123 distribution, and the order of a batch.
#include "check.h"
#include "kernels/philox.h"

namespace {

using scorerbm::Words;

bool equal(const Words& a, const Words& b) {
    return a.w0 == b.w0 && a.w1 == b.w1 && a.w2 == b.w2 && a.w3 == b.w3;
}

void known_answers() {
    using scorerbm::philox;
    constexpr std::uint32_t ones = 0xFFFFFFFFu;
    CHECK(equal(philox({0, 0, 0, 0}, {0, 0}), {0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8}));
    CHECK(equal(philox({ones, ones, ones, ones}, {ones, ones}),
                {0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD}));
    CHECK(equal(philox({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}),
                {0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1}));
    CHECK(!equal(philox({0, 0, 0, 1}, {0, 0}), philox({0, 0, 0, 0}, {0, 0})));
}

// Every block of every chain comes once, in order, with the words of the single call.
void batches() {
    constexpr std::size_t n_chains = 29, per_row = 7, first_block = 3;
    std::uint32_t chains[n_chains];
    for (std::size_t c = 0; c < n_chains; ++c) chains[c] = static_cast<std::uint32_t>(100 + 3 * c);
    const scorerbm::Stream stream{chains, {1, 2}, 5, 6};
    std::size_t next = 0;
    scorerbm::for_each_batch(stream, 0, n_chains, first_block, per_row,
                             [&](std::size_t start, std::size_t count, const scorerbm::Blocks& b) {
                                 CHECK(start == next);
                                 for (std::size_t i = 0; i < count; ++i, ++next) {
                                     const auto block =
                                         static_cast<std::uint32_t>(first_block + next % per_row);
                                     const Words expected = scorerbm::philox(
                                         {block, chains[next / per_row], 5, 6}, stream.key);
                                     CHECK(equal(expected, {b.w0[i], b.w1[i], b.w2[i], b.w3[i]}));
                                 }
                             });
    CHECK(next == n_chains * per_row);
}

}  // namespace

int main() {
    known_answers();
    batches();
    return failures() != 0;
}
