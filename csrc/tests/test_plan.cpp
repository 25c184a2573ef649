// The planner: how many chains go together, which lookup serves them, and when tables for lookups
// in registers are worth their memory.
#include <cstdlib>
#include <string>
#include <vector>

#include "check.h"
#include "runtime/plan.h"

namespace {

using namespace scorerbm;

PlanOptions options() {
    return PlanOptions::from_environment();
}

PreparedRBM make_rbm(std::size_t n, std::size_t m, int bits) {
    const std::vector<std::int32_t> weights(n * m, 1);
    return PreparedRBM(weights.data(), weights.data(), n, m, bits);
}

void tiles() {
    PreparedRBM narrow = make_rbm(20, 10, 16), wide = make_rbm(20, 10, 32);
    CHECK(make_plan(narrow, 1, 1, options()).chains_per_tile == 1);
    CHECK(make_plan(narrow, 1024, 1, options()).chains_per_tile == 1024);
    CHECK(make_plan(narrow, 1025, 1, options()).chains_per_tile == 513);  // even parts
    CHECK(make_plan(wide, 1024, 1, options()).chains_per_tile == 512);    // twice the bytes
    CHECK(make_plan(narrow, 0, 0, options()).chains_per_tile == 1);
}

void lookups_in_memory() {
    CHECK(lookup_in_memory(3, 16) == Lookup::rows);
    CHECK(lookup_in_memory(64, 16) == Lookup::bits4);
    CHECK(lookup_in_memory(500, 16) == Lookup::bits5);
    CHECK(lookup_in_memory(1024, 16) == Lookup::bits6);
    CHECK(lookup_in_memory(256, 32) == Lookup::bits4);
    CHECK(lookup_in_memory(1024, 32) == Lookup::bits5);
}

void tables_for_registers() {
    PreparedRBM rbm = make_rbm(50, 64, 16);
    const std::size_t bytes =
        rbm.hidden.register_table_bytes() + rbm.visible.register_table_bytes();
    CHECK(bytes == 64 * 64 * 10 + 64 * 64 * 13);    // outputs in blocks, groups of five inputs
    CHECK(!rbm.use_registers(1000000, bytes - 1));  // beyond the limit
    CHECK(!rbm.use_registers(10, bytes));           // not worth it yet
    CHECK(!rbm.use_registers(10, bytes));
    CHECK(rbm.use_registers(1000000, bytes));
    CHECK(rbm.use_registers(0, 0));  // they are there
    // Entry e of a table is the sum of the inputs in e: all weights are 1.
    const std::int16_t* table = rbm.hidden.register_tables.as<std::int16_t>();
    for (std::size_t e = 0; e < 32; ++e) {
        CHECK(table[e] == __builtin_popcountll(e));
    }
}

// Environment variables override the choice, and what they may not hold is named.
void overrides() {
    PreparedRBM rbm = make_rbm(20, 10, 16);
    setenv("SCORERBM_LOOKUP", "registers", 1);
    CHECK(make_plan(rbm, 100, 0, options()).lookup == Lookup::registers);
    CHECK(!rbm.use_registers(0, 0));  // nothing was built to describe a plan
    for (const char* name : {"rows", "4", "5", "6", "registers"}) {
        setenv("SCORERBM_LOOKUP", name, 1);
        const std::string shown = lookup_name(make_plan(rbm, 100, 1, options()).lookup);
        CHECK(shown.find(name) != std::string::npos);
    }
    setenv("SCORERBM_LOOKUP", "7", 1);
    CHECK_THROWS(options(), std::invalid_argument);
    unsetenv("SCORERBM_LOOKUP");
    CHECK(options().table_bytes == 256000000);
    setenv("SCORERBM_TABLE_MB", "1.5", 1);
    CHECK(options().table_bytes == 1500000);
    for (const char* bad : {"x", "-1", "1e300", "3 MB", "nan"}) {
        setenv("SCORERBM_TABLE_MB", bad, 1);
        CHECK_THROWS(options(), std::invalid_argument);
    }
    unsetenv("SCORERBM_TABLE_MB");
}

void weights_beyond_16_bits() {
    const std::vector<std::int32_t> large(4, 20000);
    CHECK_THROWS(PreparedRBM(large.data(), large.data(), 2, 2, 16), std::invalid_argument);
    CHECK_THROWS(PreparedRBM(large.data(), large.data(), 2, 2, 8), std::invalid_argument);
}

}  // namespace

int main() {
    unsetenv("SCORERBM_LOOKUP");
    unsetenv("SCORERBM_TABLE_MB");
    tiles();
    lookups_in_memory();
    tables_for_registers();
    overrides();
    weights_beyond_16_bits();
    return failures() != 0;
}
