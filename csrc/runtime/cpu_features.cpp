#include "runtime/cpu_features.h"

#include <cstring>

#if defined(__x86_64__) || defined(_M_X64)
#include <cpuid.h>
#define SCORERBM_X86_64 1
#endif

namespace scorerbm {
namespace {

constexpr std::uint32_t bit(int i) {
    return std::uint32_t{1} << i;
}

constexpr std::uint32_t osxsave = bit(27);

// What a level has beyond the one before it.
struct Needed {
    const char* level;
    CpuFeatures features;
};

constexpr Needed levels[] = {
    // SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; LAHF
    {"x86-64-v2", {bit(0) | bit(9) | bit(13) | bit(19) | bit(20) | bit(23), 0, bit(0), 0}},
    // FMA, MOVBE, OSXSAVE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT; XMM and YMM
    {"x86-64-v3",
     {bit(12) | bit(22) | osxsave | bit(28) | bit(29), bit(3) | bit(5) | bit(8), bit(5), 0x06}},
    // AVX512F, DQ, CD, BW, VL; masks and ZMM
    {"x86-64-v4", {0, bit(16) | bit(17) | bit(28) | bit(30) | bit(31), 0, 0xE0}},
};

bool has_all(const CpuFeatures& features, const CpuFeatures& needed) {
    return (features.leaf1_ecx & needed.leaf1_ecx) == needed.leaf1_ecx &&
           (features.leaf7_ebx & needed.leaf7_ebx) == needed.leaf7_ebx &&
           (features.extended_ecx & needed.extended_ecx) == needed.extended_ecx &&
           (features.saved & needed.saved) == needed.saved;
}

#if defined(SCORERBM_X86_64)
std::uint64_t saved_registers() {
    std::uint32_t low = 0, high = 0;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (std::uint64_t{high} << 32) | low;
}
#endif

}  // namespace

CpuFeatures cpu_features() {
    CpuFeatures found = {};
#if defined(SCORERBM_X86_64)
    std::uint32_t a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) != 0) found.leaf1_ecx = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) found.leaf7_ebx = b;
    if (__get_cpuid(0x80000001u, &a, &b, &c, &d) != 0) found.extended_ecx = c;
    if ((found.leaf1_ecx & osxsave) != 0) found.saved = saved_registers();
#endif
    return found;
}

bool has_level(const CpuFeatures& features, const char* level) {
    for (const Needed& needed : levels) {
        if (!has_all(features, needed.features)) return false;
        if (std::strcmp(needed.level, level) == 0) return true;
    }
    return false;
}

}  // namespace scorerbm
