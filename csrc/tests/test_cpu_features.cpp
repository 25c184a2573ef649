// Levels against the compiler's own question to the CPU, and against CPUs that lack one thing.
#include "check.h"
#include "runtime/cpu_features.h"

namespace {

using namespace scorerbm;

constexpr const char* names[] = {"x86-64-v2", "x86-64-v3", "x86-64-v4"};

void agrees_with_the_compiler() {
#if defined(SCORERBM_COMPILER_KNOWS_LEVELS)
    const CpuFeatures here = cpu_features();
    CHECK(has_level(here, "x86-64-v2") == (__builtin_cpu_supports("x86-64-v2") != 0));
    CHECK(has_level(here, "x86-64-v3") == (__builtin_cpu_supports("x86-64-v3") != 0));
    CHECK(has_level(here, "x86-64-v4") == (__builtin_cpu_supports("x86-64-v4") != 0));
#endif
}

// A CPU of the named level, the second, and none above it.
constexpr CpuFeatures haswell = {0x7ffafbff, 0x000007a9, 0x00000021, 0x7};
// And one of the last.
constexpr CpuFeatures skylake_server = {0x7ffefbff, 0xd39ffffb, 0x00000121, 0xe7};

int highest(const CpuFeatures& features) {
    int found = 0;
    for (int i = 0; i < 3; ++i) {
        if (has_level(features, names[i])) found = i + 1;
    }
    return found;
}

void a_level_needs_all_that_it_has() {
    CHECK(highest(haswell) == 2);
    CHECK(highest(skylake_server) == 3);
    CHECK(highest({}) == 0);
    CHECK(!has_level(skylake_server, "x86-64-v5"));

    CpuFeatures without_fma = skylake_server;
    without_fma.leaf1_ecx &= ~(1u << 12);
    CHECK(highest(without_fma) == 1);
    CpuFeatures without_lzcnt = skylake_server;
    without_lzcnt.extended_ecx &= ~(1u << 5);
    CHECK(highest(without_lzcnt) == 1);
    CpuFeatures without_vl = skylake_server;
    without_vl.leaf7_ebx &= ~(1u << 31);
    CHECK(highest(without_vl) == 2);
}

// A system that does not keep the wide registers would lose them between threads.
void a_level_needs_the_system() {
    CpuFeatures old_system = skylake_server;
    old_system.saved = 0x7;
    CHECK(highest(old_system) == 2);
    old_system.saved = 0x3;
    CHECK(highest(old_system) == 1);
}

}  // namespace

int main() {
    agrees_with_the_compiler();
    a_level_needs_all_that_it_has();
    a_level_needs_the_system();
    return failures() != 0;
}
