// Work on rows, spread over threads that live for one call. No pool outlives the call, so a forked
// process finds none missing.
#pragma once

#include <cstddef>
#include <functional>

namespace scorerbm {

// CPUs this process may run on.
std::size_t hardware_threads();

// Threads that parallel_for would use.
std::size_t worthwhile_threads(std::size_t n_rows, std::size_t n_threads, double row_nanoseconds);

// Rows of the largest of n_parts parts.
inline std::size_t share(std::size_t n_rows, std::size_t n_parts) {
    return n_parts == 0 ? n_rows : (n_rows + n_parts - 1) / n_parts;
}

// A cost of a row that makes it worth a thread.
constexpr double always_worthwhile = 1e9;

// Calls work(begin, end) on contiguous parts of [0, n_rows), one per thread, at most n_threads of
// them (0: all hardware threads). Fewer are used if a part would take less than the time that
// makes a thread worth starting; row_nanoseconds is an estimate. An exception of any part is
// thrown again here, once all threads have ended. While it waits for others, the calling thread
// calls `waiting` every 20 ms, if there is one; what that throws counts as its own part's.
void parallel_for(std::size_t n_rows, std::size_t n_threads, double row_nanoseconds,
                  const std::function<void(std::size_t begin, std::size_t end)>& work,
                  const std::function<void()>& waiting = nullptr);

}  // namespace scorerbm
