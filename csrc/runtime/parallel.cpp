#include "runtime/parallel.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace scorerbm {
namespace {

constexpr double worthwhile_nanoseconds = 100e3;

}  // namespace

std::size_t worthwhile_threads(std::size_t n_rows, std::size_t n_threads, double row_nanoseconds) {
    const std::size_t wanted = n_threads == 0 ? hardware_threads() : n_threads;
    const double total = static_cast<double>(n_rows) * row_nanoseconds;
    const double useful = std::max(1.0, total / worthwhile_nanoseconds);
    const std::size_t most = std::min(wanted, n_rows);
    return useful < static_cast<double>(most) ? static_cast<std::size_t>(useful) : most;
}

std::size_t hardware_threads() {
#if defined(__linux__)
    for (std::size_t n_cpus = 1024; n_cpus <= std::size_t{1} << 20; n_cpus *= 2) {
        cpu_set_t* set = CPU_ALLOC(n_cpus);
        if (set == nullptr) break;
        const std::size_t size = CPU_ALLOC_SIZE(n_cpus);
        const bool known = sched_getaffinity(0, size, set) == 0;
        const int count = known ? CPU_COUNT_S(size, set) : 0;
        CPU_FREE(set);
        if (count > 0) return static_cast<std::size_t>(count);
    }
#endif
    return std::max(1u, std::thread::hardware_concurrency());
}

namespace {

// Parts of a call that have not ended yet.
class Unfinished {
  public:
    explicit Unfinished(std::size_t count) : count_(count) {}

    void end_one() {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (--count_ == 0) none_left_.notify_all();
    }

    // Whether none is left after at most 20 ms.
    bool wait() {
        std::unique_lock<std::mutex> lock(mutex_);
        return none_left_.wait_for(lock, std::chrono::milliseconds(20),
                                   [this] { return count_ == 0; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable none_left_;
    std::size_t count_;
};

void wait_for_others(Unfinished& others, const std::function<void()>& waiting,
                     std::exception_ptr& error) {
    bool asking = static_cast<bool>(waiting) && !error;
    while (!others.wait()) {
        if (!asking) continue;
        try {
            waiting();
        } catch (...) {
            error = std::current_exception();
            asking = false;
        }
    }
}

}  // namespace

void parallel_for(std::size_t n_rows, std::size_t n_threads, double row_nanoseconds,
                  const std::function<void(std::size_t begin, std::size_t end)>& work,
                  const std::function<void()>& waiting) {
    const std::size_t n_parts = worthwhile_threads(n_rows, n_threads, row_nanoseconds);
    if (n_parts <= 1) {
        if (n_rows > 0) work(0, n_rows);
        return;
    }
    std::vector<std::exception_ptr> errors(n_parts);
    Unfinished others(n_parts - 1);
    const auto run = [&](std::size_t part) {
        try {
            work(part * n_rows / n_parts, (part + 1) * n_rows / n_parts);
        } catch (...) {
            errors[part] = std::current_exception();
        }
        if (part != 0) others.end_one();
    };
    std::vector<std::thread> threads;
    threads.reserve(n_parts - 1);
    for (std::size_t part = 1; part < n_parts; ++part) {
        try {
            threads.emplace_back(run, part);
        } catch (const std::exception&) {
            run(part);  // no more threads are to be had
        }
    }
    run(0);
    wait_for_others(others, waiting, errors[0]);
    for (std::thread& thread : threads) thread.join();
    for (const std::exception_ptr& error : errors) {
        if (error) std::rethrow_exception(error);
    }
}

}  // namespace scorerbm
