// What this CPU can do, asked of it and not of a library of the compiler, which some lack.
#pragma once

#include <cstdint>

namespace scorerbm {

// Bits as CPUID has them, all zero but on x86-64.
struct CpuFeatures {
    std::uint32_t leaf1_ecx, leaf7_ebx, extended_ecx;
    std::uint64_t saved;  // XCR0: the registers that the system keeps for each thread
};

CpuFeatures cpu_features();

// Whether they include all of a level of the x86-64 psABI: x86-64-v2, -v3 or -v4.
bool has_level(const CpuFeatures& features, const char* level);

}  // namespace scorerbm
