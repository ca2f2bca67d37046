# Programs built in every way that users build theirs (variants/), and programs that compilers must refuse (errors/).

# What Eigen3::Eigen adds to the command line.
get_target_property(eigen_include Eigen3::Eigen INTERFACE_INCLUDE_DIRECTORIES)

# The compiler of this build and the other one, where it is.
get_filename_component(compiler_name "${CMAKE_CXX_COMPILER}" NAME)
find_program(EDDY_GNU_COMPILER NAMES g++)
find_program(EDDY_CLANG_COMPILER NAMES clang++)
mark_as_advanced(EDDY_GNU_COMPILER EDDY_CLANG_COMPILER)
set(gnu "${EDDY_GNU_COMPILER}")
set(clang "${EDDY_CLANG_COMPILER}")
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set(gnu "${CMAKE_CXX_COMPILER}")
  set(own gnu)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(clang "${CMAKE_CXX_COMPILER}")
  set(own clang)
else()
  return()
endif()

# eddy_add_variant(<test> <compiler> <target> [command]): one target of variants/, and a command to run it, the program itself
# unless given.
function(eddy_add_variant test compiler target)
  set(binary_dir "${CMAKE_CURRENT_BINARY_DIR}/variants-${compiler}")
  set(command ${ARGN})
  if(NOT command)
    set(command "${binary_dir}/${target}")
  endif()
  add_test(
    NAME consumer.${test}
    COMMAND
      ${CMAKE_CTEST_COMMAND} --build-and-test "${CMAKE_CURRENT_SOURCE_DIR}/variants" "${binary_dir}" --build-generator
      ${CMAKE_GENERATOR} --build-noclean --build-target ${target} --build-options -DCMAKE_BUILD_TYPE=Debug
      -DCMAKE_CXX_FLAGS_DEBUG=-O0 -DCMAKE_CXX_COMPILER=${${compiler}} -DEigen3_DIR=${Eigen3_DIR} --test-command ${command}
  )
  # They share a build folder.
  set_tests_properties(consumer.${test} PROPERTIES LABELS consumer RESOURCE_LOCK variants-${compiler})
endfunction()

eddy_add_variant(cxx20 ${own} cxx20)
set_tests_properties(consumer.cxx20 PROPERTIES FIXTURES_SETUP reference)
# These compute the same, bit for bit.
foreach(variant IN ITEMS cxx23 two_units unity no_exceptions_no_rtti windows_macros)
  set(binary_dir "${CMAKE_CURRENT_BINARY_DIR}/variants-${own}")
  eddy_add_variant(
    ${variant} ${own} ${variant} "${CMAKE_CURRENT_SOURCE_DIR}/variants/same.sh" "${binary_dir}/cxx20" "${binary_dir}/${variant}"
  )
  set_tests_properties(consumer.${variant} PROPERTIES FIXTURES_REQUIRED reference)
endforeach()
eddy_add_variant(dont_vectorize ${own} dont_vectorize)
eddy_add_variant(fast_math ${own} fast_math)

if(clang)
  execute_process(
    COMMAND sh -c "echo '#include <version>' | \"$1\" -stdlib=libc++ -x c++ -fsyntax-only -" - "${clang}"
    RESULT_VARIABLE no_libcxx OUTPUT_QUIET ERROR_QUIET
  )
  if(no_libcxx EQUAL 0)
    eddy_add_variant(libcxx clang libcxx)
  endif()
endif()

foreach(compiler IN ITEMS gnu clang)
  if(NOT ${compiler})
    continue()
  endif()
  get_filename_component(name "${${compiler}}" NAME)
  eddy_add_variant(warnings.${name} ${compiler} warnings)

  # Programs with one thing wrong in each.
  file(GLOB sources CONFIGURE_DEPENDS errors/*.cpp)
  set(check "${CMAKE_CURRENT_SOURCE_DIR}/errors/check.sh" "${${compiler}}" "${CMAKE_CURRENT_BINARY_DIR}/errors-${compiler}"
            "${PROJECT_SOURCE_DIR}/include" "${eigen_include}"
  )
  add_test(NAME consumer.errors.${name} COMMAND ${check} header)
  set_tests_properties(consumer.errors.${name} PROPERTIES LABELS consumer FIXTURES_SETUP errors.${name})
  add_test(
    NAME consumer.errors.${name}.cxx17 COMMAND "${CMAKE_CURRENT_SOURCE_DIR}/errors/cxx17.sh" "${${compiler}}"
                                               "${PROJECT_SOURCE_DIR}/include"
  )
  set_tests_properties(consumer.errors.${name}.cxx17 PROPERTIES LABELS consumer)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM error)
    add_test(NAME consumer.errors.${name}.${error} COMMAND ${check} "${source}")
    set_tests_properties(consumer.errors.${name}.${error} PROPERTIES LABELS consumer FIXTURES_REQUIRED errors.${name})
  endforeach()
endforeach()
