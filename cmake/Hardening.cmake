# What a release build adds. Checked on the linked program by scripts/check_hardening.py.
# -fPIE rather than CMake's position-independent code: for static libraries that would be -fPIC, which
# forbids gcc to inline one public function of a file into another.
set(in_a_program $<NOT:$<IN_LIST:$<TARGET_PROPERTY:TYPE>,MODULE_LIBRARY$<SEMICOLON>SHARED_LIBRARY>>)
add_compile_options($<${in_a_program}:-fPIE>)
add_link_options($<${in_a_program}:-pie>)

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(
    -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
    -fcf-protection -ftrivial-auto-var-init=zero -fstack-clash-protection)
  if(CMAKE_C_COMPILER_ID MATCHES "Clang" AND CMAKE_C_COMPILER_VERSION VERSION_LESS 16)
    # clang before 16 wants to be told that zero, not a pattern, is meant.
    add_compile_options(-enable-trivial-auto-var-init-zero-knowing-it-will-be-removed-from-clang)
  endif()
  add_link_options(LINKER:-z,relro LINKER:-z,now LINKER:-z,noexecstack)
endif()
