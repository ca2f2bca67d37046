#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/streaming/drift_detector.hpp>

#include <cstdint>
#include <tuple>
#include <utility>

namespace eddy {

/// What is done to a model when its stream has changed: a callable `reaction(model)`. One that takes time has
/// `advance(model)`, too, which is called once a sample before that.
template <class R, class M>
concept ReactionOf = requires(R& reaction, M& model) {
  reaction(model);
};

/// Tells a reaction that goes on for a while of the next sample.
template <class Reaction, class M>
void advance_reaction(Reaction& reaction, M& model) {
  if constexpr (requires { reaction.advance(model); }) {
    reaction.advance(model);
  }
}

/// Does something to a model when a change is found:
///
///   OnDrift on_drift(Adwin{}, RaiseLearningRate({.factor = 4}));
///   on_drift.update(model, model.partial_fit(x, y));
///
/// Any detector, and as a reaction any callable that takes the model: a lambda will do.
template <DriftDetector D, class Reaction>
class OnDrift {
 public:
  static constexpr const char* kind = "OnDrift";
  using KindParts = Types<D, Reaction>;

  /// Around copies of both.
  OnDrift(const D& detector, const Reaction& reaction) : detector_(detector), reaction_(reaction) {}

  /// Shows the detector the newest value, usually the loss; true if a change is found, after the reaction. A
  /// value that is not finite, as the loss of a sample without a label, is passed over; one that the detector
  /// refuses changes nothing.
  template <class M>
  requires ReactionOf<Reaction, M>
  bool update(M& model, double value) {
    const bool found = detector_.update(value);
    advance_reaction(reaction_, model);
    if (!found) {
      return false;
    }
    ++changes_;
    reaction_(model);
    return true;
  }

  std::int64_t changes() const { return changes_; }  ///< found so far
  /// What watches the losses.
  const D& detector() const { return detector_; }
  /// What is done when they have changed.
  const Reaction& reaction() const { return reaction_; }

  /// Forgets the stream; a reaction that is under way goes on.
  void reset() { detector_.reset(); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("detector", self.detector_);
    visit("changes", self.changes_);
    if constexpr (requires { Reaction::visit_state(self.reaction_, visit); }) {
      visit("reaction", self.reaction_);
    }
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(changes_); }

 private:
  D detector_;
  Reaction reaction_;
  std::int64_t changes_ = 0;
};

/// Settings of `RaiseLearningRate`.
struct RaiseLearningRateOptions {
  double factor = 4;  ///< on the learning rate
  int samples = 500;  ///< how long

  /// Throws unless all are in range.
  void check() const {
    check_setting("factor", factor, between(0, 1e6));
    check_setting("samples", samples, at_least(1));
  }
};

/// A reaction: the model learns faster for a while. A change within that time prolongs it; at its end the
/// learning rate is again what it was before, whatever was made of it meanwhile.
class RaiseLearningRate {
 public:
  static constexpr const char* kind = "RaiseLearningRate";

  /// Throws `std::invalid_argument` if a setting is out of range.
  explicit RaiseLearningRate(RaiseLearningRateOptions options = {}) : options_((options.check(), options)) {}

  /// Reacts.
  template <class M>
  void operator()(M& model) {
    if (remaining_ == 0) {
      before_ = static_cast<double>(model.optimizer().learning_rate);
    }
    remaining_ = options_.samples;
    model.optimizer().learning_rate = before_ * options_.factor;
  }
  /// Takes notice of the next sample.
  template <class M>
  void advance(M& model) {
    if (remaining_ > 0 && --remaining_ == 0) {
      model.optimizer().learning_rate = before_;
    }
  }

  /// For how many more samples the rate is raised.
  int remaining() const { return remaining_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("remaining", self.remaining_);
    visit("before", self.before_);
  }

 private:
  RaiseLearningRateOptions options_;
  int remaining_ = 0;
  double before_ = 0;
};

/// A reaction: the optimizer begins anew, without what it remembers of the gradients of the past.
struct ResetMoments {
  static constexpr const char* kind = "ResetMoments";

  /// Reacts.
  template <class M>
  void operator()(M& model) const {
    model.reset_optimizer();
  }
};

/// A reaction: a `Shadowed` model begins to teach a second one.
struct BeginShadow {
  static constexpr const char* kind = "BeginShadow";

  /// Reacts.
  template <class M>
  void operator()(M& model) const {
    model.begin_shadow();
  }
};

/// Several reactions, one after the other: `InTurn(ResetMoments{}, RaiseLearningRate{})`.
template <class... Reactions>
class InTurn {
 public:
  static constexpr const char* kind = "InTurn";
  using KindParts = Types<Reactions...>;

  /// Around copies of the reactions.
  explicit InTurn(const Reactions&... reactions) : reactions_(reactions...) {}

  /// Reacts by all of them, in turn.
  template <class M>
  requires(ReactionOf<Reactions, M>&&...) void operator()(M& model) {
    std::apply([&](auto&... reaction) { (reaction(model), ...); }, reactions_);
  }
  /// Takes notice of the next sample.
  template <class M>
  void advance(M& model) {
    std::apply([&](auto&... reaction) { (advance_reaction(reaction, model), ...); }, reactions_);
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    std::apply([&](auto&... reaction) { (show(reaction, visit), ...); }, self.reactions_);
  }

 private:
  template <class Reaction, class Visit>
  static void show(Reaction& reaction, Visit& visit) {
    if constexpr (requires { std::remove_const_t<Reaction>::visit_state(reaction, visit); }) {
      visit("reaction", reaction);
    }
  }

  std::tuple<Reactions...> reactions_;
};

}  // namespace eddy
