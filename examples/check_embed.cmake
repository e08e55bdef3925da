# Runs the example and compares what it prints. cmake -DPROGRAM=... -DEXPECTED=... -P check_embed.cmake
execute_process(COMMAND ${PROGRAM} OUTPUT_VARIABLE said RESULT_VARIABLE status)
file(READ ${EXPECTED} expected)
if(NOT status EQUAL 0 OR NOT said STREQUAL expected)
  message(FATAL_ERROR "status ${status}; it said:\n${said}\ninstead of:\n${expected}")
endif()
