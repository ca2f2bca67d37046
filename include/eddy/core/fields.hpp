#pragma once

#include <eddy/core/cxx20.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace eddy {

/// Stands for a field of any type where an aggregate is tried out.
struct AnyField {
  /// Never defined.
  template <class T>
  operator T() const;
};

template <class T, std::size_t... Field>
concept HasFields = requires {
  T{(static_cast<void>(Field), AnyField())...};
};

/// How many fields an aggregate has: as many as it takes to initialise it, up to 8.
template <class T>
constexpr std::size_t field_count() {
  return []<std::size_t... N>(std::index_sequence<N...>) {
    std::size_t count = 0;
    ((count = []<std::size_t... Field>(std::index_sequence<Field...>) {
       return HasFields<T, Field...>;
     }(std::make_index_sequence<N>())
                  ? N
                  : count),
     ...);
    return count;
  }
  (std::make_index_sequence<10>());
}

/// Calls visit(field) for each field of an aggregate, in order.
template <class Aggregate, class Visit>
void visit_fields(Aggregate& aggregate, Visit&& visit) {
  constexpr std::size_t count = field_count<std::remove_const_t<Aggregate>>();
  static_assert(count <= 8, "an aggregate is shown field by field up to 8 of them: let it have visit_state");
  const auto all = [&](auto&... field) { (visit(field), ...); };
  if constexpr (count == 8) {
    auto& [a, b, c, d, e, f, g, h] = aggregate;
    all(a, b, c, d, e, f, g, h);
  } else if constexpr (count == 7) {
    auto& [a, b, c, d, e, f, g] = aggregate;
    all(a, b, c, d, e, f, g);
  } else if constexpr (count == 6) {
    auto& [a, b, c, d, e, f] = aggregate;
    all(a, b, c, d, e, f);
  } else if constexpr (count == 5) {
    auto& [a, b, c, d, e] = aggregate;
    all(a, b, c, d, e);
  } else if constexpr (count == 4) {
    auto& [a, b, c, d] = aggregate;
    all(a, b, c, d);
  } else if constexpr (count == 3) {
    auto& [a, b, c] = aggregate;
    all(a, b, c);
  } else if constexpr (count == 2) {
    auto& [a, b] = aggregate;
    all(a, b);
  } else if constexpr (count == 1) {
    auto& [a] = aggregate;
    all(a);
  }
}

}  // namespace eddy
