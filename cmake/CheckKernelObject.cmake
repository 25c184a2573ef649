# Run with cmake -P: fails unless an object of kernels is safe to link beside those of other levels.
#
#   OBJECT, ACCESSOR   the object and the one symbol it may export
#   NM, OBJDUMP        the tools
#   MAY_FUSE           whether fused multiply-adds are there on purpose
#
# A weak symbol may be replaced by another level's copy, which this CPU may not be able to run. A
# library function or a fused multiply-add may return other bits on another machine.

execute_process(
  COMMAND "${NM}" -P "${OBJECT}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY
)
string(REPLACE "\n" ";" symbols "${symbols}")
set(memory_functions memcpy memmove memset __stack_chk_fail _GLOBAL_OFFSET_TABLE_)
set(exported "")
foreach(symbol IN LISTS symbols)
  if(NOT symbol MATCHES "^([^ ]+) ([A-Za-z])")
    continue()
  endif()
  set(name "${CMAKE_MATCH_1}")
  set(kind "${CMAKE_MATCH_2}")
  if(APPLE)
    string(REGEX REPLACE "^_" "" name "${name}")
  endif()
  if(kind MATCHES "^[WwVvu]$")
    message(FATAL_ERROR "${OBJECT} has the weak symbol ${name}")
  elseif(kind STREQUAL "U")
    if(NOT name IN_LIST memory_functions)
      message(FATAL_ERROR "${OBJECT} needs the symbol ${name}")
    endif()
  elseif(kind MATCHES "^[A-Z]$")
    list(APPEND exported "${name}")
  endif()
endforeach()
if(NOT exported STREQUAL ACCESSOR)
  message(FATAL_ERROR "${OBJECT} exports '${exported}', expected '${ACCESSOR}'")
endif()

execute_process(
  COMMAND "${OBJDUMP}" -d "${OBJECT}" OUTPUT_VARIABLE code COMMAND_ERROR_IS_FATAL ANY
)
if(NOT code MATCHES "[ \t]retq?")
  message(FATAL_ERROR "${OBJECT} could not be disassembled")
endif()
if(NOT MAY_FUSE AND code MATCHES "[ \t](v?fn?m(add|sub|la|ls)[0-9a-z]*)")
  message(FATAL_ERROR "${OBJECT} has the fused instruction ${CMAKE_MATCH_1}")
endif()
