// Draws models and what is done to them, and looks for rules that do not hold. ./dev properties runs it.

#include "search.hpp"

#include <eddy/core/target.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

using namespace eddy::properties;

constexpr const char* usage =
    "properties [--seconds S | --cases N] [--seed N] [--actions N] [--target T] [--all] [--only] "
    "[--verbose]\n"
    "\n"
    "  --seconds S   looks for so long\n"
    "  --cases N     or at so many cases (200)\n"
    "  --seed N      the first seed (1); --only: that one alone\n"
    "  --actions N   about so many actions a case (120)\n"
    "  --target T    baseline, avx2 or avx512: kernels for that target; so does EDDY_TEST_TARGET\n"
    "  --all         goes on after a finding, and shows each kind of finding once\n"
    "  --brief       the same, but a line for each finding, whose sequence is not shortened\n"
    "  --first       a line for the first finding, and no more: to see whether a fault is found\n"
    "  --verbose     names each case before it runs\n";

bool choose_target(const char* name) {
  using eddy::Target;
  const bool known = std::strcmp(name, "baseline") == 0 || std::strcmp(name, "avx2") == 0 ||
                     std::strcmp(name, "avx512") == 0;
  return known && eddy::set_target(std::strcmp(name, "baseline") == 0 ? Target::baseline
                                   : std::strcmp(name, "avx2") == 0   ? Target::avx2
                                                                      : Target::avx512);
}

}  // namespace

int main(int count, char** arguments) {
  Search search;
  const char* target = std::getenv("EDDY_TEST_TARGET");
  for (int i = 1; i < count; ++i) {
    const std::string name = arguments[i];
    const bool last = i + 1 == count;
    if (name == "--all") {
      search.all = true;
    } else if (name == "--only") {
      search.cases = 1;
    } else if (name == "--brief") {
      search.brief = search.all = true;
    } else if (name == "--first") {
      search.brief = true;
    } else if (name == "--verbose") {
      search.verbose = true;
    } else if (last) {
      std::fputs(usage, stderr);
      return 2;
    } else if (name == "--target") {
      target = arguments[++i];
    } else {
      const long number = std::atol(arguments[++i]);
      if (name == "--seconds") {
        search.seconds = number;
      } else if (name == "--cases") {
        search.cases = number;
      } else if (name == "--seed") {
        search.seed = static_cast<std::uint64_t>(number);
      } else if (name == "--actions") {
        search.actions = static_cast<int>(number);
      } else {
        std::fputs(usage, stderr);
        return 2;
      }
    }
  }
  if (target && !choose_target(target)) {
    std::printf("this machine does not have the target %s\n", target);
    return 0;
  }
  return run(search);
}
