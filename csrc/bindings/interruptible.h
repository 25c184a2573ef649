// Long native work that Ctrl-C ends.
#pragma once

#include "bindings/arrays.h"
#include "bindings/gil.h"
#include "runtime/interrupt.h"

namespace scorerbm {

// What Ctrl-C left for Python to see.
inline bool signal_pending() {
    const py::gil_scoped_acquire acquire;
    return PyErr_CheckSignals() != 0;
}

inline bool on_main_thread() {
    const py::object main = py::module_::import("threading").attr("main_thread")();
    return main.attr("ident").cast<unsigned long>() == PyThread_get_thread_ident();
}

// Runs long work without the GIL; a signal's exception comes back out of it.
template <class Work>
void without_gil(Work work) {
    try {
        // Other threads see no signals, and taking the GIL would end them while Python shuts down.
        Interrupt interrupt(on_main_thread() ? signal_pending : nullptr);
        const ReleasedGil released;
        work(interrupt);
    } catch (const Interrupted&) {
        throw py::error_already_set();
    }
}

}  // namespace scorerbm
