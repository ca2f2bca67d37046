#pragma once

#include <eddy/preprocessing/target_transform.hpp>

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace eddy {

/// Transforms in a row, each of which learns from what the one before gives: `Chain(Imputer<float, 3>(),
/// StandardScaler<float, 3>())`.
///
/// As a target transform, a chain reads from the label to the model: `Chain(Difference<float, 1>(),
/// StandardScaler<float, 1>())` lets the model predict the change in units of its deviation. The scaler
/// learns from the change that a label brought over what was known at the label's own step, however late it
/// comes. The last part's limit clips scaled labels.
template <class... Parts>
class Chain {
  using First = std::tuple_element_t<0, std::tuple<Parts...>>;
  using Last = std::tuple_element_t<sizeof...(Parts) - 1, std::tuple<Parts...>>;

 public:
  static constexpr const char* kind = "Chain";
  using Scalar = typename First::Scalar;
  static_assert((std::is_same_v<typename Parts::Scalar, Scalar> && ...), "all parts have one scalar type");
  static constexpr bool transforms = (Transform<Parts> && ...);     ///< whether it can stand before a model
  static constexpr bool targets = (AffineTransform<Parts> && ...);  ///< whether it can stand behind one
  static_assert(transforms || targets, "a part offers what neither Transform nor AffineTransform asks for");
  static constexpr bool fixed = (Parts::fixed && ...);
  static constexpr int Inputs = First::Inputs, Outputs = Last::Outputs;
  static constexpr int Stages = static_cast<int>(sizeof...(Parts));

  /// Parts of fixed sizes, with their default settings.
  template <class Start = First>
  requires(std::is_default_constructible_v<Start> && (std::is_default_constructible_v<Parts> && ...))  //
      Chain()
      : Chain(Parts()...) {}

  /// Throws unless each part takes what the one before gives.
  explicit Chain(const Parts&... parts) : parts_(parts...) {
    check_parts(std::make_index_sequence<sizeof...(Parts) - 1>());
  }

  int inputs() const { return std::get<0>(parts_).inputs(); }
  int outputs() const { return std::get<Stages - 1>(parts_).outputs(); }

  /// Each part learns, and hands on what becomes of the sample.
  template <Values X>
  void partial_fit(const X& x) requires(transforms) {
    learn<0>(x);
  }

  template <Values X>
  auto transform(const X& x) requires(transforms) {
    auto& last = part<Stages - 1>();
    if constexpr (Stages == 1) {
      return last.transform(x);
    } else {
      return last.transform(transform_to<Stages - 2>(x));
    }
  }
  /// The same, before it is rounded to `Scalar`; as it is handed on from part to part.
  template <Values X>
  auto transform_in_double(const X& x) requires(transforms) {
    return transform_to<Stages - 1>(x);
  }

  /// Back from the last part to the first.
  template <Values Z>
  auto inverse_transform(const Z& z) requires(transforms) {
    return inverse_from<Stages - 1>(z);
  }

  /// Writes the offsets and scales of each part as they are now.
  void write_stages(double* stages) const requires(targets) {
    const auto write = [&](const auto& part) {
      part.affine(stages, stages + outputs());
      stages += Index{2} * outputs();
    };
    std::apply([&](const auto&... parts) { (write(parts), ...); }, parts_);
  }

  /// Each part learns from the label as the parts before it, as they were at the label's step, make it.
  /// Destroys y.
  void learn_label(double* y, const double* stages) requires(targets) {
    const int size = outputs();
    const auto learn = [&](auto& part) {
      part.partial_fit(VectorView<const double, Outputs>(y, size));
      eddy::scale_label(stages, stages + size, 0.0, y, size);
      stages += Index{2} * size;
    };
    std::apply([&](auto&... parts) { (learn(parts), ...); }, parts_);
  }

  /// Brings a label to the units of the model, by the stages of its own step.
  void scale_label(double* y, const double* stages) const requires(targets) {
    const auto scale = [&](const auto& part, double limit) {
      scale_stage(part, stages, limit, y);
      stages += Index{2} * outputs();
    };
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (scale(std::get<I>(parts_), I + 1 == sizeof...(Parts) ? limit() : 0.0), ...);
    }
    (std::index_sequence_for<Parts...>());
  }

  double limit() const { return limit_of(std::get<Stages - 1>(parts_)); }

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
  template <int I, class X>
  void learn(const X& x) {
    auto& own = part<I>();
    own.partial_fit(x);
    if constexpr (I + 1 < Stages) {
      learn<I + 1>(eddy::transform_in_double(own, x));
    }
  }

  /// What the parts up to I make of x.
  template <int I, class X>
  auto transform_to(const X& x) {
    if constexpr (I > 0) {
      return eddy::transform_in_double(part<I>(), transform_to<I - 1>(x));
    } else {
      return eddy::transform_in_double(part<0>(), x);
    }
  }

  template <int I, class Z>
  auto inverse_from(const Z& z) {
    if constexpr (I > 0) {
      return inverse_from<I - 1>(part<I>().inverse_transform(z));
    } else {
      return part<I>().inverse_transform(z);
    }
  }

  template <std::size_t... I>
  void check_parts(std::index_sequence<I...>) const {
    (check_neighbours("a part of a chain", std::get<I>(parts_).outputs(), "the next",
                      std::get<I + 1>(parts_).inputs()),
     ...);
  }

  std::tuple<Parts...> parts_;
};

}  // namespace eddy
