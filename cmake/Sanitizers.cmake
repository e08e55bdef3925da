# TARAZY_SANITIZE: a comma list for -fsanitize=. TARAZY_FUZZ: fuzz targets become libFuzzer programs.
set(TARAZY_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined")
option(TARAZY_FUZZ "Build libFuzzer programs (clang only)" OFF)

if(TARAZY_SANITIZE)
  add_compile_options(-fsanitize=${TARAZY_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TARAZY_SANITIZE})
endif()
if(TARAZY_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "TARAZY_FUZZ needs clang: cmake --preset fuzz")
  endif()
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
