#pragma once

#include <eddy/core/fields.hpp>
#include <eddy/core/kind.hpp>

#include <climits>
#include <cstddef>
#include <string>
#include <type_traits>

namespace eddy {

/// What has a state: a class that shows its parts by `static void visit_state(self, visit)`, calling
/// visit(name, part) for each. A part is a number, an aggregate or a container of fixed length of such, or
/// again a class that has a state.
template <class T>
concept HasState = requires(T& value) {
  std::remove_const_t<T>::visit_state(value, [](const char*, auto&) {});
};

/// A number of a state: bool, an integer or an enumeration of 1, 2, 4 or 8 bytes, float or double.
template <class T>
concept StateNumber = (std::is_integral_v<T> || std::is_enum_v<T> || std::is_same_v<T, float> ||
                       std::is_same_v<T, double>)&&sizeof(T) <= 8;

/// The type of a number as schemas name it: f32, f64, i8 … i64, u8 … u64, bool.
template <StateNumber T>
std::string type_name() {
  if constexpr (std::is_enum_v<T>) {
    return type_name<std::underlying_type_t<T>>();
  } else if constexpr (std::is_same_v<T, bool>) {
    return "bool";
  } else {
    const char kind = std::is_floating_point_v<T> ? 'f' : std::is_signed_v<T> ? 'i' : 'u';
    return kind + std::to_string(sizeof(T) * CHAR_BIT);
  }
}

/// What a type is, with the types that it is made of: "Sequential<RnnCell<Tanh>, Dense<Identity>>". A type
/// without a kind is "?".
template <class T>
std::string kind_of() {
  if constexpr (!HasKind<T>) {
    return "?";
  } else {
    static_assert(is_kind_name(T::kind), "a kind is made of letters, digits and _ : < > , . -");
    std::string kind(T::kind);
    if constexpr (requires { typename T::KindParts; }) {
      kind += '<';
      [&]<class... Part>(Types<Part...>) {
        std::size_t part = 0;
        ((kind += (part++ > 0 ? ", " : "") + kind_of<std::remove_cv_t<Part>>()), ...);
      }(typename T::KindParts());
      kind += '>';
    }
    return kind;
  }
}

/// Goes through all numbers of a state, in the order in which they are shown: calls visit(path, data, count)
/// for each run of them, with a path such as "model.stream.labels". Of elements that are aggregates of
/// numbers only the first is shown where `Visit::shapes_only`: the others are alike. A visitor that has
/// `kind(path, text)` is told what each part is, and of containers how many elements they have.
template <class Value, class Visit>
void visit_numbers(const std::string& path, Value& value, Visit& visit) {
  using Plain = std::remove_const_t<Value>;
  const auto below = [&](auto name) { return path.empty() ? std::string(name) : path + '.' + name; };
  if constexpr (HasKind<Plain> && requires { visit.kind(path, std::string()); }) {
    visit.kind(path, kind_of<Plain>());
  }
  if constexpr (StateNumber<Plain>) {
    visit(path, &value, std::size_t{1});
  } else if constexpr (HasState<Value>) {
    Plain::visit_state(value, [&](const char* name, auto& part) { visit_numbers(below(name), part, visit); });
  } else if constexpr (requires { value.data(), value.size(); }) {
    using Element = std::remove_cv_t<std::remove_pointer_t<decltype(value.data())>>;
    const auto size = static_cast<std::size_t>(value.size());
    if constexpr (!StateNumber<Element> && requires { visit.kind(path, std::string()); }) {
      visit.kind(path, "elements<" + std::to_string(size) + '>');
    }
    if constexpr (StateNumber<Element>) {
      visit(path, value.data(), size);
    } else if constexpr (std::is_trivially_copyable_v<Element> && std::is_default_constructible_v<Element> &&
                         Visit::shapes_only) {
      std::remove_reference_t<decltype(*value.data())> first{};
      visit_numbers(path + '[' + std::to_string(size) + ']', first, visit);
    } else {
      for (std::size_t i = 0; i < size; ++i) {
        visit_numbers(path + '[' + std::to_string(i) + ']', value.data()[i], visit);
      }
    }
  } else if constexpr (std::is_aggregate_v<Plain>) {
    visit_fields(value, [&, number = 0](auto& field) mutable {
      visit_numbers(below(std::to_string(number++)), field, visit);
    });
  } else {
    static_assert(
        std::is_empty_v<Plain> || std::is_function_v<std::remove_pointer_t<Plain>>,
        "a state is made of numbers, of aggregates and containers of them, and of classes that show "
        "their own by visit_state");
  }
}

/// Whether every part of a state is one that could have come about. A class of which not every combination of
/// numbers is safe to go on with, as an index beyond its array, says so by `bool state_is_valid() const`.
/// It is asked once its parts are known to be valid.
template <class Value>
bool state_is_valid(const Value& value) {
  bool valid = true;
  if constexpr (StateNumber<Value>) {
    return true;
  } else if constexpr (HasState<const Value>) {
    Value::visit_state(value, [&](const char*, const auto& part) { valid &= eddy::state_is_valid(part); });
  } else if constexpr (requires { value.data(), value.size(); }) {
    using Element = std::remove_cv_t<std::remove_pointer_t<decltype(value.data())>>;
    if constexpr (!StateNumber<Element>) {
      for (std::size_t i = 0; i < static_cast<std::size_t>(value.size()); ++i) {
        valid &= eddy::state_is_valid(value.data()[i]);
      }
    }
  } else if constexpr (std::is_aggregate_v<Value>) {
    visit_fields(value, [&](const auto& field) { valid &= eddy::state_is_valid(field); });
  }
  if constexpr (requires { value.state_is_valid(); }) {
    return valid && value.state_is_valid();
  } else {
    return valid;
  }
}

}  // namespace eddy
