# The ways to get eddy (docs/packaging.md), each as a user would go it, and what eddy leaves to those who ask for it.

# eddy_add_build(<name> <folder> <test command> [options for cmake]): consumer.<name>, without optimisation
function(eddy_add_build name folder command)
  add_test(
    NAME consumer.${name}
    COMMAND
      ${CMAKE_CTEST_COMMAND} --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/${folder}"
      "${CMAKE_CURRENT_BINARY_DIR}/${name}" --build-generator ${CMAKE_GENERATOR} --build-options -DCMAKE_BUILD_TYPE=
      -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DEigen3_DIR=${Eigen3_DIR} ${ARGN} --test-command ${command}
  )
  set_tests_properties(consumer.${name} PROPERTIES LABELS consumer)
endfunction()

# eddy_add_request(<name> <regular expression> [options for cmake]): consumer.<name>, what find_package has to say
function(eddy_add_request name expected)
  add_test(
    NAME consumer.${name}
    COMMAND
      ${CMAKE_COMMAND} -S "${CMAKE_CURRENT_SOURCE_DIR}/requested" -B "${CMAKE_CURRENT_BINARY_DIR}/${name}" --fresh
      -G ${CMAKE_GENERATOR} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DEigen3_DIR=${Eigen3_DIR}
      "-DCMAKE_PREFIX_PATH=${prefix}" ${ARGN}
  )
  set_tests_properties(
    consumer.${name} PROPERTIES LABELS consumer FIXTURES_REQUIRED installed PASS_REGULAR_EXPRESSION "${expected}"
  )
endfunction()

# Parts, for those who ask.
set(without_parts -DCMAKE_DISABLE_FIND_PACKAGE_MPI=ON -DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON)
foreach(part IN LISTS parts)
  if(TARGET eddy::${part})
    string(TOUPPER "EDDY_WITH_${part}" with)
    list(APPEND with_parts -D${with}=ON)
  endif()
endforeach()
eddy_add_build(parts add_subdirectory consumer ${with_parts})
add_test(
  NAME consumer.parts_refused
  COMMAND
    ${CMAKE_COMMAND} -S "${CMAKE_CURRENT_SOURCE_DIR}/add_subdirectory" -B "${CMAKE_CURRENT_BINARY_DIR}/parts_refused"
    --fresh -G ${CMAKE_GENERATOR} -DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER} -DEigen3_DIR=${Eigen3_DIR}
    -DEDDY_WITH_MPI=ON ${without_parts}
)
set_tests_properties(
  consumer.parts_refused PROPERTIES LABELS consumer PASS_REGULAR_EXPRESSION "EDDY_WITH_MPI needs MPI for C\\+\\+"
)

if(EDDY_INSTALL)
  string(REPLACE "." "[.]" version "${PROJECT_VERSION}")
  eddy_add_request(no_part "eddy ${version} is there, and nothing else")
  eddy_add_request(no_part_to_find "eddy ${version} is there, and nothing else" ${without_parts})
  eddy_add_request(unknown_part "the component tea needs to be a part of eddy" "-DEDDY_REQUEST=COMPONENTS\\;tea")
  eddy_add_request(no_mpi "the component mpi needs MPI for C\\+\\+" "-DEDDY_REQUEST=COMPONENTS\\;mpi" ${without_parts})
  # Both the version that is asked for and the one that is there.
  foreach(wrong IN ITEMS 99 0.99 0.0.1)
    eddy_add_request(
      version_${wrong} "requested version \"${wrong}\".*eddyConfig.cmake, version: ${version}" -DEDDY_REQUEST=${wrong}
    )
  endforeach()

  # FIND_PACKAGE_ARGS: what is installed is taken, and nothing fetched.
  if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.25)
    eddy_add_build(fetch_content_found fetch_content_or_find consumer "-DCMAKE_PREFIX_PATH=${prefix}")
    set_tests_properties(consumer.fetch_content_found PROPERTIES FIXTURES_REQUIRED installed)
  endif()
endif()

# Otherwise it is fetched, and its headers are the system's.
if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.25)
  eddy_add_build(
    fetch_content_fetched fetch_content_or_find consumer "-DFETCHCONTENT_SOURCE_DIR_EDDY=${PROJECT_SOURCE_DIR}"
  )
endif()

# The port makes a package that is found at once.
add_test(
  NAME consumer.vcpkg_port
  COMMAND ${CMAKE_COMMAND} -D "SOURCE=${PROJECT_SOURCE_DIR}" -D "BUILD=${CMAKE_CURRENT_BINARY_DIR}/vcpkg_port"
          -D "GENERATOR=${CMAKE_GENERATOR}" -D "Eigen3_DIR=${Eigen3_DIR}"
          -P "${CMAKE_CURRENT_SOURCE_DIR}/vcpkg_port.cmake"
)
set_tests_properties(consumer.vcpkg_port PROPERTIES LABELS consumer FIXTURES_SETUP vcpkg_port)
eddy_add_build(
  vcpkg find_package consumer "-DCMAKE_PREFIX_PATH=${CMAKE_CURRENT_BINARY_DIR}/vcpkg_port/packages/eddy" ${without_parts}
)
set_tests_properties(consumer.vcpkg PROPERTIES FIXTURES_REQUIRED vcpkg_port)

find_program(meson meson)
find_package(PkgConfig QUIET)
if(meson AND PkgConfig_FOUND)
  add_test(
    NAME consumer.meson
    COMMAND
      ${CMAKE_COMMAND} -E env "CXX=${CMAKE_CXX_COMPILER}" ${CMAKE_COMMAND} -D "SOURCE=${PROJECT_SOURCE_DIR}"
      -D "BUILD=${CMAKE_CURRENT_BINARY_DIR}/meson" -D "MESON=${meson}"
      -P "${CMAKE_CURRENT_SOURCE_DIR}/meson/run.cmake"
  )
  set_tests_properties(consumer.meson PROPERTIES LABELS consumer)
endif()

find_program(awk awk)
if(awk)
  eddy_add_build(single_header single_header ${CMAKE_CTEST_COMMAND})
endif()

# Every recipe names the version that CMakeLists.txt does.
add_test(
  NAME consumer.versions
  COMMAND grep -c -E "version.*[\"']${PROJECT_VERSION}[\"']" meson.build conanfile.py MODULE.bazel ports/eddy/vcpkg.json
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}"
)
set_tests_properties(consumer.versions PROPERTIES LABELS consumer FAIL_REGULAR_EXPRESSION ":0")
