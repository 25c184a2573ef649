// SCORERBM_UNROLL before a loop of constant length asks for its full unrolling: small arrays that
// such loops fill then live in registers.
#pragma once

#if defined(__clang__)
#define SCORERBM_UNROLL _Pragma("unroll")
#else
#define SCORERBM_UNROLL _Pragma("GCC unroll 64")
#endif
