# Installs eddy, moves it to <prefix>, and looks whether anything in it still names where it came from.
# cmake -D BUILD=<folder> -D SOURCE=<folder> -D PREFIX=<folder> -P install.cmake
file(REMOVE_RECURSE "${PREFIX}" "${PREFIX}.first")
execute_process(
  COMMAND "${CMAKE_COMMAND}" --install "${BUILD}" --prefix "${PREFIX}.first" COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET
)
file(RENAME "${PREFIX}.first" "${PREFIX}")

file(GLOB_RECURSE files "${PREFIX}/*")
foreach(file IN LISTS files)
  file(READ "${file}" text)
  foreach(folder IN ITEMS "${PREFIX}" "${BUILD}" "${SOURCE}")
    string(FIND "${text}" "${folder}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${file} names ${folder}")
    endif()
  endforeach()
endforeach()
