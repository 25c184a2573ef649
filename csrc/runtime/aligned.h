// Memory for vectors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace scorerbm {

// Bytes at an address that is a multiple of 64, zeroed unless that is not wanted.
class AlignedBytes {
  public:
    struct Unset {};

    explicit AlignedBytes(std::size_t size)
        : size_(size), bytes_(new unsigned char[size + alignment]()), start_(align(bytes_.get())) {}

    std::size_t size() const { return size_; }

    AlignedBytes(std::size_t size, Unset)
        : size_(size), bytes_(new unsigned char[size + alignment]), start_(align(bytes_.get())) {}

    template <class Number>
    Number* as() const {
        return reinterpret_cast<Number*>(start_);
    }

  private:
    static constexpr std::size_t alignment = 64;

    static unsigned char* align(unsigned char* p) {
        const auto address = reinterpret_cast<std::uintptr_t>(p);
        return p + (alignment - address % alignment) % alignment;
    }

    std::size_t size_;
    std::unique_ptr<unsigned char[]> bytes_;
    unsigned char* start_;
};

}  // namespace scorerbm
