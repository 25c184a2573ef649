// The little that these tests need: CHECK counts failures, and main returns failures().
#pragma once

#include <cstdio>

inline int& failures() {
    static int count = 0;
    return count;
}

#define CHECK(condition)                                                                \
    do {                                                                                \
        if (!(condition)) {                                                             \
            ++failures();                                                               \
            std::fprintf(stderr, "%s:%d: CHECK(%s)\n", __FILE__, __LINE__, #condition); \
        }                                                                               \
    } while (false)

#define CHECK_THROWS(expression, Exception) \
    do {                                    \
        bool thrown = false;                \
        try {                               \
            expression;                     \
        } catch (const Exception&) {        \
            thrown = true;                  \
        }                                   \
        CHECK(thrown);                      \
    } while (false)
