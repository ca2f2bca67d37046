#pragma once

#include "calls.hpp"
#include "run.hpp"

#include <memory>

namespace eddy::properties {

/// A batch of one stream beside a stream of another model of the same seed: the same samples and labels make
/// the same weights, up to the order of sums.
class Mirror {
 public:
  Mirror(const Case& own, std::vector<std::string>* calls)
      : stream_(make_subject(own.specification)), batch_(make_subject(own.specification)), calls_(calls) {
    calls_.declare(own, 2);
  }

  void act(const Action& action) {
    if (!batch_->has_batch()) {
      return;
    }
    const bool active = action.mask.empty() || action.mask.front();
    Label label;
    label.values = action.y;
    Values x = action.x;
    if (!active) {
      x.assign(x.size(), std::numeric_limits<double>::quiet_NaN());
    }
    double stream_loss = 0, batch_loss = 0;
    const std::string text = calls_.values(x), columns = calls_.matrix(x, 1), y = calls_.values(action.y),
                      labels = calls_.matrix(action.y, 1);
    switch (action.verb) {
      case Verb::batch_step:
        calls_.add("a.step(" + text + "), b.step(batch, " + columns + ");");
        stream_->step(0, x);
        batch_->step_batch(x, {});
        break;
      case Verb::batch_fit:
        calls_.add("a.partial_fit(" + text + ", " + y + "), b.partial_fit(batch, " + columns + ", " + labels +
                   ");");
        stream_loss = stream_->fit(0, x, label);
        batch_loss = batch_->fit_batch(x, action.y, {});
        break;
      case Verb::batch_newest:
      case Verb::batch_at: {
        const int delay = action.verb == Verb::batch_newest ? 0 : action.delay;
        const std::string when = std::to_string(delay);
        calls_.add("a.partial_fit(eddy::at(a.time() - " + when + "), " + y +
                   "), b.partial_fit(batch, eddy::at(batch.time() - " + when + "), " + labels + ");");
        stream_loss = stream_->fit_at(0, stream_->time(0) - delay, label);
        batch_loss = batch_->fit_batch_at(batch_->batch_time() - delay, action.y);
        break;
      }
      case Verb::batch_reset:
        calls_.add("a.reset(), batch.reset();");
        stream_->reset(0);
        batch_->reset_batch(-1);
        break;
      case Verb::reset_optimizer:
        calls_.add("a.reset_optimizer(), b.reset_optimizer();");
        stream_->reset_optimizer();
        batch_->reset_optimizer();
        break;
      case Verb::learning_rate:
        calls_.add("a.optimizer().learning_rate = b.optimizer().learning_rate = " + literal(action.number) +
                   ";");
        stream_->set_learning_rate(action.number);
        batch_->set_learning_rate(action.number);
        break;
      default:
        return;
    }
    compare(stream_->parameters(), batch_->parameters(), "weights");
    compare({stream_loss}, {batch_loss}, "loss");
  }

 private:
  /// Sums in another order differ by roundings, which some hundred updates make larger.
  static void compare(const Values& a, const Values& b, const std::string& what) {
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!is_finite(a[i]) && !is_finite(b[i])) {
        continue;
      }
      if (!is_finite(a[i]) || !is_finite(b[i]) || std::abs(a[i] - b[i]) > 1e-6 * (1 + std::abs(a[i]))) {
        throw Finding{"a batch of one stream equals a stream",
                      what + " " + std::to_string(i) + " is " + literal(a[i]) + " by a stream, " +
                          literal(b[i]) + " by a batch",
                      0};
      }
    }
  }

  std::unique_ptr<Subject> stream_, batch_;
  Calls calls_;
};

}  // namespace eddy::properties
