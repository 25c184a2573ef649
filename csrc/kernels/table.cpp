// Compiled once per CPU level. All code is in unnamed namespaces, so that nothing is shared between
// the copies; the accessor, named after the level, is the only symbol that leaves this unit.
#include "table.h"

#include "bernoulli.h"
#include "elementwise.h"
#include "enumerate.h"
#include "euler_maruyama.h"
#include "gibbs.h"
#include "linear.h"
#include "moments.h"
#include "noise.h"

namespace scorerbm {
namespace {

constexpr KernelTable table = {
    gibbs,          conditional, moments, bernoulli, linear,         sigmoid_array,
    softplus_array, uniform,     normal,  logistic,  euler_maruyama, enumerate_states,
};

}  // namespace
}  // namespace scorerbm

extern "C" const scorerbm::KernelTable* SCORERBM_KERNEL_ACCESSOR() {
    return &scorerbm::table;
}
