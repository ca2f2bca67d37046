#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/learner.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace eddy {

/// Settings of `Shadowed`.
struct ShadowOptions {
  double forgetting = 0.01;  ///< of the losses that are compared: each weighs 1 − `forgetting` times the next
  double margin = 0.05;      ///< by what share the shadow's loss must be lower
  int least = 100;           ///< labels between two comparisons that may change their places
  int most = 3000;           ///< labels after which the one that is not in charge is given up

  /// Throws unless all are in range.
  void check() const {
    check_setting("forgetting", forgetting, between(0, 1));
    check_setting("margin", margin, from_below(0, 1));
    check_setting("least", least, at_least(1));
    check_setting("most", most, at_least(least));
  }
};

/// A model, and at times a second one that begins anew and learns from the latest regime only:
/// `begin_shadow()`, as a reaction to drift `BeginShadow`, starts it. Both learn, side by side; the one whose
/// recent losses are lower predicts, and they change places as often as that changes. So what was learned is
/// given up only for something better, and not at once. A loss counts as `UsualValues` bounds it, so that one
/// wild label does not decide.
///
/// A learner like the model itself. While there is a shadow, a sample costs twice as much. Takes the memory
/// of three models: the third is the one that a shadow begins as.
template <Learner M>
class Shadowed {
 public:
  static constexpr const char* kind = "Shadowed";
  using Scalar = typename M::Scalar;
  using Time = std::int64_t;
  /// What is shadowed.
  using Model = M;
  static constexpr int Inputs = M::Inputs, Outputs = M::Outputs;
  static constexpr int Window = [] {
    if constexpr (requires { M::Window; }) {
      return M::Window;
    } else {
      return Dynamic;
    }
  }();

  /// A model as it is now, which is also what each shadow begins as. Throws `std::invalid_argument` if a
  /// setting is out of range.
  explicit Shadowed(const M& model, ShadowOptions options = {})
      : options_((options.check(), options)), fresh_(model), models_{model, model} {}

  int inputs() const { return model().inputs(); }
  int outputs() const { return model().outputs(); }
  int window() const { return model().window(); }
  Time time() const { return model().time() + begins_[in_charge_]; }
  decltype(auto) prediction() const { return model().prediction(); }
  /// What `step(x)` would return; changes nothing.
  template <Values X>
  decltype(auto) predict(const X& x) const {
    return model().predict(x);
  }

  /// Takes one step of both models; returns the prediction of the one in charge.
  template <Values X>
  decltype(auto) step(const X& x) {
    if (has_shadow_) {
      shadow().step(x);
    }
    return model().step(x);
  }

  /// Returns the loss of the model that predicted.
  template <class X, class Y>
  requires(!std::is_same_v<X, At>) Scalar partial_fit(const X& x, const Y& y) {
    const Scalar loss = static_cast<Scalar>(model().partial_fit(x, y));  // throws before anything changes
    if (has_shadow_) {
      compare(loss, static_cast<Scalar>(shadow().partial_fit(x, y)));
    }
    return loss;
  }
  /// Learns from the label of the newest step.
  template <class Y>
  Scalar partial_fit(const Y& y) {
    return partial_fit(at(time()), y);
  }
  /// Learns from the label of an earlier step.
  template <class Y>
  Scalar partial_fit(At when, const Y& y) {
    const int other = 1 - in_charge_;
    const Scalar loss = static_cast<Scalar>(model().partial_fit(at(when.step - begins_[in_charge_]), y));
    if (has_shadow_ && when.step > begins_[other]) {
      compare(loss, static_cast<Scalar>(shadow().partial_fit(at(when.step - begins_[other]), y)));
    }
    return loss;
  }

  /// Forgets the stream; keeps what was learned.
  void reset() {
    model().reset();
    shadow().reset();
  }

  /// Starts a shadow from the model's beginning; one that there is is given up.
  void begin_shadow() {
    begins_[1 - in_charge_] = time() - fresh_.time();
    shadow() = fresh_;
    has_shadow_ = true;
    labels_ = compared_ = 0;
    model_loss_ = shadow_loss_ = 0;
    usual_.reset();
  }

  /// Whether another model learns beside the one in charge.
  bool has_shadow() const { return has_shadow_; }
  std::int64_t swaps() const { return swaps_; }  ///< how often the two changed places

  /// The one that predicts.
  const M& model() const { return models_[in_charge_]; }
  /// The model in charge.
  M& model() { return models_[in_charge_]; }
  /// The optimizer of the model in charge.
  decltype(auto) optimizer() { return model().optimizer(); }
  /// Forgets the moments of the model in charge.
  void reset_optimizer() { model().reset_optimizer(); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("fresh", self.fresh_);
    visit("first", self.models_[0]);
    visit("second", self.models_[1]);
    visit("begin_of_first", self.begins_[0]);
    visit("begin_of_second", self.begins_[1]);
    visit("in_charge", self.in_charge_);
    visit("has_shadow", self.has_shadow_);
    visit("labels", self.labels_);
    visit("compared", self.compared_);
    visit("swaps", self.swaps_);
    visit("model_loss", self.model_loss_);
    visit("shadow_loss", self.shadow_loss_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return (in_charge_ == 0 || in_charge_ == 1) && is_count(begins_[0]) && is_count(begins_[1]) &&
           fresh_.time() <= time() && is_count(labels_) && is_count(compared_) && is_count(swaps_);
  }

 private:
  M& shadow() { return models_[1 - in_charge_]; }

  void compare(Scalar loss, Scalar shadow_loss) {
    if (!is_finite(loss) || !is_finite(shadow_loss)) {
      return;
    }
    ++labels_;
    ++compared_;
    const double own = static_cast<double>(loss), other = static_cast<double>(shadow_loss),
                 most = usual_.add((std::max)(own, other));
    if (usual_.began_wrong()) {
      model_loss_ = shadow_loss_ = 0;
    }
    // Both means start from 0, and are too small by the same factor.
    model_loss_ += options_.forgetting * ((std::min)(own, most) - model_loss_);
    shadow_loss_ += options_.forgetting * ((std::min)(other, most) - shadow_loss_);
    if (compared_ >= options_.least && model_loss_ - shadow_loss_ > options_.margin * std::abs(model_loss_)) {
      in_charge_ = 1 - in_charge_;
      std::swap(model_loss_, shadow_loss_);
      compared_ = 0;
      ++swaps_;
    }
    has_shadow_ = labels_ < options_.most;
  }

  ShadowOptions options_;
  M fresh_;
  M models_[2];
  Time begins_[2] = {0, 0};  ///< the time at which each of them counted 0
  int in_charge_ = 0;
  bool has_shadow_ = false;
  std::int64_t labels_ = 0, compared_ = 0;  ///< since the shadow began, and since the two changed places
  std::int64_t swaps_ = 0;
  double model_loss_ = 0, shadow_loss_ = 0;
  UsualValues<> usual_;  ///< of the larger of two losses
};

}  // namespace eddy
