# The kernels, compiled once for each level of CPU that the compiler and this architecture know.

include(CheckCXXSourceCompiles)

# Sets `result` to whether the level is one of this compiler and architecture.
function(scorerbm_check_level level result)
  set(CMAKE_REQUIRED_FLAGS "-march=${level}")
  check_cxx_source_compiles("int main() { return 0; }" ${result})
  set(${result} "${${result}}" PARENT_SCOPE)
endfunction()

# Tests compare the library's own question to the CPU with the compiler's, where it has one.
check_cxx_source_compiles(
  "int main() { return __builtin_cpu_supports(\"x86-64-v4\") == 2; }" SCORERBM_COMPILER_KNOWS_LEVELS
)

set(SCORERBM_LEVELS "")
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
  foreach(level IN ITEMS x86-64-v2 x86-64-v3 x86-64-v4)
    string(MAKE_C_IDENTIFIER "SCORERBM_HAVE_${level}" have)
    scorerbm_check_level(${level} ${have})
    if(${have})
      list(APPEND SCORERBM_LEVELS ${level})
    endif()
  endforeach()
endif()
# Every AArch64 has NEON; what else is compiled for is not told apart.
if(NOT SCORERBM_LEVELS AND CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64|ARM64")
  set(SCORERBM_LEVELS neon)
elseif(NOT SCORERBM_LEVELS)
  set(SCORERBM_LEVELS baseline)
endif()
message(STATUS "Kernel levels: ${SCORERBM_LEVELS}")

# Flags under which every level returns the same bits. The last two change no value: they tell the
# compiler that nobody reads errno or the floating-point flags, without which loops stay scalar.
set(SCORERBM_KERNEL_OPTIONS "")
if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  set(SCORERBM_KERNEL_OPTIONS -fno-lto -fno-fast-math -ffp-contract=off -fno-math-errno
                              -fno-trapping-math
  )
  if(MSVC) # clang-cl ignores what it does not take for an option of cl, and would fuse
    list(TRANSFORM SCORERBM_KERNEL_OPTIONS PREPEND "/clang:")
  endif()
else()
  message(FATAL_ERROR "scorerbm: the kernels need GCC or Clang (on Windows clang-cl), "
                      "got ${CMAKE_CXX_COMPILER_ID}")
endif()

# GCC takes the undefined vectors in its own AVX-512 headers for mistakes (its bug 105593).
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND SCORERBM_KERNEL_OPTIONS -Wno-uninitialized -Wno-maybe-uninitialized)
endif()

# Adds an object library of kernels at a level, named after the one symbol that it exports.
function(scorerbm_add_kernel_unit name source level)
  add_library(${name} OBJECT ${source})
  target_compile_definitions(${name} PRIVATE SCORERBM_KERNEL_ACCESSOR=${name})
  target_link_libraries(${name} PRIVATE scorerbm_options)
  target_compile_options(${name} PRIVATE ${SCORERBM_KERNEL_OPTIONS})
  set_target_properties(${name} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
  if(NOT level MATCHES "^(baseline|neon)$")
    target_compile_options(${name} PRIVATE -march=${level})
  endif()
endfunction()

# Adds the kernels of all levels to a target, and the list of levels that its dispatch includes.
function(scorerbm_add_kernels target)
  set(lines "")
  foreach(level IN LISTS SCORERBM_LEVELS)
    string(MAKE_C_IDENTIFIER "scorerbm_kernels_${level}" kernels)
    string(MAKE_C_IDENTIFIER "scorerbm_product_${level}" product)
    scorerbm_add_kernel_unit(${kernels} csrc/kernels/table.cpp ${level})
    scorerbm_add_kernel_unit(${product} csrc/kernels/product_table.cpp ${level})
    set(kind X86_LEVEL)
    if(level MATCHES "^(baseline|neon)$")
      set(kind BASELINE)
    endif()
    string(APPEND lines "${kind}(\"${level}\", ${kernels}, ${product})\n")
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${kernels}> $<TARGET_OBJECTS:${product}>)
  endforeach()
  set(generated "${CMAKE_CURRENT_BINARY_DIR}/generated")
  file(CONFIGURE OUTPUT "${generated}/kernel_levels.inc" CONTENT "${lines}" @ONLY)
  target_include_directories(${target} PRIVATE "${generated}")
endfunction()
