#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/streaming/learner.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>

namespace eddy {

/// Settings of `Shadowed`.
struct ShadowOptions {
  double forgetting = 0.01;  ///< of the losses that are compared: each weighs 1 − `forgetting` times the next
  double margin = 0.05;      ///< by what share the shadow's loss must be lower
  int least = 100;           ///< labels after which it may take over
  int most = 5000;           ///< labels after which it is given up

  /// Throws unless all are in range.
  void check() const {
    if (!is_finite(forgetting) || forgetting <= 0 || forgetting >= 1 || !is_finite(margin) || margin < 0 ||
        margin >= 1 || least < 1 || most < least) {
      fail("a shadow has forgetting " + std::to_string(forgetting) + ", margin " + std::to_string(margin) +
           ", and " + std::to_string(least) + " to " + std::to_string(most) +
           " labels: expected a forgetting between 0 and 1, a margin from 0 to below 1, 1 ≤ least ≤ most");
    }
  }
};

/// A model, and at times a second one that begins anew and learns from the latest regime only:
/// `begin_shadow()`, as a reaction to drift `BeginShadow`, starts it; when its recent losses are lower than
/// those of the model, it takes the model's place. So what was learned is given up only for something better.
///
/// A learner like the model itself. While there is a shadow, a sample costs twice as much. Takes the memory
/// of three models: the third is the one that a shadow begins as.
template <Learner M>
class Shadowed {
 public:
  using Scalar = typename M::Scalar;
  using Time = std::int64_t;
  using Model = M;
  static constexpr int Inputs = M::Inputs, Outputs = M::Outputs;

  /// A model as it is now, which is also what each shadow begins as. Throws `std::invalid_argument` if a
  /// setting is out of range.
  explicit Shadowed(const M& model, ShadowOptions options = {})
      : options_((options.check(), options)), fresh_(model), model_(model), shadow_(model) {}

  int inputs() const { return model_.inputs(); }
  int outputs() const { return model_.outputs(); }
  int window() const { return model_.window(); }
  Time time() const { return model_.time() + model_begin_; }
  decltype(auto) prediction() const { return model_.prediction(); }
  template <Values X>
  decltype(auto) predict(const X& x) const {
    return model_.predict(x);
  }

  template <Values X>
  decltype(auto) step(const X& x) {
    if (has_shadow_) {
      shadow_.step(x);
    }
    return model_.step(x);
  }

  /// Returns the loss of the model that predicted.
  template <class X, class Y>
  requires(!std::is_same_v<X, At>) Scalar partial_fit(const X& x, const Y& y) {
    step(x);
    return partial_fit(at(time()), y);
  }
  template <class Y>
  Scalar partial_fit(const Y& y) {
    return partial_fit(at(time()), y);
  }
  template <class Y>
  Scalar partial_fit(At when, const Y& y) {
    const Scalar loss = static_cast<Scalar>(model_.partial_fit(at(when.step - model_begin_), y));
    if (has_shadow_ && when.step > shadow_begin_) {
      compare(loss, static_cast<Scalar>(shadow_.partial_fit(at(when.step - shadow_begin_), y)));
    }
    return loss;
  }

  /// Forgets the stream; keeps what was learned.
  void reset() {
    model_.reset();
    shadow_.reset();
  }

  /// Starts a shadow from the model's beginning; one that there is begins anew.
  void begin_shadow() {
    shadow_begin_ = time() - fresh_.time();
    shadow_ = fresh_;
    has_shadow_ = true;
    labels_ = 0;
    model_loss_ = shadow_loss_ = 0;
  }

  bool has_shadow() const { return has_shadow_; }
  std::int64_t swaps() const { return swaps_; }  ///< how often a shadow took over
  const M& model() const { return model_; }
  M& model() { return model_; }
  decltype(auto) optimizer() { return model_.optimizer(); }
  void reset_optimizer() { model_.reset_optimizer(); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("fresh", self.fresh_);
    visit("model", self.model_);
    visit("shadow", self.shadow_);
    visit("model_begin", self.model_begin_);
    visit("shadow_begin", self.shadow_begin_);
    visit("has_shadow", self.has_shadow_);
    visit("labels", self.labels_);
    visit("model_loss", self.model_loss_);
    visit("shadow_loss", self.shadow_loss_);
    visit("swaps", self.swaps_);
  }

 private:
  void compare(Scalar loss, Scalar shadow_loss) {
    if (!is_finite(loss) || !is_finite(shadow_loss)) {
      return;
    }
    ++labels_;
    // Both means start from 0, and are too small by the same factor.
    model_loss_ += options_.forgetting * (static_cast<double>(loss) - model_loss_);
    shadow_loss_ += options_.forgetting * (static_cast<double>(shadow_loss) - shadow_loss_);
    if (labels_ >= options_.least && model_loss_ - shadow_loss_ > options_.margin * std::abs(model_loss_)) {
      model_ = shadow_;
      model_begin_ = shadow_begin_;
      has_shadow_ = false;
      ++swaps_;
    } else if (labels_ >= options_.most) {
      has_shadow_ = false;
    }
  }

  ShadowOptions options_;
  M fresh_, model_, shadow_;
  Time model_begin_ = 0, shadow_begin_ = 0;  ///< the time at which each of them counted 0
  bool has_shadow_ = false;
  std::int64_t labels_ = 0, swaps_ = 0;  ///< labels that the shadow has had
  double model_loss_ = 0, shadow_loss_ = 0;
};

}  // namespace eddy
