#pragma once

#include <eddy/core/cxx20.hpp>

#include <string_view>
#include <type_traits>

namespace eddy {

/// A list of types. A class whose meaning depends on the types it is made of lists them beside its `kind`:
/// `using KindParts = Types<Inner>;`.
template <class... T>
struct Types {};

/// Whether a name can stand in the schema of a checkpoint: letters, digits, and any of _ : < > , . -
constexpr bool is_kind_name(std::string_view name) {
  for (const char letter : name) {
    const bool plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= '0' && letter <= '9') ||
                       std::string_view("_:<>,.-").find(letter) != std::string_view::npos;
    if (!plain) {
      return false;
    }
  }
  return !name.empty();
}

/// A class that says what it is: `static constexpr const char* kind = "LstmCell";`. A checkpoint names the
/// kinds of what it holds, and is refused by objects of other kinds, even if all their numbers would fit.
/// A class without a kind is known by its numbers alone.
template <class T>
concept HasKind = requires {
  typename std::bool_constant<(static_cast<void>(std::string_view(T::kind)), true)>;
};

}  // namespace eddy
