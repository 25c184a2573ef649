// Asking long work to stop.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <thread>
#include <utility>

namespace scorerbm {

struct Interrupted : std::runtime_error {
    Interrupted() : std::runtime_error("interrupted") {}
};

// Threads call `check` between pieces of work. On the thread that made it, it asks `wanted`, if
// there is one, every 50 ms; once that says so, it throws Interrupted on every thread.
class Interrupt {
  public:
    explicit Interrupt(std::function<bool()> wanted) : wanted_(std::move(wanted)) {}

    void check() {
        if (std::this_thread::get_id() == owner_ && wanted_ && due() && wanted_()) stop_ = true;
        if (stop_.load(std::memory_order_relaxed)) throw Interrupted();
    }

  private:
    using Clock = std::chrono::steady_clock;

    bool due() {
        const Clock::time_point now = Clock::now();
        if (now - asked_ < std::chrono::milliseconds(50)) return false;
        asked_ = now;
        return true;
    }

    std::function<bool()> wanted_;
    std::thread::id owner_ = std::this_thread::get_id();
    Clock::time_point asked_ = Clock::now();
    std::atomic<bool> stop_{false};
};

}  // namespace scorerbm
