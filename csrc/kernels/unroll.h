// SCORERBM_UNROLL before a loop of constant length asks for its full unrolling: small arrays that
// such loops fill then live in registers. SCORERBM_UNROLL_BY_4 is for loops of any length.
#pragma once

#if defined(__clang__)
#define SCORERBM_UNROLL _Pragma("unroll")
#define SCORERBM_UNROLL_BY_4 _Pragma("unroll 4")
#else
#define SCORERBM_UNROLL _Pragma("GCC unroll 64")
#define SCORERBM_UNROLL_BY_4 _Pragma("GCC unroll 4")
#endif
