# Warnings and sanitizers, as the interface target scorerbm_options.

add_library(scorerbm_options INTERFACE)

if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
  if(MSVC) # clang-cl takes -Wall for every warning that it has
    target_compile_options(scorerbm_options INTERFACE /W4)
  else()
    target_compile_options(scorerbm_options INTERFACE -Wall -Wextra)
  endif()
  target_compile_options(scorerbm_options INTERFACE -Wconversion -Wsign-conversion -Wshadow)
  if(SCORERBM_WARNINGS_AS_ERRORS)
    target_compile_options(scorerbm_options INTERFACE -Werror)
  endif()
endif()

if(SCORERBM_SANITIZERS)
  set(sanitize -fsanitize=${SCORERBM_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(scorerbm_options INTERFACE ${sanitize})
  target_link_options(scorerbm_options INTERFACE ${sanitize})
endif()
