#pragma once

#include "run.hpp"

#include <functional>

namespace eddy::properties {

/// Runs a case in a process of its own. A process that dies, or does not end in time, is a finding, too.
std::optional<Finding> run_isolated(const Case& own);

/// What became of cases one after the other.
struct Outcome {
  std::uint64_t next;              ///< the seed after the last that was run
  std::optional<Finding> finding;  ///< of that last one
};

/// Runs the cases of seeds from `seed` on in one process, until `stop(next seed)` or a finding.
Outcome run_many(std::uint64_t seed, int actions, bool verbose,
                 const std::function<bool(std::uint64_t)>& stop);

/// Runs a case in a process of its own, which prints what it calls.
void print_calls(const Case& own);

}  // namespace eddy::properties
