#pragma once

#include "action.hpp"

#include <optional>
#include <string>
#include <vector>

namespace eddy::properties {

/// A rule that did not hold.
struct Finding {
  std::string check;   ///< which rule
  std::string detail;  ///< the numbers
  std::size_t action = 0;
};

/// Does what a case says, and checks after every action; returns the first rule that did not hold. The calls
/// are added to `calls`, if there is one, as lines of a program.
std::optional<Finding> run_case(const Case& own, std::vector<std::string>* calls = nullptr);

}  // namespace eddy::properties
