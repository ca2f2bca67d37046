# eddy_warnings: what our tests, examples and benchmarks are held to. Never linked to eddy itself.
add_library(eddy_warnings INTERFACE)
target_compile_options(
  eddy_warnings
  INTERFACE $<$<CXX_COMPILER_ID:GNU,Clang,AppleClang>:-Wall;-Wextra;-Wpedantic;-Wconversion;-Wshadow;-Werror>
)
