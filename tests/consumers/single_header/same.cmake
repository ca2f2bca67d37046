# Both programs must print the same. cmake -D EDDY=<program> -D SINGLE=<program> -P same.cmake
execute_process(COMMAND "${EDDY}" OUTPUT_VARIABLE eddy COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${SINGLE}" OUTPUT_VARIABLE single COMMAND_ERROR_IS_FATAL ANY)
message("${eddy}")
if(NOT eddy MATCHES "lstm" OR NOT eddy STREQUAL single)
  message(FATAL_ERROR "with the single header:\n${single}")
endif()
