#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/history.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/streaming/exponential_weights.hpp>
#include <eddy/streaming/learner.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <utility>

namespace eddy {

/// Mixes predicted values; the loss of an expert is its mean absolute error over the outputs that have a
/// label.
struct BlendValues {
  static constexpr const char* kind = "BlendValues";

  /// Turns an expert's outputs into what is mixed.
  template <class Scalar>
  static void prepare(Scalar*, int) {}

  /// Refuses a label that does not fit.
  template <class Y>
  static void check(const Y& y, int outputs) {
    check_size<Dynamic>("the target", y, outputs);
  }

  /// The loss by which an expert is weighed.
  template <class Scalar, class Y>
  static Scalar loss(const Scalar* prediction, const Y& y, int outputs) {
    Scalar sum = 0;
    int labels = 0;
    for (int i = 0; i < outputs; ++i) {
      Scalar target;
      if constexpr (EigenExpression<Y>) {
        target = static_cast<Scalar>(y(i));
      } else {
        target = static_cast<Scalar>(y);
      }
      if (is_finite(target)) {
        sum += std::abs(prediction[i] - target);
        ++labels;
      }
    }
    return labels > 0 ? sum / static_cast<Scalar>(labels) : not_a_number<Scalar>;
  }
};

/// Mixes the probabilities of classes, which are the softmax of each expert's outputs; a label is a class
/// index. The loss of an expert is −ln of the probability that it gave to the class.
struct BlendProbabilities {
  static constexpr const char* kind = "BlendProbabilities";

  /// Turns an expert's outputs into what is mixed.
  template <class Scalar>
  static void prepare(Scalar* logits, int classes) {
    const Scalar most = *std::max_element(logits, logits + classes);
    Scalar sum = 0;
    for (int i = 0; i < classes; ++i) {
      sum += logits[i] = std::exp(logits[i] - most);
    }
    for (int i = 0; i < classes; ++i) {
      logits[i] /= sum;
    }
  }

  /// Refuses a label that does not fit.
  template <class Y>
  static void check(Y y, int classes) {
    static_assert(std::is_integral_v<Y>, "the label of a mixture of classes is a class index");
    if (y < Y{0} || static_cast<std::uint64_t>(y) >= static_cast<std::uint64_t>(classes)) {
      fail("the class index is ", y, ", expected 0 to ", classes - 1);
    }
  }

  /// The loss by which an expert is weighed.
  template <class Scalar, class Y>
  static Scalar loss(const Scalar* probabilities, Y y, int) {
    return -std::log((std::max)(probabilities[y], (std::numeric_limits<Scalar>::min)()));
  }
};

/// Several learners that predict the same, mixed by `ExponentialWeights` on their recent losses: about as
/// good as the best of them, without knowing beforehand which that is, and often better than any. A learner
/// itself.
///
/// All see the same samples and labels, and each learns in its own way: cost and memory are those of all
/// together. A learner whose prediction is not finite is left out of that sample, and has no weight until it
/// has a finite loss again: the mixture is finite as long as one of them is. With k copies of one model
/// at k learning rates nobody has to tune: `eddy::Mixture(a, b, c)`. For classes, `ClassMixture`, whose
/// prediction is a probability for each.
///
/// Throws `std::invalid_argument` where the learners' inputs or outputs differ in number.
template <class Blend, Learner First, Learner... Others>
class BasicMixture {
  static constexpr int Experts = 1 + static_cast<int>(sizeof...(Others));

 public:
  static constexpr const char* kind = "Mixture";
  using KindParts = Types<Blend>;
  using Scalar = typename First::Scalar;
  static_assert((std::is_same_v<Scalar, typename Others::Scalar> && ...),
                "all learners of a mixture share one scalar type");
  static constexpr int Inputs = First::Inputs, Outputs = First::Outputs;
  /// The shortest of the models' windows.
  static constexpr int WindowAtCompileTime = [] {
    constexpr int shortest =
        (std::min)({window_at_compile_time<First>, window_at_compile_time<Others>...});  // Dynamic is −1
    return shortest;
  }();
  using Options = ExponentialWeightsOptions;
  using Time = std::int64_t;

  /// Around copies of the models; throws if they differ in inputs or outputs.
  explicit BasicMixture(First first = {}, Others... others)
      : BasicMixture(Options(), std::move(first), std::move(others)...) {}
  /// Around copies of the models; throws if they differ in inputs or outputs.
  explicit BasicMixture(Options options, First first = {}, Others... others)
      : models_(std::move(first), std::move(others)...),
        weights_(options),
        predictions_((check_models(), multiply(Experts + 1, outputs())), window()),
        scratch_(Index{Experts + 1} * outputs()) {
    for_each_model([&](int expert, const auto& model) { ahead_.data()[expert] = model.time(); });
  }

  int inputs() const { return std::get<0>(models_).inputs(); }
  int outputs() const { return std::get<0>(models_).outputs(); }

  /// The shortest of the models' windows.
  int window() const {
    return std::apply([](const auto&... model) { return (std::min)({model.window()...}); }, models_);
  }

  /// Takes one step of all; returns the mixed prediction, NaN if none of the models has one.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const X& x) {
    check_size<Inputs>("x", x, inputs());
    Scalar* const predictions = predictions_.advance();
    for_each_model([&](int expert, auto& model) { take(model.step(x), predictions, expert); });
    mix(predictions);
    return prediction();
  }

  /// Takes one step, then learns from its label; returns the loss of the prediction made before.
  template <Values X, class Y>
  Scalar partial_fit(const X& x, const Y& y) {
    check_label(y);
    step(x);
    return partial_fit(at(time()), y);
  }

  /// Learns from the label of the newest step.
  template <class Y>
  Scalar partial_fit(const Y& y) {
    return partial_fit(at(time()), y);
  }

  /// Learns from the label of an earlier step: the weights from what was predicted then, and each model.
  /// Returns the loss of the mixed prediction, or NaN if the step is not among the newest `window()`.
  template <class Y>
  Scalar partial_fit(At when, const Y& y) {
    check_label(y);
    if (!predictions_.holds(when.step)) {
      return not_a_number<Scalar>;
    }
    const Scalar* const predictions = predictions_.column(when.step);
    Storage<Scalar, Experts> losses;
    for_each_model([&](int expert, auto& model) {
      losses.data()[expert] = Blend::loss(predictions + expert * outputs(), y, outputs());
      model.partial_fit(at(when.step + ahead_.data()[expert]), y);
    });
    weights_.partial_fit(VectorView<const Scalar, Experts>(losses.data()));
    return Blend::loss(predictions + Experts * outputs(), y, outputs());
  }

  /// What `step(x)` would return; changes nothing. Lives in the mixture until the next call.
  template <Values X>
  VectorView<const Scalar, Outputs> predict(const X& x) const {
    check_size<Inputs>("x", x, inputs());
    for_each_model([&](int expert, const auto& model) { take(model.predict(x), scratch_.data(), expert); });
    mix(scratch_.data());
    return mixed(scratch_.data());
  }

  VectorView<const Scalar, Outputs> prediction() const { return mixed(predictions_.column(time())); }
  Time time() const { return predictions_.time(); }

  /// How much each model counts at present; at least 0, with sum 1.
  VectorView<const Scalar, Experts> weights() const { return weights_.weights(); }

  /// The model at position N.
  template <std::size_t N>
  auto& model() {
    return std::get<N>(models_);
  }
  /// One of the experts, counted from 0.
  template <std::size_t N>
  const auto& model() const {
    return std::get<N>(models_);
  }

  /// Forgets the stream; keeps what models and weights have learned.
  void reset() {
    for_each_model([](int, auto& model) { model.reset(); });
    predictions_.reset();
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    self.for_each_model([&](int, auto& model) { visit("model", model); });
    visit("weights", self.weights_);
    visit("predictions", self.predictions_);
    visit("ahead", self.ahead_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto is_time = [](Time ahead) { return is_count(ahead); };
    return std::all_of(ahead_.data(), ahead_.data() + Experts, is_time);
  }

 private:
  template <class Visit>
  void for_each_model(Visit&& visit) {
    std::apply([&, expert = 0](auto&... model) mutable { (visit(expert++, model), ...); }, models_);
  }
  template <class Visit>
  void for_each_model(Visit&& visit) const {
    std::apply([&, expert = 0](const auto&... model) mutable { (visit(expert++, model), ...); }, models_);
  }

  void check_models() const {
    for_each_model([&](int, const auto& model) {
      if (model.inputs() != inputs() || model.outputs() != outputs()) {
        fail("a model of the mixture has ", model.inputs(), " inputs and ", model.outputs(),
             " outputs, expected ", inputs(), " and ", outputs(), " as of the first");
      }
    });
  }

  /// Before any model or weight has changed.
  template <class Y>
  void check_label(const Y& y) const {
    Blend::check(y, outputs());
  }

  /// Puts down what an expert predicts.
  template <class Prediction>
  void take(const Prediction& prediction, Scalar* predictions, int expert) const {
    copy_values<Outputs>(prediction, predictions + expert * outputs(), outputs());
    Blend::prepare(predictions + expert * outputs(), outputs());
  }

  /// Writes the mean of the experts' predictions by their weights behind them.
  void mix(Scalar* predictions) const {
    Scalar* const mixed = predictions + Experts * outputs();
    const auto has_one = [&](int expert) { return all_finite(predictions + expert * outputs(), outputs()); };
    std::fill_n(mixed, outputs(), Scalar(0));
    Scalar sum = 0;
    for (int expert = 0; expert < Experts; ++expert) {
      sum += has_one(expert) ? weights_.weights()(expert) : Scalar(0);
    }
    for (int expert = 0; expert < Experts && sum > 0; ++expert) {
      if (const Scalar weight = weights_.weights()(expert); weight > 0 && has_one(expert)) {
        for (int i = 0; i < outputs(); ++i) {
          mixed[i] += weight / sum * predictions[expert * outputs() + i];
        }
      }
    }
    if (!(sum > 0) || !all_finite(mixed, outputs())) {  // none of those that count predicts
      const int best = weights_.best(has_one);
      for (int i = 0; i < outputs(); ++i) {
        mixed[i] = best < 0 ? not_a_number<Scalar> : predictions[best * outputs() + i];
      }
    }
  }

  VectorView<const Scalar, Outputs> mixed(const Scalar* predictions) const {
    return {predictions + Experts * outputs(), outputs()};
  }

  std::tuple<First, Others...> models_;
  ExponentialWeights<Scalar, Experts> weights_;
  Storage<Time, Experts> ahead_;  ///< of the mixture's time is each model's, by steps that it took before
  History<Scalar, multiply(Experts + 1, Outputs), WindowAtCompileTime>
      predictions_;  ///< of each model, and mixed
  mutable Storage<Scalar, multiply(Experts + 1, Outputs)> scratch_;
};

/// A mixture for targets that are numbers.
template <Learner... Models>
class Mixture : public BasicMixture<BlendValues, Models...> {
 public:
  using BasicMixture<BlendValues, Models...>::BasicMixture;
};
/// From the models.
template <Learner... Models>
Mixture(Models...) -> Mixture<Models...>;
/// From the models.
template <Learner... Models>
Mixture(ExponentialWeightsOptions, Models...) -> Mixture<Models...>;

/// A mixture for classes, of models whose outputs are logits; it predicts probabilities, and learns from
/// class indices.
template <Learner... Models>
class ClassMixture : public BasicMixture<BlendProbabilities, Models...> {
 public:
  using BasicMixture<BlendProbabilities, Models...>::BasicMixture;
};
/// From the models.
template <Learner... Models>
ClassMixture(Models...) -> ClassMixture<Models...>;
/// From the models.
template <Learner... Models>
ClassMixture(ExponentialWeightsOptions, Models...) -> ClassMixture<Models...>;

}  // namespace eddy
