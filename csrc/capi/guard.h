// The border that no exception crosses, and checks of what comes over it.
#pragma once

#include <cstdio>
#include <new>
#include <stdexcept>
#include <string>

#include "scorerbm.h"

namespace scorerbm {

inline int report(scorerbm_error* error, int code, const char* message) {
    if (error != nullptr) std::snprintf(error->message, sizeof error->message, "%s", message);
    return code;
}

// Does the work; what it throws becomes a code and a message.
template <class Work>
int guarded(scorerbm_error* error, Work work) noexcept {
    try {
        work();
        return report(error, SCORERBM_OK, "");
    } catch (const std::invalid_argument& problem) {
        return report(error, SCORERBM_INVALID_ARGUMENT, problem.what());
    } catch (const std::overflow_error& problem) {
        return report(error, SCORERBM_NO_GRID, problem.what());
    } catch (const std::bad_alloc&) {
        return report(error, SCORERBM_NO_MEMORY, "memory: not enough of it");
    } catch (const std::exception& problem) {
        return report(error, SCORERBM_FAILED, problem.what());
    } catch (...) {
        return report(error, SCORERBM_FAILED, "an unknown failure");
    }
}

inline void require(bool condition, const char* message) {
    if (!condition) throw std::invalid_argument(message);
}

template <class Pointed>
void require_pointer(const Pointed* pointer, const char* name) {
    if (pointer == nullptr) throw std::invalid_argument(std::string(name) + ": got a null pointer");
}

}  // namespace scorerbm
