#pragma once

#include <cstdint>

// What the program asks of the machine it runs on: startup.cpp has it for a Cortex-M, host.cpp for a
// computer.
namespace device {

void print(const char* text);

/// The time, in units of the machine's own; counts instructions under `qemu-system-arm -icount`.
std::uint64_t ticks();

/// Fills what is free of the stack with a pattern; `stack_used` tells how many bytes lost it since, or had
/// none.
void paint_stack();
std::uint32_t stack_used();

}  // namespace device
