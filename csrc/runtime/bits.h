// States as bits and as bytes: eight bytes at a time, by multiplication.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/table.h"

namespace scorerbm {

constexpr std::uint64_t low_bit_of_bytes = 0x0101010101010101u;

// Words that hold a row of bits, and one more that may be read.
inline std::size_t words_of(std::size_t units) {
    return (units + 63) / 64 + 1;
}

inline std::uint64_t* bit_row(const BitRows& rows, std::size_t row) {
    return rows.words + row * rows.stride;
}

// One bit for each byte that is not zero.
inline std::uint64_t pack_byte(const std::uint8_t* bytes, std::size_t count) {
    std::uint64_t x = 0;
    std::memcpy(&x, bytes, count);
    // Each byte to 0 or 1: adding 0x7F carries any of its lower bits to the top one.
    const std::uint64_t low = ~(low_bit_of_bytes << 7);
    x = ((((x & low) + low) | x) >> 7) & low_bit_of_bytes;
    return (x * 0x0102040810204080u) >> 56;
}

inline void pack_bits(const std::uint8_t* bytes, std::size_t units, std::uint64_t* words) {
    std::memset(words, 0, words_of(units) * sizeof(std::uint64_t));
    for (std::size_t i = 0; i < units; i += 8) {
        const std::size_t count = units - i < 8 ? units - i : 8;
        words[i / 64] |= pack_byte(bytes + i, count) << (i % 64);
    }
}

inline void unpack_bits(const std::uint64_t* words, std::size_t units, std::uint8_t* bytes) {
    for (std::size_t i = 0; i < units; i += 8) {
        const std::uint64_t byte = (words[i / 64] >> (i % 64)) & 0xFF;
        // Bit k of every copy of the byte moves to the top of byte k, and only it is kept.
        const std::uint64_t spread = (byte * low_bit_of_bytes) & 0x8040201008040201u;
        const std::uint64_t low = ~(low_bit_of_bytes << 7);
        const std::uint64_t x = ((((spread & low) + low) | spread) >> 7) & low_bit_of_bytes;
        std::memcpy(bytes + i, &x, units - i < 8 ? units - i : 8);
    }
}

// Turns 64 rows of 64 bits into its columns, in place.
inline void transpose_bits(std::uint64_t* rows) {
    std::uint64_t mask = 0x00000000FFFFFFFFu;
    for (std::size_t half = 32; half != 0; half /= 2, mask ^= mask << half) {
        for (std::size_t i = 0; i < 64; i = ((i | half) + 1) & ~half) {
            const std::uint64_t swap = ((rows[i] >> half) ^ rows[i | half]) & mask;
            rows[i] ^= swap << half;
            rows[i | half] ^= swap;
        }
    }
}

}  // namespace scorerbm
