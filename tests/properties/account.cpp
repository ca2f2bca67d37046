#include "account.hpp"

#include <eddy/core/finite.hpp>

#include <algorithm>
#include <limits>

namespace eddy::properties {

Written write(const Label& label, int targets) {
  Written written;
  const auto size = static_cast<std::size_t>(targets);
  bool bad = false, any = false;
  for (std::size_t i = 0; i < size; ++i) {
    const double value = label.values[i];
    const bool missing = is_nan(value);
    double weight = 1;
    if (label.form == Label::Form::weights) {
      weight = label.weights[i];
      bad |= !is_finite(weight) || weight < 0;
    }
    bad |= !missing && !is_finite(value);
    written.target.push_back(missing ? 0 : value);
    written.weight.push_back(missing ? 0 : weight);
    any |= is_finite(written.weight.back()) && written.weight.back() != 0;
  }
  written.kind = bad ? Written::Kind::not_finite : any ? Written::Kind::usable : Written::Kind::missing;
  return written;
}

Account::Moment* Account::find(std::int64_t when) {
  for (Moment& moment : window_) {
    if (moment.columns.front().time == when) {
      return &moment;
    }
  }
  return nullptr;
}

void Account::step(std::vector<Step> steps) {
  ++time_;
  ++since_reset_;
  for (Step& step : steps) {
    step.time = time_;
    step.target.assign(static_cast<std::size_t>(specification_.targets()), 0);
    step.weight.assign(step.target.size(), 0);
  }
  window_.push_back({std::move(steps), false});
  if (static_cast<int>(window_.size()) > slots_) {
    lost_ += window_.front().waits;
    window_.pop_front();
  }
}

Entered Account::enter(std::int64_t when, const std::vector<Label>& labels) {
  Entered entered;
  const int lost = lost_;
  lost_ = 0;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  Moment* const moment = find(when);
  if (batch_ ? time_ == 0 : since_reset_ == 0) {
    return {UpdateStatus::no_step, nan, lost + 1};
  }
  if (!moment) {
    return {UpdateStatus::label_too_late, nan, lost + 1};
  }
  entered.status = UpdateStatus::target_missing;
  std::vector<Values> errors(labels.size());
  int learning = 0;
  for (std::size_t c = 0; c < labels.size(); ++c) {
    Step& step = moment->columns[c];
    const Written written = write(labels[c], specification_.targets());
    UpdateStatus status = UpdateStatus::pending;
    if (!batch_ && step.gap) {
      status = UpdateStatus::input_not_finite;
    } else if (written.kind == Written::Kind::missing) {
      entered.skipped += !batch_;
      continue;
    } else if (written.kind == Written::Kind::not_finite) {
      status = UpdateStatus::target_not_finite;
    } else if (step.gap) {
      status = UpdateStatus::input_not_finite;
    } else {
      const bool finite =
          std::all_of(step.prediction.begin(), step.prediction.end(), [](double p) { return is_finite(p); });
      const double loss =
          finite ? loss_of(specification_.loss, step.prediction, written.target, written.weight, errors[c])
                 : nan;
      if (!is_finite(loss)) {
        errors[c].clear();
        status = UpdateStatus::loss_not_finite;
      } else {
        entered.loss += loss;
        ++learning;
        for (std::size_t i = 0; i < written.target.size(); ++i) {
          if (written.weight[i] != 0) {
            step.target[i] = written.target[i];
            step.weight[i] = written.weight[i];
          }
        }
        continue;
      }
    }
    entered.status = status;
    ++entered.skipped;
  }
  entered.skipped += lost;
  if (learning == 0) {
    entered.loss = nan;
    return entered;
  }
  entered.status = UpdateStatus::pending;
  entered.loss /= learning;
  moment->waits = true;
  for (std::size_t c = 0; c < labels.size(); ++c) {
    Values& error = moment->columns[c].error;
    error.resize(static_cast<std::size_t>(specification_.outputs()), 0);
    for (std::size_t i = 0; i < errors[c].size(); ++i) {
      error[i] += errors[c][i] / learning;
    }
  }
  return entered;
}

bool Account::due() const {
  const auto waiting = std::count_if(window_.begin(), window_.end(), [](const Moment& m) { return m.waits; });
  return waiting >= specification_.stride ||
         (waiting > 0 && (batch_ ? time_ : since_reset_) - last_sweep_ >= specification_.stride);
}

WindowGradient Account::sweep(const Values& now) {
  std::int64_t newest = 0, oldest = 0;
  for (const Moment& moment : window_) {
    if (moment.waits) {
      newest = moment.columns.front().time;
      oldest = oldest == 0 ? newest : oldest;
    }
  }
  // An amortized sweep has room for the steps forward that are taken meanwhile; it does not go back through
  // them.
  const std::int64_t first =
      specification_.amortized ? (std::min)(oldest, newest - specification_.window + 1) : 0;
  WindowGradient sum;
  sum.gradient.assign(now.size(), 0);
  for (std::size_t c = 0; c < states_.size(); ++c) {
    std::vector<const Step*> steps;
    for (const Moment& moment : window_) {
      if (moment.columns.front().time <= newest && moment.columns.front().time >= first) {
        steps.push_back(&moment.columns[c]);
      }
    }
    const WindowGradient one = gradient_of(specification_, steps, now, specification_.tolerance, oldest);
    sum.doubtful |= one.doubtful;
    for (std::size_t i = 0; i < now.size(); ++i) {
      sum.gradient[i] += one.gradient[i];
    }
  }
  for (Moment& moment : window_) {
    moment.waits = false;
    for (Step& step : moment.columns) {
      step.error.clear();
    }
  }
  last_sweep_ = batch_ ? time_ : since_reset_;
  newest_swept_ = newest;
  return sum;
}

void Account::reset() {
  if (batch_) {
    for (std::size_t column = 0; column < states_.size(); ++column) {
      reset(static_cast<int>(column));
    }
    last_sweep_ = time_;
    return;
  }
  window_.clear();
  since_reset_ = last_sweep_ = 0;
  std::fill(states_.front().begin(), states_.front().end(), 0);
}

void Account::reset(int column) {
  const auto c = static_cast<std::size_t>(column);
  std::fill(states_[c].begin(), states_[c].end(), 0);
  for (Moment& moment : window_) {
    Step& step = moment.columns[c];
    step.gap = true;
    step.error.clear();
    // A step waits no longer at which no other stream has an error.
    moment.waits =
        moment.waits && std::any_of(moment.columns.begin(), moment.columns.end(), [](const Step& other) {
          return std::any_of(other.error.begin(), other.error.end(), [](double e) { return e != 0; });
        });
  }
  last_sweep_ = states_.size() == 1 ? time_ : last_sweep_;
}

std::vector<Step> Account::window_to_keep() const {
  std::vector<Step> steps;
  for (const Moment& moment : window_) {
    const Step& step = moment.columns.front();
    if (step.time <= newest_swept_ && !(steps.empty() && step.gap)) {
      steps.push_back(step);
    }
  }
  return steps;
}

}  // namespace eddy::properties
