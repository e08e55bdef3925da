# Language, build types and things every object shares.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Debug, RelWithDebInfo or Release" FORCE)
endif()

# No NDEBUG anywhere: assertions stay on in every build.
set(CMAKE_C_FLAGS_DEBUG "-O0 -g")
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O3 -g1")

# File names in assertions are relative to the project: the same text on every machine.
add_compile_options(-fmacro-prefix-map=${CMAKE_SOURCE_DIR}/=)

# Only programs and benchmarks are optimised at the link (tarazy_program, tarazy_bench): gcc's objects hold
# both forms, and a hundred tests would each compile the whole house again. clang's hold one form only.
option(TARAZY_LTO "Link-time optimisation of programs and benchmarks" OFF)
if(TARAZY_LTO)
  add_compile_options(-flto)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-ffat-lto-objects)
    set(TARAZY_LINK_WITH_LTO -flto=auto)
    set(TARAZY_LINK_WITHOUT_LTO -fno-lto)
  else()
    add_link_options(-flto)
  endif()
endif()

# Records and events of up to a few hundred bytes are cleared and copied all the time. Without vector
# registers gcc would take `rep stos` for that, which starts slowly: plain stores are faster.
include(CheckCCompilerFlag)
set(store_strategy -mmemset-strategy=unrolled_loop:256:noalign,libcall:-1:noalign)
check_c_compiler_flag(${store_strategy} TARAZY_HAS_MEMSET_STRATEGY)
if(TARAZY_HAS_MEMSET_STRATEGY)
  add_compile_options(${store_strategy})
  list(APPEND TARAZY_LINK_WITH_LTO ${store_strategy})
endif()
