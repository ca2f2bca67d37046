#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace eddy {

/// Arithmetic on the sizes of parts; `Dynamic` if any of them is.
template <class... Sizes>
constexpr int add_all(Sizes... sizes) {
  int sum = 0;
  ((sum = add(sum, sizes)), ...);
  return sum;
}

/// Transforms side by side, each of its own share of the values: `Beside(StandardScaler<float, 3>(),
/// OneHot<float, 7>())` takes three measurements and the index of a weekday, and gives ten values.
template <Transform... Parts>
class Beside {
  using First = std::tuple_element_t<0, std::tuple<Parts...>>;

 public:
  static constexpr const char* kind = "Beside";
  using Scalar = typename First::Scalar;
  static_assert((std::is_same_v<typename Parts::Scalar, Scalar> && ...), "all parts have one scalar type");
  static constexpr int Inputs = add_all(int{Parts::Inputs}...), Outputs = add_all(int{Parts::Outputs}...);
  static constexpr bool fixed = (Parts::fixed && ...);

  /// Parts of fixed sizes, with their default settings.
  template <class Start = First>
  requires(std::is_default_constructible_v<Start> && (std::is_default_constructible_v<Parts> && ...))  //
      Beside()
      : Beside(Parts()...) {}

  /// Around copies of its parts.
  explicit Beside(const Parts&... parts)
      : parts_(parts...),
        input_(checked_width("the number of values of all parts", (std::int64_t{parts.inputs()} + ...))),
        output_(checked_width("the number of values of all parts", (std::int64_t{parts.outputs()} + ...))) {}

  int inputs() const { return input_.size(); }
  int outputs() const { return output_.size(); }

  /// Each part learns from its share.
  template <Values X>
  void partial_fit(const X& x) {
    for_each_share(x, [](auto& part, const auto& share) { part.partial_fit(share); });
  }

  /// What the parts make of their shares, one after the other.
  template <Values X>
  VectorView<const Scalar, Outputs> transform(const X& x) {
    transform_in_double(x);
    return output_.narrowed();
  }
  /// The same, before it is rounded to `Scalar`.
  template <Values X>
  VectorView<const double, Outputs> transform_in_double(const X& x) {
    double* to = output_.data();
    for_each_share(x, [&to](auto& part, const auto& share) {
      const auto values = eddy::transform_in_double(part, share);
      for (int i = 0; i < part.outputs(); ++i) {
        *to++ = static_cast<double>(values(i));
      }
    });
    return output_.view();
  }

  void reset() {
    std::apply([](auto&... parts) { (parts.reset(), ...); }, parts_);
  }

  /// A part, counted from 0.
  template <int I>
  auto& part() {
    return std::get<I>(parts_);
  }
  template <int I>
  const auto& part() const {
    return std::get<I>(parts_);
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visit(std::to_string(I).c_str(), std::get<I>(self.parts_)), ...);
    }
    (std::index_sequence_for<Parts...>());
  }

 private:
  template <class X, class Use>
  void for_each_share(const X& x, Use&& use) {
    const double* from = input_.take(x);
    const auto hand_out = [&](auto& part) {
      using Part = std::remove_reference_t<decltype(part)>;
      use(part, VectorView<const double, Part::Inputs>(from, part.inputs()));
      from += part.inputs();
    };
    std::apply([&](auto&... parts) { (hand_out(parts), ...); }, parts_);
  }

  std::tuple<Parts...> parts_;
  SampleBuffer<Scalar, Inputs> input_;
  SampleBuffer<Scalar, Outputs> output_;
};

}  // namespace eddy
