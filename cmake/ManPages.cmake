# tarazy_man_pages(x.1.scd ...)
#   Man pages written for scdoc, built into build/<preset>/man; each is rendered by a test, in which any warning
#   of scdoc or man is a failure. Without scdoc they are left out.
find_program(SCDOC scdoc)
find_program(MAN man)

function(tarazy_man_pages)
  if(NOT SCDOC)
    return()
  endif()
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/man)
  set(pages "")
  foreach(source IN LISTS ARGV)
    cmake_path(GET source STEM LAST_ONLY page)
    set(built ${CMAKE_BINARY_DIR}/man/${page})
    add_custom_command(OUTPUT ${built}
      COMMAND sh -c "'${SCDOC}' < '${CMAKE_CURRENT_SOURCE_DIR}/${source}' > '${built}.new' && mv '${built}.new' '${built}'"
      DEPENDS ${source} VERBATIM)
    list(APPEND pages ${built})
    if(MAN)
      tarazy_script_test(man_${page}
        COMMAND sh -c "test -s '${built}' && said=$(MANWIDTH=80 '${MAN}' --warnings=w -l '${built}' 2>&1 >/dev/null) && \
test -z \"$said\" || { echo \"$said\"; exit 1; }")
    endif()
  endforeach()
  add_custom_target(tarazy_man ALL DEPENDS ${pages})
endfunction()
