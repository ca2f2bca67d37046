#include "isolated.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <functional>

namespace eddy::properties {
namespace {

constexpr unsigned seconds_a_case = 60;

/// What a process leaves for the one that waits for it.
struct Shared {
  std::uint64_t seed;
  std::size_t action;
  bool found;
  char check[256], detail[256];
};

Shared& shared() {
  static void* const memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return *static_cast<Shared*>(memory);
}

void leave(const Finding& finding) {
  Shared& left = shared();
  left.found = true;
  left.action = finding.action;
  std::snprintf(left.check, sizeof left.check, "%s", finding.check.c_str());
  std::snprintf(left.detail, sizeof left.detail, "%s", finding.detail.c_str());
}

/// Does the work in another process; returns what it left, or how it died.
std::optional<Finding> in_process(bool quiet, const std::function<void()>& work) {
  Shared& left = shared();
  left.found = false;
  left.action = static_cast<std::size_t>(-2);
  std::fflush(stdout);
  std::fflush(stderr);
  const pid_t process = ::fork();
  if (process == 0) {
    if (quiet && !std::freopen("/dev/null", "w", stderr)) {
      ::_exit(4);
    }
    work();
    std::fflush(stdout);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(process, &status, 0);
  if (left.found) {
    return Finding{left.check, left.detail, left.action};
  }
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return Finding{signal == SIGALRM ? "a case ends in time" : "the program does not crash",
                   ::strsignal(signal), left.action};
  }
  if (WEXITSTATUS(status) != 0) {
    return Finding{"the program does not crash", "a sanitizer ended it, with a report on standard error",
                   left.action};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Finding> run_isolated(const Case& own) {
  return in_process(true, [&] {
    ::alarm(seconds_a_case);
    if (const auto finding = run_case(own)) {
      leave(*finding);
    }
  });
}

Outcome run_many(std::uint64_t seed, int actions, bool verbose,
                 const std::function<bool(std::uint64_t)>& stop) {
  Outcome outcome{seed, std::nullopt};
  shared().seed = seed - 1;
  outcome.finding = in_process(false, [&] {
    for (std::uint64_t next = seed; !stop(next); ++next) {
      shared().seed = next;
      ::alarm(seconds_a_case);
      const Case own = draw_case(next, actions);
      if (verbose) {
        std::fprintf(stderr, "%llu %s\n", static_cast<unsigned long long>(next),
                     own.specification.form.c_str());
      }
      if (const auto finding = run_case(own)) {
        leave(*finding);
        return;
      }
    }
  });
  outcome.next = shared().seed + 1;
  return outcome;
}

void print_calls(const Case& own) {
  in_process(true, [&] {
    std::vector<std::string> calls;
    struct Printing {
      std::vector<std::string>& calls;
      ~Printing() {
        for (const std::string& call : calls) {
          std::printf("  %s\n", call.c_str());
        }
      }
    } printing{calls};
    ::alarm(seconds_a_case);
    run_case(own, &calls);
  });
}

}  // namespace eddy::properties
