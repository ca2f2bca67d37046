# eddy_readme_listings(<variable>)
#
# Writes each block of README.md that begins with ```cpp to a source file of its own, and lists these files in <variable>.
# A block with "int main" is a program and stays as it is. Any other block becomes the body of main(), below its own
# #include lines and tests/readme/preamble.hpp, which declares the variables that listings may use.
# Compiler messages name the line of README.md.
function(eddy_readme_listings variable)
  set(readme "${PROJECT_SOURCE_DIR}/README.md")
  set(rest)
  if(EXISTS "${readme}")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${readme}")
    file(READ "${readme}" rest)
  endif()
  string(PREPEND rest "\n") # so that every line has a line break before it
  set(opening "\n```cpp\n")
  set(closing "\n```")
  set(include "\n#include *[<\"][^>\"\n]+[>\"]")
  set(sources)
  set(number 0)
  set(line 0)

  while(TRUE)
    string(FIND "${rest}" "${opening}" begin)
    if(begin EQUAL -1)
      break()
    endif()
    math(EXPR begin "${begin} + 7") # at the line break that ends the opening
    string(SUBSTRING "${rest}" 0 ${begin} prose)
    string(SUBSTRING "${rest}" ${begin} -1 rest)
    string(FIND "${rest}" "${closing}" end)
    string(SUBSTRING "${rest}" 0 ${end} block)
    string(SUBSTRING "${rest}" ${end} -1 rest)

    string(REGEX MATCHALL "\n" breaks "${prose}")
    list(LENGTH breaks breaks)
    math(EXPR line "${line} + ${breaks}")
    math(EXPR first "${line} + 1")
    string(REGEX MATCHALL "\n" breaks "${block}")
    list(LENGTH breaks breaks)
    math(EXPR line "${line} + ${breaks}")

    set(listing "#line ${first} \"README.md\"${block}\n")
    if(NOT block MATCHES "int main")
      string(REGEX MATCHALL "${include}" includes "${block}")
      string(JOIN "" includes ${includes})
      string(REGEX REPLACE "${include}" "\n" block "${block}")
      set(listing "#include \"preamble.hpp\"${includes}\n\nint main() {\n#line ${first} \"README.md\"${block}\n}\n")
    endif()

    math(EXPR number "${number} + 1")
    set(source "${CMAKE_CURRENT_BINARY_DIR}/readme_${number}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "${listing}" @ONLY)
    list(APPEND sources "${source}")
  endwhile()
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()
