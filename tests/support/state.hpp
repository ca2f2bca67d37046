#pragma once
// What a checkpoint will do to a class that shows its state by `visit_state`, in memory.

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <vector>

namespace eddy::testing {

/// Calls visit(pointer, bytes) for all memory that a class shows, classes within it included.
template <class Value, class Visit>
void visit_memory(Value& value, Visit&& visit) {
  using Plain = std::remove_const_t<Value>;
  if constexpr (requires { Plain::visit_state(value, [](const char*, auto&) {}); }) {
    Plain::visit_state(value, [&](const char*, auto& part) { visit_memory(part, visit); });
  } else if constexpr (requires { value.data(); }) {
    using Element = std::remove_pointer_t<decltype(value.data())>;
    const auto size = static_cast<std::size_t>(value.size());
    if constexpr (std::is_trivially_copyable_v<Element>) {
      visit(value.data(), size * sizeof(Element));
    } else {
      for (std::size_t i = 0; i < size; ++i) {
        visit_memory(value.data()[i], visit);
      }
    }
  } else {
    static_assert(std::is_arithmetic_v<Plain> || std::is_enum_v<Plain>, "a state is made of numbers");
    visit(&value, sizeof(Plain));
  }
}

/// Makes `to` go on where `from` is; both were constructed alike.
template <class T>
void copy_state(const T& from, T& to) {
  std::vector<std::byte> bytes;
  visit_memory(from, [&](const void* memory, std::size_t size) {
    const auto* const begin = static_cast<const std::byte*>(memory);
    bytes.insert(bytes.end(), begin, begin + size);
  });
  const std::byte* next = bytes.data();
  visit_memory(to, [&](void* memory, std::size_t size) {
    if (size > 0) {
      std::memcpy(memory, next, size);
    }
    next += size;
  });
}

}  // namespace eddy::testing
