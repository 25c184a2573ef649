// The matrix product, compiled once per CPU level as table.cpp is. It has a unit of its own since
// it is the one kernel whose object may hold fused instructions, each written as such.
#include "product_table.h"

#include "product.h"

namespace scorerbm {
namespace {

constexpr ProductTable table = {panel_width, pack, product};

}  // namespace
}  // namespace scorerbm

extern "C" const scorerbm::ProductTable* SCORERBM_KERNEL_ACCESSOR() {
    return &scorerbm::table;
}
