# tarazy_unit_test(<name> SOURCES x_test.c ... [LINK tarazy_x ...] [LABELS l ...] [TIMEOUT s] [ARGS ...])
#   A cmocka program, run by ctest under <name>, labels `unit` and LABELS. Default timeout 300 s.
#   Label `digest`: a test that compares digests with committed ones; also run with clang at -O0.
#   Label `slow`: left out of the sanitizer and clang runs.
#
# tarazy_test_library(<name> SOURCES ... LINK ...)
#   Helpers of tests (models, generators): a static library <name>, not part of the product.
#
# tarazy_fuzz_target(<name> SOURCES x_fuzz.c ... [LINK ...] CORPUS <folder>)
#   LLVMFuzzerTestOneInput. Preset fuzz: a libFuzzer program fuzz_<name>. Every other preset: a program
#   that replays the committed corpus, run by ctest under fuzz_<name>, label `fuzz`.
#
# tarazy_script_test(<name> COMMAND ... [LABELS l ...] [TIMEOUT s])
#   Any other program as a test. Default label `script`, default timeout 300 s.
#
# tarazy_bench(<name> SOURCES ... LINK ...)
#   A program that prints figures; `make bench` runs all of them in release.
#
# Every test runs in build/<preset>/test-run with TARAZY_SOURCE_DIR, TARAZY_BINARY_DIR and TARAZY_PROGRAM
# in its environment. Exit status 77 means skipped.
set(TARAZY_TEST_DIR ${CMAKE_BINARY_DIR}/test-run)
file(MAKE_DIRECTORY ${TARAZY_TEST_DIR})
if(NOT CMOCKA_FOUND)
  message(STATUS "cmocka is not installed: unit tests are left out (make check installs it)")
endif()

# Linked after the house, so that these come after its warnings.
add_library(tarazy_test_flags INTERFACE)
target_link_libraries(tarazy_test_flags INTERFACE tarazy_edge)
target_include_directories(tarazy_test_flags INTERFACE ${CMAKE_SOURCE_DIR}/tests)
target_link_options(tarazy_test_flags INTERFACE ${TARAZY_LINK_WITHOUT_LTO})
# cmocka hands every test a state it may not need.
target_compile_options(tarazy_test_flags INTERFACE -Wno-unused-parameter)

add_library(tarazy_fuzz_flags INTERFACE)
target_link_libraries(tarazy_fuzz_flags INTERFACE tarazy_edge)
target_include_directories(tarazy_fuzz_flags INTERFACE ${CMAKE_SOURCE_DIR}/tests)
target_link_options(tarazy_fuzz_flags INTERFACE ${TARAZY_LINK_WITHOUT_LTO})
# libFuzzer declares the entry point itself; there is no header to take the prototype from.
target_compile_options(tarazy_fuzz_flags INTERFACE -Wno-missing-prototypes)

function(tarazy_test_properties name default_timeout timeout)
  if(NOT timeout)
    set(timeout ${default_timeout})
  endif()
  set_tests_properties(${name} PROPERTIES
    LABELS "${ARGN}" TIMEOUT ${timeout} SKIP_RETURN_CODE 77
    ENVIRONMENT "TARAZY_SOURCE_DIR=${CMAKE_SOURCE_DIR};TARAZY_BINARY_DIR=${CMAKE_BINARY_DIR};TARAZY_PROGRAM=${CMAKE_BINARY_DIR}/tarazy;PYTHONDONTWRITEBYTECODE=1")
endfunction()

function(tarazy_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "TIMEOUT" "SOURCES;LINK;LABELS;ARGS;DEFINITIONS")
  if(test_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tarazy_unit_test(${name}): what is ${test_UNPARSED_ARGUMENTS}?")
  endif()
  if(NOT CMOCKA_FOUND)
    return()
  endif()
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_LINK} tarazy_edge tarazy_test_flags PkgConfig::CMOCKA)
  target_compile_definitions(${name} PRIVATE ${test_DEFINITIONS})
  add_test(NAME ${name} COMMAND ${name} ${test_ARGS} WORKING_DIRECTORY ${TARAZY_TEST_DIR})
  tarazy_test_properties(${name} 300 "${test_TIMEOUT}" unit ${test_LABELS})
  if("digest" IN_LIST test_LABELS)
    set_property(GLOBAL APPEND PROPERTY TARAZY_DIGEST_TESTS ${name})
  endif()
endfunction()

function(tarazy_test_library name)
  cmake_parse_arguments(PARSE_ARGV 1 lib "" "" "SOURCES;LINK")
  add_library(${name} STATIC ${lib_SOURCES})
  target_link_libraries(${name} PUBLIC ${lib_LINK} PRIVATE tarazy_edge tarazy_test_flags)
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/tests)
endfunction()

function(tarazy_fuzz_target name)
  cmake_parse_arguments(PARSE_ARGV 1 fuzz "" "CORPUS;TIMEOUT" "SOURCES;LINK")
  if(fuzz_UNPARSED_ARGUMENTS OR NOT fuzz_CORPUS)
    message(FATAL_ERROR "tarazy_fuzz_target(${name}): SOURCES ... LINK ... CORPUS folder")
  endif()
  cmake_path(ABSOLUTE_PATH fuzz_CORPUS BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set(target fuzz_${name})
  add_executable(${target} ${fuzz_SOURCES})
  target_link_libraries(${target} PRIVATE ${fuzz_LINK} tarazy_edge tarazy_fuzz_flags)
  if(TARAZY_FUZZ)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    add_test(NAME ${target} COMMAND ${target} -runs=0 ${fuzz_CORPUS}
      WORKING_DIRECTORY ${TARAZY_TEST_DIR})
  else()
    target_sources(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests/house/replay_corpus.c)
    add_test(NAME ${target} COMMAND ${target} ${fuzz_CORPUS} WORKING_DIRECTORY ${TARAZY_TEST_DIR})
  endif()
  tarazy_test_properties(${target} 120 "${fuzz_TIMEOUT}" fuzz)
endfunction()

function(tarazy_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "TIMEOUT" "COMMAND;LABELS")
  if(NOT test_LABELS)
    set(test_LABELS script)
  endif()
  add_test(NAME ${name} COMMAND ${test_COMMAND} WORKING_DIRECTORY ${TARAZY_TEST_DIR})
  tarazy_test_properties(${name} 300 "${test_TIMEOUT}" ${test_LABELS})
endfunction()

function(tarazy_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 bench "" "" "SOURCES;LINK;DEFINITIONS")
  add_executable(${name} ${bench_SOURCES})
  target_link_libraries(${name} PRIVATE ${bench_LINK} tarazy_edge)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_options(${name} PRIVATE ${TARAZY_LINK_WITH_LTO})
  target_compile_definitions(${name} PRIVATE ${bench_DEFINITIONS})
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
