// What a Cortex-M needs before main(): vectors, the floating-point unit, memory; and what board.hpp declares.

#include "board.hpp"

#include <cstdint>
#include <cstring>

extern "C" {
extern std::uint32_t data_begin[], data_end[], data_in_flash[], bss_begin[], bss_end[], stack_begin[],
    stack_end[];
using Constructor = void (*)();
extern const Constructor first_constructor[], last_constructor[];
int main();
[[noreturn]] void start();
[[noreturn]] void abort();
}

namespace {

enum Semihosting : int { write0 = 0x04, exit_extended = 0x20 };

int semihosting(Semihosting operation, const void* argument) {
  register int r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

[[noreturn]] void leave(int status) {
  constexpr std::uint32_t application_exit = 0x20026;
  const std::uint32_t block[] = {application_exit, static_cast<std::uint32_t>(status)};
  for (;;) {
    semihosting(exit_extended, block);
  }
}

volatile std::uint32_t& device_register(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}

constexpr std::uint32_t paint = 0xdeadbeef;

volatile std::uint32_t wraps = 0;

// The system timer counts down 24 bits.
constexpr std::uintptr_t timer_control = 0xe000e010, timer_reload = 0xe000e014, timer_value = 0xe000e018;
constexpr std::uint32_t timer_span = 1u << 24;

void timer_wrapped() { wraps = wraps + 1; }

[[noreturn]] void fault() {
  device::print("fault\n");
  leave(3);
}

struct Vectors {
  std::uint32_t* stack;
  void (*handlers[15])();
};

__attribute__((section(".vectors"), used))
const Vectors vectors = {stack_end,
                         {start, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault,
                          fault, fault, timer_wrapped}};

}  // namespace

namespace device {

void print(const char* text) { semihosting(write0, text); }

std::uint64_t ticks() {
  std::uint32_t before, value;
  do {
    before = wraps;
    value = device_register(timer_value);
  } while (before != wraps);
  return std::uint64_t{before} * timer_span + (timer_span - 1 - value);
}

void paint_stack() {
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  for (volatile std::uint32_t* word = stack_begin; reinterpret_cast<std::uintptr_t>(word) + 64 < here;
       ++word) {
    *word = paint;
  }
}

std::uint32_t stack_used() {
  const std::uint32_t* word = stack_begin;
  while (*word == paint) {
    ++word;
  }
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(stack_end) -
                                    reinterpret_cast<std::uintptr_t>(word));
}

}  // namespace device

void abort() {
  device::print("abort\n");
  leave(2);
}

__attribute__((used)) void start() {
  device_register(0xe000ed88) = device_register(0xe000ed88) | (0xfu << 20);  // CPACR: the floating-point unit
  __asm__ volatile("dsb\n isb" ::: "memory");
  std::memcpy(data_begin, data_in_flash,
              reinterpret_cast<std::uintptr_t>(data_end) - reinterpret_cast<std::uintptr_t>(data_begin));
  std::memset(bss_begin, 0,
              reinterpret_cast<std::uintptr_t>(bss_end) - reinterpret_cast<std::uintptr_t>(bss_begin));
  device_register(timer_reload) = timer_span - 1;
  device_register(timer_value) = 0;
  device_register(timer_control) = 7;  // on, by the processor's clock, with its interrupt
  for (const Constructor* constructor = first_constructor; constructor < last_constructor; ++constructor) {
    (*constructor)();
  }
  leave(main());
}
