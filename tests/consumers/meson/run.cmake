# A Meson project with eddy as its subproject, as a wrap file would bring it.
# cmake -D SOURCE=<eddy> -D BUILD=<folder> -D MESON=<program> -P run.cmake
file(REMOVE_RECURSE "${BUILD}")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/" DESTINATION "${BUILD}/source")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/../main.cpp" DESTINATION "${BUILD}/source")
file(COPY "${SOURCE}/meson.build" "${SOURCE}/include" DESTINATION "${BUILD}/source/subprojects/eddy")
foreach(arguments IN ITEMS "setup;${BUILD}/build;${BUILD}/source" "compile;-C;${BUILD}/build" "test;-C;${BUILD}/build")
  execute_process(COMMAND "${MESON}" ${arguments} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
