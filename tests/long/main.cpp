// Long runs: what stays right, finite, bounded and fast over 10⁷ and 10⁸ samples. `./dev properties --long`
// builds and runs it; with --quick, it takes a hundredth of the samples, and with names of parts, only those.
// Fails if any check does.

#include "long.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

namespace eddy::testing {
namespace {

bool quick = false;
int failed = 0;
std::int64_t bytes = 0, allocations = 0;

/// A block with its size in front of it.
void* allocate(std::size_t size, std::size_t alignment) {
  const std::size_t room = alignment < 64 ? 64 : alignment;
  void* const block = std::aligned_alloc(room, (size + 2 * room - 1) / room * room);
  if (!block) {
    throw std::bad_alloc();
  }
  std::memcpy(block, &size, sizeof(size));
  bytes += static_cast<std::int64_t>(size);
  ++allocations;
  return static_cast<char*>(block) + room;
}

void release(void* memory, std::size_t alignment) {
  if (memory) {
    void* const block = static_cast<char*>(memory) - (alignment < 64 ? 64 : alignment);
    std::size_t size = 0;
    std::memcpy(&size, block, sizeof(size));
    bytes -= static_cast<std::int64_t>(size);
    std::free(block);
  }
}

}  // namespace

std::int64_t samples(std::int64_t all) { return quick ? all / 100 : all; }
std::int64_t heap_bytes() { return bytes; }
std::int64_t heap_allocations() { return allocations; }

std::string digits(double value, const char* format) {
  char text[64];
  std::snprintf(text, sizeof(text), format, value);
  return text;
}

void check(const std::string& what, const std::string& measured, bool holds) {
  std::printf("%-58s %-44s %s\n", what.c_str(), measured.c_str(), holds ? "holds" : "FAILS");
  std::fflush(stdout);
  failed += !holds;
}

}  // namespace eddy::testing

void* operator new(std::size_t size) { return eddy::testing::allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return eddy::testing::allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { eddy::testing::release(memory, 0); }
void operator delete(void* memory, std::size_t) noexcept { eddy::testing::release(memory, 0); }
void operator delete(void* memory, std::align_val_t alignment) noexcept {
  eddy::testing::release(memory, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory, std::size_t, std::align_val_t alignment) noexcept {
  eddy::testing::release(memory, static_cast<std::size_t>(alignment));
}

int main(int argc, char** argv) {
  using namespace eddy::testing;
  struct Part {
    const char* name;
    void (*run)();
    bool chosen = false;
  };
  Part parts[] = {{"silence", run_silence},
                  {"clocks", run_clocks},
                  {"detectors", run_detectors},
                  {"scalers", run_scalers},
                  {"streams", run_streams}};
  bool all = true;
  for (int i = 1; i < argc; ++i) {
    bool known = std::strcmp(argv[i], "--quick") == 0;
    quick |= known;
    for (Part& part : parts) {
      if (std::strcmp(argv[i], part.name) == 0) {
        known = part.chosen = true;
        all = false;
      }
    }
    if (!known) {
      std::fprintf(stderr, "usage: %s [--quick] [silence] [clocks] [detectors] [scalers] [streams]\n",
                   argv[0]);
      return 2;
    }
  }
  const double begin = seconds();
  for (const Part& part : parts) {
    if (all || part.chosen) {
      part.run();
    }
  }
  std::printf("%d checks failed; %.0f s\n", failed, seconds() - begin);
  return failed > 0;
}
