# The warnings of the house, as errors, the same list for gcc 12 and clang 14.
# Off only for mutants, whose planted faults leave things unused.
option(TARAZY_WARNINGS "The warnings of the house, as errors" ON)

add_library(tarazy_warnings INTERFACE)
if(NOT TARAZY_WARNINGS)
  target_compile_options(tarazy_warnings INTERFACE -w)
  return()
endif()
target_compile_options(tarazy_warnings INTERFACE
  -Wall -Wextra -Werror
  -Wconversion -Wsign-conversion -Wshadow -Wswitch-enum -Wmissing-prototypes -Wstrict-prototypes
  -Wdouble-promotion -Wnull-dereference -Wcast-qual -Wundef -Wvla -Wformat=2
  -Wold-style-definition -Wpointer-arith -Wwrite-strings -Wimplicit-fallthrough)
