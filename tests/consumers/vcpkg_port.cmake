# Runs ports/eddy as vcpkg does, with functions of the same names that stand in for vcpkg's own, and checks the package
# as vcpkg does after a build.
# cmake -D SOURCE=<eddy> -D BUILD=<folder> -D GENERATOR=<of CMake> -D Eigen3_DIR=<folder> -P vcpkg_port.cmake
cmake_minimum_required(VERSION 3.23)
file(REMOVE_RECURSE "${BUILD}")
set(PORT eddy)
set(CURRENT_PORT_DIR "${SOURCE}/ports/eddy")
set(CURRENT_PACKAGES_DIR "${BUILD}/packages/eddy")

file(READ "${CURRENT_PORT_DIR}/vcpkg.json" manifest)
string(JSON VERSION GET "${manifest}" version-semver)

function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
endfunction()

# Instead of an archive from the network, these sources; they must be those of the version that is asked for.
function(vcpkg_from_github)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "OUT_SOURCE_PATH;REPO;REF;SHA512;HEAD_REF" "")
  file(STRINGS "${SOURCE}/CMakeLists.txt" version REGEX "^  VERSION ")
  if(NOT version STREQUAL "  VERSION ${VERSION}" OR NOT arg_REF STREQUAL "v${VERSION}")
    message(FATAL_ERROR "the port is of version ${VERSION} and asks for ${arg_REF}; eddy has${version}")
  endif()
  foreach(argument IN ITEMS REPO SHA512 HEAD_REF)
    if(NOT DEFINED arg_${argument})
      message(FATAL_ERROR "the port names no ${argument}")
    endif()
  endforeach()
  set(${arg_OUT_SOURCE_PATH} "${SOURCE}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SOURCE_PATH" "OPTIONS")
  if(NOT VCPKG_BUILD_TYPE STREQUAL "release")
    message(FATAL_ERROR "a port of nothing but headers is built once, for release")
  endif()
  run("${CMAKE_COMMAND}" -S "${arg_SOURCE_PATH}" -B "${BUILD}/rel" -G "${GENERATOR}" -DCMAKE_BUILD_TYPE=Release
      "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}" "-DEigen3_DIR=${Eigen3_DIR}" ${arg_OPTIONS}
  )
endfunction()

function(vcpkg_cmake_install)
  run("${CMAKE_COMMAND}" --build "${BUILD}/rel" --target install)
endfunction()

# Moves the CMake package to share/eddy, one folder nearer to the prefix.
function(vcpkg_cmake_config_fixup)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "CONFIG_PATH" "")
  file(COPY "${CURRENT_PACKAGES_DIR}/${arg_CONFIG_PATH}/" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
  cmake_path(GET arg_CONFIG_PATH PARENT_PATH parent)
  file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/${parent}")
  set(targets "${CURRENT_PACKAGES_DIR}/share/${PORT}/eddyTargets.cmake")
  set(up "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n")
  file(READ "${targets}" text)
  string(REPLACE "${up}${up}" "${up}" moved "${text}")
  if(moved STREQUAL text)
    message(FATAL_ERROR "the targets do not find their prefix from where they lie")
  endif()
  file(WRITE "${targets}" "${moved}")
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "FILE_LIST")
  file(COPY_FILE "${arg_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright")
endfunction()

include("${CURRENT_PORT_DIR}/portfile.cmake")

# What vcpkg refuses.
foreach(folder IN ITEMS debug lib bin share/cmake)
  if(EXISTS "${CURRENT_PACKAGES_DIR}/${folder}")
    message(FATAL_ERROR "the package has a folder ${folder}")
  endif()
endforeach()
foreach(file IN ITEMS include/eddy/eddy.hpp share/eddy/copyright share/eddy/eddyConfig.cmake
                      share/eddy/eddyConfigVersion.cmake share/pkgconfig/eddy.pc
)
  if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/${file}")
    message(FATAL_ERROR "the package has no ${file}")
  endif()
endforeach()
file(GLOB_RECURSE files "${CURRENT_PACKAGES_DIR}/*")
foreach(file IN LISTS files)
  file(READ "${file}" text)
  foreach(folder IN ITEMS "${BUILD}" "${SOURCE}")
    string(FIND "${text}" "${folder}" position)
    if(NOT position EQUAL -1)
      message(FATAL_ERROR "${file} names ${folder}")
    endif()
  endforeach()
endforeach()
