// Rows are visited once each by at most the threads asked for, and exceptions arrive.
#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.h"
#include "runtime/parallel.h"

namespace {

using scorerbm::parallel_for;

constexpr double long_row = 1e9, short_row = 1.0;
constexpr std::size_t thread_counts[] = {1, 2, 7};
constexpr std::size_t row_counts[] = {0, 1, 3, 7, 130};
constexpr std::size_t bad_rows[] = {0, 50, 99};

struct Visits {
    std::vector<int> rows;
    std::set<std::thread::id> threads;
};

Visits visit(std::size_t n_rows, std::size_t n_threads, double row_nanoseconds) {
    Visits visits{std::vector<int>(n_rows), {}};
    std::mutex mutex;
    parallel_for(n_rows, n_threads, row_nanoseconds, [&](std::size_t begin, std::size_t end) {
        const std::lock_guard<std::mutex> lock(mutex);
        visits.threads.insert(std::this_thread::get_id());
        for (std::size_t i = begin; i < end; ++i) ++visits.rows[i];
    });
    return visits;
}

void every_row_once() {
    for (const std::size_t n_threads : thread_counts) {
        for (const std::size_t n_rows : row_counts) {
            const Visits visits = visit(n_rows, n_threads, long_row);
            CHECK(visits.rows == std::vector<int>(n_rows, 1));
            CHECK(visits.threads.size() == std::min(n_rows, n_threads));
        }
    }
}

void small_work_stays() {
    const Visits visits = visit(1000, 7, short_row);
    CHECK(visits.threads == std::set<std::thread::id>{std::this_thread::get_id()});
}

void all_hardware_threads() {
    CHECK(scorerbm::hardware_threads() >= 1);
    CHECK(visit(4096, 0, long_row).threads.size() == scorerbm::hardware_threads());
}

void exceptions() {
    for (const std::size_t n_threads : thread_counts) {
        for (const std::size_t bad_row : bad_rows) {
            std::atomic<int> parts{0};
            const auto work = [&](std::size_t begin, std::size_t end) {
                ++parts;
                if (begin <= bad_row && bad_row < end) throw std::runtime_error("bad row");
            };
            CHECK_THROWS(parallel_for(100, n_threads, long_row, work), std::runtime_error);
            CHECK(static_cast<std::size_t>(parts) == n_threads);
        }
    }
}

// The calling thread looks around while it waits for a longer part, and may give up.
void waiting_thread_is_asked() {
    std::atomic<bool> stop{false};
    const auto work = [&](std::size_t begin, std::size_t) {
        while (begin != 0 && !stop) std::this_thread::yield();
    };
    int asked = 0;
    parallel_for(2, 2, long_row, work, [&] { stop = ++asked == 3; });
    CHECK(asked == 3);
    stop = false;
    const auto give_up = [&] {
        stop = true;
        throw std::runtime_error("enough");
    };
    CHECK_THROWS(parallel_for(2, 2, long_row, work, give_up), std::runtime_error);
}

}  // namespace

int main() {
    every_row_once();
    small_work_stays();
    all_hardware_threads();
    exceptions();
    waiting_thread_is_asked();
    return failures() != 0;
}
