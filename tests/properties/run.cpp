#include "run.hpp"

#include "mirror.hpp"
#include "student.hpp"

namespace eddy::properties {

std::optional<Finding> run_case(const Case& own, std::vector<std::string>* calls) {
  std::size_t number = 0;
  try {
    if (own.mirror) {
      Mirror mirror(own, calls);
      for (; number < own.actions.size(); ++number) {
        mirror.act(own.actions[number]);
      }
    } else {
      Student student(own, calls);
      for (; number < own.actions.size(); ++number) {
        student.act(own.actions[number]);
      }
    }
  } catch (Finding& finding) {
    finding.action = number;
    return finding;
  } catch (const std::exception& error) {
    return Finding{"nothing throws that is used as it should be", error.what(), number};
  }
  return std::nullopt;
}

}  // namespace eddy::properties
