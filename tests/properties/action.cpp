#include "action.hpp"

#include <eddy/core/finite.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace eddy::properties {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

/// How the samples and labels of a case come: drawn once, so that there are prompt labels and late ones,
/// bursts and silence.
struct Habits {
  explicit Habits(Random& random, const Case& own)
      : specification(own.specification),
        wild(own.wild),
        batch(own.mirror              ? 1
              : happens(random, 0.25) ? value_between(random, 0.2, 0.9)
                                      : 0.0),
        own_stream(value_between(random, 0.3, 1)),
        prompt(own.specification.amortized && happens(random, 0.6) ? 1 : value_between(random, 0, 1)),
        labelled(happens(random, 0.3) ? value_between(random, 0.02, 0.3) : value_between(random, 0.3, 1)),
        missing_target(happens(random, 0.4) ? value_between(random, 0, 0.6) : 0.02),
        bad_x(happens(random, 0.5) ? value_between(random, 0, 0.2) : 0.01),
        bad_y(happens(random, 0.5) ? value_between(random, 0, 0.1) : 0.005),
        housekeeping(happens(random, 0.5) ? 0.05 : 0.2),
        weighted(happens(random, 0.3) ? 0.3 : 0.02),
        unchanging(happens(random, 0.4)) {
    if (wild) {
      const bool is_float = specification.is_float;
      const double edge = is_float ? 18.5 : 153.3, largest = is_float ? 38 : 307;
      // Around the edge squares and their sums overflow.
      scale_y = std::pow(10, happens(random, 0.5) ? value_between(random, edge - 1, edge + 1)
                                                  : value_between(random, -largest, largest));
      scale_x = happens(random, 0.6) ? 1 : std::pow(10, value_between(random, -largest, largest));
    }
  }

  const Specification& specification;
  bool wild;
  double batch, own_stream, prompt, labelled, missing_target, bad_x, bad_y, housekeeping, weighted;
  bool unchanging;  ///< neither the learning rate nor the weights are set by hand
  double scale_x = 1, scale_y = 1;
};

Values draw_x(Random& random, const Habits& habits) {
  Values x;
  const auto& s = habits.specification;
  const double style = random.uniform();
  if (s.parts.front().kind == Kind::embedding) {
    const int symbols = s.parts.front().inputs;
    x.push_back(happens(random, habits.bad_x) ? (style < 0.4   ? symbols
                                                 : style < 0.7 ? 0.5
                                                 : style < 0.9 ? nan
                                                               : -1)
                                              : below(random, symbols));
    return x;
  }
  for (int i = 0; i < s.inputs(); ++i) {
    x.push_back(style < 0.05 ? 0 : habits.scale_x * value_between(random, -1.5, 1.5));
    if (habits.wild && happens(random, 0.02)) {
      x.back() = habits.scale_y * value_between(random, -1, 1);
    }
  }
  if (happens(random, habits.bad_x)) {
    x[static_cast<std::size_t>(below(random, s.inputs()))] = happens(random, 0.7) ? nan
                                                             : style < 0.5        ? infinity
                                                                                  : -infinity;
  }
  return x;
}

/// A class as a vector, for some outputs; of no class if it is missing.
void append_class(Random& random, int classes, bool missing, Values& y) {
  const int chosen = below(random, classes);
  for (int k = 0; k < classes; ++k) {
    y.push_back(missing ? nan : k == chosen);
  }
}

Values draw_y(Random& random, const Habits& habits) {
  const auto& s = habits.specification;
  const int targets = s.targets();
  Values y;
  if (s.loss.kind == LossKind::softmax) {
    append_class(random, targets, happens(random, habits.missing_target), y);
    return y;
  }
  for (int i = 0; i < targets; ++i) {
    double value = value_between(random, -1.5, 1.5);
    if (s.loss.kind == LossKind::logistic) {
      value = happens(random, 0.7) ? below(random, 2) : value_between(random, 0, 1);
    } else if (s.loss.kind == LossKind::poisson) {
      value = below(random, 4);
    }
    y.push_back(happens(random, habits.missing_target) ? nan : value * habits.scale_y);
    if (s.loss.kind == LossKind::tasks) {
      append_class(random, targets - 1, happens(random, habits.missing_target), y);
      break;
    }
  }
  if (happens(random, habits.bad_y)) {
    y[static_cast<std::size_t>(below(random, targets))] = happens(random, 0.6) ? infinity : -infinity;
  }
  return y;
}

Label draw_label(Random& random, const Habits& habits) {
  Label label;
  const int targets = habits.specification.targets();
  label.values = draw_y(random, habits);
  if (habits.specification.loss.kind == LossKind::softmax && happens(random, 0.5)) {
    label.form = Label::Form::class_index;
    label.index = below(random, targets);
    std::fill(label.values.begin(), label.values.end(), 0);
    label.values[static_cast<std::size_t>(label.index)] = 1;
  } else if (happens(random, habits.weighted)) {
    label.form = Label::Form::weights;
    for (int i = 0; i < targets; ++i) {
      const double kind = random.uniform();
      label.weights.push_back(kind < 0.1    ? 0
                              : kind < 0.12 ? -1
                              : kind < 0.14 ? nan
                                            : value_between(random, 0, 2));
    }
  } else if (habits.specification.loss.kind == LossKind::tasks && happens(random, 0.5)) {
    const auto chosen = std::find(label.values.begin() + 1, label.values.end(), 1.0);
    label.index = chosen == label.values.end() ? -1 : static_cast<int>(chosen - label.values.begin()) - 1;
    const bool infinite = std::any_of(label.values.begin(), label.values.end(),
                                      [](double v) { return !is_finite(v) && !is_nan(v); });
    const bool none = label.index < 0 && is_nan(label.values[0]);
    label.form = infinite || none || (label.index < 0 && !is_nan(label.values.back())) ? Label::Form::values
                                                                                       : Label::Form::tasks;
  }
  return label;
}

void draw_batch(Random& random, const Habits& habits, Action& action) {
  for (int stream = 0; stream < habits.specification.batch; ++stream) {
    const Values x = draw_x(random, habits), y = draw_y(random, habits);
    action.x.insert(action.x.end(), x.begin(), x.end());
    action.y.insert(action.y.end(), y.begin(), y.end());
  }
  if (happens(random, 0.2)) {
    for (int stream = 0; stream < habits.specification.batch; ++stream) {
      action.mask.push_back(happens(random, 0.7));
    }
  }
}

int draw_delay(Random& random, const Habits& habits) {
  const int window = habits.specification.window;
  return happens(random, 0.1) ? window - 1 + below(random, 4) : below(random, window + 1);
}

Action draw_housekeeping(Random& random, const Habits& habits, bool batch) {
  static constexpr Verb verbs[] = {
      Verb::reset,    Verb::reset,  Verb::reset,         Verb::reset_optimizer, Verb::freeze,
      Verb::unfreeze, Verb::copy,   Verb::learning_rate, Verb::scale_weights,   Verb::forget_rehearsed,
      Verb::move,     Verb::reload, Verb::reload,        Verb::unfreeze};
  Action action;
  action.verb = verbs[below(random, 14)];
  action.variant = below(random, 2);
  action.stream = batch ? below(random, habits.specification.batch + 1) - 1 : below(random, 3);
  action.layer = below(random, static_cast<int>(habits.specification.parts.size()));
  if (action.verb == Verb::reset && batch) {
    action.verb = Verb::batch_reset;
  }
  if (action.verb == Verb::learning_rate) {
    action.number = static_cast<double>(static_cast<float>(std::pow(10, value_between(random, -4, -1.7))));
  }
  action.number = action.verb == Verb::scale_weights ? value_between(random, 0.7, 1.1) : action.number;
  if (habits.unchanging && (action.verb == Verb::learning_rate || action.verb == Verb::scale_weights)) {
    action.verb = Verb::copy;
  }
  return action;
}

Action draw_action(Random& random, const Habits& habits) {
  const bool batch = happens(random, habits.batch);
  if (happens(random, habits.housekeeping * 0.5)) {
    return draw_housekeeping(random, habits, batch);
  }
  Action action;
  action.variant = below(random, 3);
  const bool labelled = happens(random, habits.labelled), prompt = happens(random, habits.prompt);
  if (batch) {
    draw_batch(random, habits, action);
    action.verb = !labelled              ? Verb::batch_step
                  : prompt               ? Verb::batch_fit
                  : happens(random, 0.3) ? Verb::batch_newest
                                         : Verb::batch_at;
    action.delay = draw_delay(random, habits);
    return action;
  }
  action.stream = happens(random, habits.own_stream) ? 0 : below(random, 3);
  action.verb = !labelled               ? Verb::step
                : prompt                ? Verb::fit
                : happens(random, 0.25) ? Verb::fit_newest
                                        : Verb::fit_at;
  action.x = draw_x(random, habits);
  action.label = draw_label(random, habits);
  action.delay = draw_delay(random, habits);
  return action;
}

}  // namespace

Case draw_case(std::uint64_t seed, int actions) {
  Random random(seed * 0x9e3779b97f4a7c15u + 0x1234567);
  Case own;
  own.seed = seed;
  own.wild = happens(random, 0.25);
  own.specification = draw_specification(random, own.wild);
  auto& s = own.specification;
  own.mirror = !own.wild && !s.is_float && !s.amortized && happens(random, 0.1);
  if (own.mirror) {
    s.batch = 1;
    s.tolerance = 0;
    s.rehearsal = RehearsalKind::none;
    s.replays = 0;
  }
  const Habits habits(random, own);
  const int length = happens(random, 0.04) ? 20 : 1;  // faults that take long to add up
  const int count = length * (actions / 2 + below(random, actions));
  for (int i = 0; i < count; ++i) {
    own.actions.push_back(draw_action(random, habits));
    if (happens(random, 0.02)) {  // a burst, or a silence
      const Action again = own.actions.back();
      for (int k = below(random, 2 * s.window + 2); k > 0; --k) {
        own.actions.push_back(again);
        own.actions.back().verb = again.mask.empty() && again.y.empty()
                                      ? (happens(random, 0.5) ? Verb::step : again.verb)
                                      : Verb::batch_step;
        if (again.x.empty()) {
          own.actions.pop_back();
        }
      }
    }
  }
  return own;
}

}  // namespace eddy::properties
