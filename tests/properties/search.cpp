// Cases run in processes of their own, so that one which crashes or never ends is a finding like others.

#include "search.hpp"

#include "isolated.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <set>

namespace eddy::properties {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Leaves out actions, more and more of them at a time fewer, as long as the same rule fails.
void shorten(Case& own, Finding& finding, double seconds) {
  const auto begin = Clock::now();
  const auto still_fails = [&](const Case& shorter) {
    const auto found = run_isolated(shorter);
    if (!found || found->check != finding.check) {
      return false;
    }
    finding = *found;
    return true;
  };
  if (finding.action + 1 < own.actions.size()) {
    own.actions.resize(finding.action + 1);
  }
  for (std::size_t piece = (own.actions.size() + 1) / 2; piece > 0;
       piece = piece == 1 ? 0 : (piece + 1) / 2) {
    bool any = true;
    while (any) {
      any = false;
      for (std::size_t at = own.actions.size(); at > 0 && seconds_since(begin) < seconds;) {
        const std::size_t from = at > piece ? at - piece : 0;
        Case shorter = own;
        shorter.actions.erase(shorter.actions.begin() + static_cast<std::ptrdiff_t>(from),
                              shorter.actions.begin() + static_cast<std::ptrdiff_t>(at));
        if (still_fails(shorter)) {
          own = shorter;
          any = piece == 1;
        }
        at = from;
      }
    }
  }
  // Settings that have no part in it.
  const auto without = [&](auto&& change) {
    Case simpler = own;
    change(simpler.specification);
    if (still_fails(simpler)) {
      own = simpler;
    }
  };
  without([](Specification& s) { s.clip_norm = 0; });
  without([](Specification& s) { s.clip_value = 0; });
  without([](Specification& s) { s.tolerance = 0; });
  if (form_of(own.specification).type.empty()) {
    without([](Specification& s) { s.rehearsal = RehearsalKind::none; });
    without([](Specification& s) { s.optimizer.schedule = ScheduleKind::none; });
    without([](Specification& s) { s.optimizer.kind = OptimizerKind::sgd; });
    without([](Specification& s) { s.loss.kind = LossKind::squared; });
  }
}

void print(const Case& own, const Finding& finding) {
  std::printf("// Seed %llu: it does not hold that\n//   %s\n// %s\n\n",
              static_cast<unsigned long long>(own.seed), finding.check.c_str(), finding.detail.c_str());
  std::fputs(
      "#include <eddy/eddy.hpp>\n#include <eddy/io/checkpoint.hpp>\n\n#include <cmath>\n#include "
      "<cstdio>\n#include "
      "<sstream>\n\n",
      stdout);
  std::fputs(program_of(own.specification).c_str(), stdout);
  std::fputs(
      "\nEigen::VectorX<Scalar> v(std::initializer_list<double> x) {\n"
      "  Eigen::VectorX<Scalar> y(x.size());\n"
      "  std::copy(x.begin(), x.end(), y.begin());\n"
      "  return y;\n}\n\n"
      "Eigen::MatrixX<Scalar> m(int columns, std::initializer_list<double> x) {\n"
      "  return v(x).reshaped(x.size() / columns, columns);\n}\n\n"
      "int main() {\n",
      stdout);
  std::fflush(stdout);
  print_calls(own);
  std::printf("  // here %s\n", finding.check.c_str());
  std::puts(
      own.mirror
          ? "  std::printf(\"%.9g %.9g\\n\", double(a.parameters().norm()), "
            "double(b.parameters().norm()));\n}"
          : "  std::printf(\"%s, |gradient| %.9g, |weights| %.9g, valid %d\\n\", "
            "eddy::describe(model.last_update().status),\n              double(model.gradient().norm()), "
            "double(model.parameters().norm()), eddy::state_is_valid(model));\n}");
  std::printf("\n// Again: properties --only --seed %llu\n\n", static_cast<unsigned long long>(own.seed));
  std::fflush(stdout);
}

}  // namespace

int run(const Search& search) {
  const auto begin = Clock::now();
  std::set<std::string> seen;
  std::uint64_t seed = search.seed;
  long cases = 0, findings = 0;
  const auto left = [&] {
    return search.seconds > 0 ? seconds_since(begin) < static_cast<double>(search.seconds)
                              : cases < search.cases;
  };
  while (left()) {
    const std::uint64_t first = seed;
    const auto stop = [&](std::uint64_t next) {
      return search.seconds > 0 ? seconds_since(begin) >= static_cast<double>(search.seconds)
                                : cases + static_cast<long>(next - first) >= search.cases;
    };
    const Outcome outcome = run_many(seed, search.actions, search.verbose, stop);
    cases += static_cast<long>(outcome.next - first);
    seed = outcome.next;
    if (!outcome.finding) {
      break;
    }
    ++findings;
    Case own = draw_case(outcome.next - 1, search.actions);
    Finding finding = *outcome.finding;
    if (search.brief) {
      std::printf("seed %llu, %s: not so: %s (%s)\n", static_cast<unsigned long long>(own.seed),
                  own.specification.form.c_str(), finding.check.c_str(), finding.detail.c_str());
      if (search.all) {
        continue;
      }
      break;
    }
    if (!seen.insert(finding.check).second) {
      continue;
    }
    std::fprintf(stderr, "seed %llu: not so: %s (%s); looking for the shortest sequence\n",
                 static_cast<unsigned long long>(own.seed), finding.check.c_str(), finding.detail.c_str());
    shorten(own, finding, 60);
    print(own, finding);
    if (!search.all) {
      break;
    }
  }
  std::printf("// %ld cases in %.1f s, seeds %llu to %llu: %ld findings\n", cases, seconds_since(begin),
              static_cast<unsigned long long>(search.seed), static_cast<unsigned long long>(seed - 1),
              findings);
  return findings > 0;
}

}  // namespace eddy::properties
