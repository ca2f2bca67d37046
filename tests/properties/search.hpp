#pragma once

#include <cstdint>

namespace eddy::properties {

/// Which cases to try.
struct Search {
  long seconds = 0;  ///< 0: as many cases as `cases` says
  long cases = 200;
  std::uint64_t seed = 1;
  int actions = 120;
  bool all = false, brief = false, verbose = false;
};

/// Tries them; prints each finding as a program. Returns 1 if there was one, else 0.
int run(const Search& search);

}  // namespace eddy::properties
