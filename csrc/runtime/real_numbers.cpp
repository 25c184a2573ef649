#include "runtime/real_numbers.h"

#include <vector>

#include "runtime/dispatch.h"
#include "runtime/parallel.h"

namespace scorerbm {

void linear(const LinearTask& task, std::size_t n_rows, std::size_t n_threads) {
    const double products = static_cast<double>(task.inputs) * static_cast<double>(task.outputs);
    parallel_for(n_rows, n_threads, 0.2 * products,
                 [&](std::size_t begin, std::size_t end) { kernels().linear(task, begin, end); });
}

void stage(const StageTask& task, std::size_t n_chains, std::size_t n_threads) {
    parallel_for(n_chains, n_threads, 4.0 * static_cast<double>(task.width),
                 [&](std::size_t begin, std::size_t end) { kernels().stage(task, begin, end); });
}

void enumerate_states(const EnumerateTask& task, std::size_t n_threads) {
    const std::size_t n_states = std::size_t{1} << task.enumerated;
    parallel_for(n_states, n_threads, 8.0 * static_cast<double>(task.summed + 1),
                 [&](std::size_t begin, std::size_t end) {
                     std::vector<double> scratch((task.enumerated + 1) * (task.summed + 1));
                     kernels().enumerate_states(task, begin, end, scratch.data());
                 });
}

}  // namespace scorerbm
