// Letting other Python threads run during native work.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <thread>

namespace scorerbm {

// Releases the GIL for its lifetime. A daemon thread that comes back while Python shuts down never
// gets it again: taking it would unwind the thread through destructors, which ends the process with
// an abort. It waits for the end instead.
class ReleasedGil {
  public:
    ReleasedGil() : state_(PyEval_SaveThread()) {}
    ReleasedGil(const ReleasedGil&) = delete;
    ReleasedGil& operator=(const ReleasedGil&) = delete;

    ~ReleasedGil() {
        while (finalizing()) std::this_thread::sleep_for(std::chrono::hours(1));
        PyEval_RestoreThread(state_);
    }

  private:
    static bool finalizing() {
#if PY_VERSION_HEX >= 0x030D0000
        return Py_IsFinalizing() != 0;
#else
        return _Py_IsFinalizing() != 0;
#endif
    }

    PyThreadState* state_;
};

}  // namespace scorerbm
