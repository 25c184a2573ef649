#include "capi/seed_sequence.h"

namespace scorerbm {
namespace {

// Multiplies words by powers of a constant, each word by another one.
class Hash {
  public:
    Hash(std::uint32_t start, std::uint32_t factor) : state_(start), factor_(factor) {}

    std::uint32_t operator()(std::uint32_t word) {
        word ^= state_;
        state_ *= factor_;
        word *= state_;
        return word ^ (word >> 16);
    }

  private:
    std::uint32_t state_, factor_;
};

std::uint32_t mixed(std::uint32_t x, std::uint32_t y) {
    const std::uint32_t word = 0xCA01F9DDu * x - 0x4973F715u * y;
    return word ^ (word >> 16);
}

// The seed's words, at least one, padded to the pool if a path follows.
std::vector<std::uint32_t> entropy(std::uint64_t seed, const std::vector<std::uint32_t>& path,
                                   std::size_t pool_size) {
    std::vector<std::uint32_t> words{static_cast<std::uint32_t>(seed)};
    if (seed >> 32 != 0) words.push_back(static_cast<std::uint32_t>(seed >> 32));
    if (!path.empty()) words.resize(pool_size);
    words.insert(words.end(), path.begin(), path.end());
    return words;
}

}  // namespace

SeedSequence::SeedSequence(std::uint64_t seed, const std::vector<std::uint32_t>& path) {
    const std::vector<std::uint32_t> words = entropy(seed, path, pool_.size());
    Hash hash(0x43B0D7E5u, 0x931E8875u);
    for (std::size_t i = 0; i < pool_.size(); ++i) pool_[i] = hash(i < words.size() ? words[i] : 0);
    for (std::size_t from = 0; from < pool_.size(); ++from) {
        for (std::size_t to = 0; to < pool_.size(); ++to) {
            if (from != to) pool_[to] = mixed(pool_[to], hash(pool_[from]));
        }
    }
    for (std::size_t from = pool_.size(); from < words.size(); ++from) {
        for (std::uint32_t& to : pool_) to = mixed(to, hash(words[from]));
    }
}

Key SeedSequence::key() const {
    Hash hash(0x8B51F9DDu, 0x58F38DEDu);
    const std::uint32_t low = hash(pool_[0]);
    return {low, hash(pool_[1])};
}

Key derived_key(std::uint64_t seed, const char* purpose) {
    std::vector<std::uint32_t> path;
    for (const char* c = purpose; c != nullptr && *c != '\0'; ++c) {
        path.push_back(static_cast<unsigned char>(*c));
    }
    return SeedSequence(seed, path).key();
}

}  // namespace scorerbm
