#include "student.hpp"

#include <eddy/core/finite.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace eddy::properties {
namespace {

const char* const paths[] = {"model.stream.tape.state", "stream1.tape.state", "stream2.tape.state",
                             "batch.tape.state"};
const char* const stream_names[] = {"", "stream1", "stream2"};

/// "stream1, " as the first argument of a call.
std::string argument(int stream) { return stream == 0 ? "" : std::string(stream_names[stream]) + ", "; }

/// The numbers of one part of a state.
struct PartOfState final : StateVisit {
  explicit PartOfState(const std::string& path) : wanted(path) {}
  void part(const std::string& path, const char* bytes, std::size_t count, std::size_t size) override {
    if (path != wanted) {
      return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      float single;
      double number;
      std::memcpy(&bits, bytes + i * size, size);
      std::memcpy(&single, bytes + i * size, sizeof single);
      std::memcpy(&number, &bits, sizeof number);
      numbers.push_back(size == sizeof(float) ? static_cast<double>(single) : number);
    }
  }
  const std::string wanted;
  Values numbers;
  std::uint64_t bits = 0;
};

Values numbers(const Subject& subject, const std::string& path) {
  PartOfState part(path);
  subject.visit_state(part);
  return part.numbers;
}

std::uint64_t random_state(const Subject& subject) {
  PartOfState part("model.trainer.random.state");
  subject.visit_state(part);
  return part.bits;
}

/// A label as a vector, whatever its form.
Label plain(Label label) {
  label.form = label.form == Label::Form::weights ? label.form : Label::Form::values;
  return label;
}

std::string pair(const char* what, std::size_t i, double is, double expected) {
  return std::string(what) + " " + std::to_string(i) + " is " + literal(is) + ", expected " +
         literal(expected);
}

double largest(const Values& values) {
  double most = 0;
  for (const double v : values) {
    most = (std::max)(most, std::abs(v));
  }
  return most;
}

bool all_finite(const Values& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return is_finite(v); });
}

}  // namespace

Student::Student(const Case& own, std::vector<std::string>* calls)
    : specification_(own.specification),
      calls_(calls),
      model_(make_subject(specification_)),
      twin_(make_subject(specification_)),
      tame_(!own.wild),
      frozen_(specification_.parts.size(), false),
      learning_rate_(specification_.optimizer.learning_rate) {
  for (int column = 0; column < 3; ++column) {
    accounts_.emplace_back(specification_, 1, false);
  }
  accounts_.emplace_back(specification_, specification_.batch, true);
  resting_ = learning_rate_ == 0 && std::none_of(own.actions.begin(), own.actions.end(), [](const Action& a) {
               return a.verb == Verb::learning_rate || a.verb == Verb::scale_weights;
             });
  for (int stream = 0; resting_ && stream < 3; ++stream) {
    apart_[stream] = make_subject(specification_);
  }
  initial_ = model_->parameters();
  for (std::size_t i = 0; i < frozen_.size(); ++i) {
    frozen_[i] = is_frozen(specification_.parts[i].wrap);
  }
  calls_.declare(own, 1);
  check_all();
}

void Student::Bits::part(const std::string& path, const char* data, std::size_t count, std::size_t size) {
  paths.emplace_back(bytes.size(), path);
  bytes.append(data, count * size);
}

void Student::Bits::take(const Subject& subject) {
  bytes.clear();
  paths.clear();
  subject.visit_state(*this);
}

std::string Student::Bits::where_it_differs(const Bits& other) const {
  const auto at = static_cast<std::size_t>(
      std::mismatch(bytes.begin(), bytes.end(), other.bytes.begin(), other.bytes.end()).first -
      bytes.begin());
  std::string path = "nothing";
  for (const auto& [begin, name] : paths) {
    path = begin <= at && at < bytes.size() ? name : path;
  }
  return path;
}

void Student::same_bits(const Values& a, const Values& b, const char* check) const {
  hold(a.size() == b.size(), check, "sizes differ");
  for (std::size_t i = 0; i < a.size(); ++i) {
    hold(std::memcmp(&a[i], &b[i], sizeof a[i]) == 0, check, pair("value", i, a[i], b[i]));
  }
}

bool Student::near(const Values& a, const Values& b, double tolerance) const {
  const double scale = 1 + largest(b);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!(std::abs(a[i] - b[i]) <= tolerance * scale)) {
      return false;
    }
  }
  return a.size() == b.size();
}

void Student::act(const Action& action) {
  weights_ = model_->parameters();
  moments_ = model_->moments();
  current_ = std::make_shared<const Values>(weights_);
  random_ = random_state(*model_);
  update_ = model_->last_update();
  if (largest(weights_) > 1e4) {
    tame_ = false;  // it has diverged
  }
  switch (action.verb) {
    case Verb::step:
      step(action);
      break;
    case Verb::fit:
    case Verb::fit_newest:
    case Verb::fit_at:
      learn(action);
      break;
    case Verb::batch_step:
      step_batch(action);
      break;
    case Verb::batch_fit:
    case Verb::batch_newest:
    case Verb::batch_at:
      learn_batch(action);
      break;
    default:
      keep_house(action);
  }
  check_all();
}

Step Student::taken(const Values& x, const Values& state_before, bool has_sample, const Values& y,
                    const Values& state_after) {
  Step step;
  step.x = x;
  step.state_before = state_before;
  step.prediction = y;
  step.weights = current_;
  step.gap = !has_sample || !all_finite(x);
  Values expected_y, expected_state = state_before;
  if (!step.gap) {
    Graph graph(0, false);
    std::vector<Variable> state;
    for (const double value : state_before) {
      state.push_back({value, -1});
    }
    for (const Variable& v : step_forward(graph, specification_, {&weights_, &weights_}, x, state)) {
      expected_y.push_back(v.value);
    }
    Values after;
    for (const Variable& v : state) {
      after.push_back(v.value);
    }
    step.gap = !all_finite(after) || (after.empty() && !all_finite(y));
    expected_state = step.gap ? state_before : after;
  }
  if (step.gap) {
    same_bits(state_after, state_before, "a step that is passed over leaves the state");
    hold(std::none_of(y.begin(), y.end(), [](double p) { return is_finite(p); }),
         "the prediction of a step that is passed over is NaN");
    return step;
  }
  if (largest(y) > 1e6 || largest(state_after) > 1e6) {
    tame_ = false;
    return step;
  }
  const double tolerance = specification_.is_float ? 1e-4 : 1e-9;
  if (all_finite(expected_y)) {
    hold(near(y, expected_y, tolerance), "the prediction is that of the reference",
         pair("output", 0, y[0], expected_y[0]));
  } else {
    hold(std::none_of(y.begin(), y.end(), [](double p) { return is_finite(p); }) || !all_finite(y),
         "the prediction for no symbol is NaN");
  }
  hold(near(state_after, expected_state, tolerance), "the state is that of the reference");
  return step;
}

void Student::note_step(int stream, const Values& x, const Values& y) {
  if (apart_[stream]) {
    same_bits(apart_[stream]->step(stream, x), y,
              "with a learning rate of 0, predictions equal those of steps alone");
    same_bits(numbers(*apart_[stream], paths[stream]), numbers(*model_, paths[stream]),
              "interleaved streams equal the same streams apart");
  }
  Account& account = accounts_[static_cast<std::size_t>(stream)];
  const Values after = numbers(*model_, paths[stream]);
  if (tame_) {
    account.step({taken(x, account.state(0), true, y, after)});
  }
  account.state(0) = after;
}

void Student::step(const Action& action) {
  const int stream = action.stream;
  const Values promised = model_->predict(stream, action.x);
  calls_.add("model.step(" + argument(stream) + calls_.values(action.x) + ");");
  const Values y = model_->step(stream, action.x);
  same_bits(promised, y, "predict returns what step returns");
  same_bits(model_->prediction(stream), y, "prediction() is that of the latest step");
  same_bits(twin_->step(stream, action.x), y, "the twin predicts the same");
  note_step(stream, action.x, y);
}

void Student::learn(const Action& action) {
  const int stream = action.stream;
  Account& account = accounts_[static_cast<std::size_t>(stream)];
  double loss = 0, twin_loss = 0;
  if (action.verb == Verb::fit) {
    // The twin takes the step first, so that the model's state after the step can be had before it learns.
    const Values y = model_->predict(stream, action.x);
    Expected expected;
    calls_.add("model.partial_fit(" + argument(stream) + calls_.values(action.x) + ", " +
               calls_.label(action.label) + ");");
    same_bits(twin_->step(stream, action.x), y, "predict returns what step returns");
    loss = model_->fit(stream, action.x, action.label);
    same_bits(model_->prediction(stream), y, "prediction() is the one made before the label");
    note_step(stream, action.x, y);
    if (tame_) {
      expected = expect(account, account.time(), {action.label}, true);
    }
    twin_loss = action.variant == 0 ? twin_->fit(stream, plain(action.label))
                                    : twin_->fit_at(stream, twin_->time(stream), plain(action.label));
    same_bits({loss}, {twin_loss}, "partial_fit(x, y) equals step(x), partial_fit(y)");
    check_label(expected, loss, account, stream);
    return;
  }
  const int delay = action.verb == Verb::fit_newest ? 0 : action.delay;
  const std::int64_t when = model_->time(stream) - delay;
  late_[stream] = awaited_[stream].doubtful = true;
  Expected expected;
  if (tame_) {
    expected = expect(account, when, {action.label}, true);
  }
  if (action.verb == Verb::fit_newest) {
    calls_.add("model.partial_fit(" + argument(stream) + calls_.label(action.label) + ");");
    loss = model_->fit(stream, action.label);
  } else {
    calls_.add("model.partial_fit(" + argument(stream) + "eddy::at(" + std::to_string(when) + "), " +
               calls_.label(action.label) + ");");
    loss = model_->fit_at(stream, when, action.label);
  }
  twin_loss = twin_->fit_at(stream, when, plain(action.label));
  same_bits({loss}, {twin_loss}, "a late label without delay equals an immediate one");
  check_label(expected, loss, account, stream);
}

void Student::note_batch_step(const Values& x, const std::vector<char>& mask, const Values& y) {
  Account& account = accounts_[3];
  const auto inputs = static_cast<std::size_t>(specification_.inputs()),
             outputs = static_cast<std::size_t>(specification_.outputs()),
             size = static_cast<std::size_t>(specification_.state());
  const Values states = numbers(*model_, paths[3]);
  std::vector<Step> steps;
  for (int s = 0; s < specification_.batch; ++s) {
    const auto c = static_cast<std::size_t>(s);
    const auto part = [c](const Values& all, std::size_t length) {
      return Values(all.begin() + static_cast<std::ptrdiff_t>(c * length),
                    all.begin() + static_cast<std::ptrdiff_t>((c + 1) * length));
    };
    const Values after = part(states, size);
    if (tame_) {
      steps.push_back(
          taken(part(x, inputs), account.state(s), mask.empty() || mask[c], part(y, outputs), after));
    }
    account.state(s) = after;
  }
  if (tame_) {
    account.step(std::move(steps));
  }
}

void Student::step_batch(const Action& action) {
  if (!model_->has_batch()) {
    return;
  }
  calls_.add("model.step(batch, " + calls_.matrix(action.x, specification_.batch) + calls_.mask(action.mask) +
             ");");
  const Values y = model_->step_batch(action.x, action.mask);
  same_bits(twin_->step_batch(action.x, action.mask), y, "the twin predicts the same");
  note_batch_step(action.x, action.mask, y);
}

void Student::learn_batch(const Action& action) {
  if (!model_->has_batch()) {
    return;
  }
  Account& account = accounts_[3];
  std::vector<Label> labels(static_cast<std::size_t>(specification_.batch));
  const auto targets = static_cast<std::ptrdiff_t>(specification_.targets());
  for (std::size_t s = 0; s < labels.size(); ++s) {
    const auto begin = action.y.begin() + static_cast<std::ptrdiff_t>(s) * targets;
    labels[s].values.assign(begin, begin + targets);
  }
  const int streams = specification_.batch;
  double loss = 0, twin_loss = 0;
  Expected expected;
  if (action.verb == Verb::batch_fit) {
    calls_.add("model.partial_fit(batch, " + calls_.matrix(action.x, streams) + ", " +
               calls_.matrix(action.y, streams) + calls_.mask(action.mask) + ");");
    const Values y = twin_->step_batch(action.x, action.mask);
    loss = model_->fit_batch(action.x, action.y, action.mask);
    note_batch_step(action.x, action.mask, y);
    if (tame_) {
      expected = expect(account, account.time(), labels, false);
    }
    twin_loss =
        action.variant == 0 ? twin_->fit_batch(action.y) : twin_->fit_batch_at(twin_->batch_time(), action.y);
  } else {
    const std::int64_t when = model_->batch_time() - (action.verb == Verb::batch_newest ? 0 : action.delay);
    if (tame_) {
      expected = expect(account, when, labels, false);
    }
    if (action.verb == Verb::batch_newest) {
      calls_.add("model.partial_fit(batch, " + calls_.matrix(action.y, streams) + ");");
      loss = model_->fit_batch(action.y);
    } else {
      calls_.add("model.partial_fit(batch, eddy::at(" + std::to_string(when) + "), " +
                 calls_.matrix(action.y, streams) + ");");
      loss = model_->fit_batch_at(when, action.y);
    }
    twin_loss = twin_->fit_batch_at(when, action.y);
  }
  same_bits({loss}, {twin_loss}, "the same label by another call has the same loss");
  check_label(expected, loss, account, -1);
}

Student::Expected Student::expect(Account& account, std::int64_t when, const std::vector<Label>& labels,
                                  bool rehearses) {
  Expected expected;
  expected.entered = account.enter(when, labels);
  if (specification_.amortized && (!rehearses || !resting_)) {
    return expected;  // a batch has errors of its own, and moving weights move the sweep that is under way
  }
  expected.update = account.due();
  if (expected.update) {
    expected.gradient = account.sweep(weights_);
    // A sweep that ends above frozen layers measures less of the error than the reference.
    const bool frozen = std::any_of(frozen_.begin(), frozen_.end(), [](char f) { return f != 0; });
    expected.gradient.doubtful |= specification_.tolerance > 0 && frozen;
    if (rehearses) {
      add_rehearsal(expected.gradient);
    }
    std::size_t first = 0;
    for (std::size_t i = 0; i < frozen_.size(); ++i) {
      const auto count = static_cast<std::size_t>(parameters_of(specification_.parts[i]));
      if (frozen_[i]) {
        std::fill_n(expected.gradient.gradient.begin() + static_cast<std::ptrdiff_t>(first), count, 0);
      }
      first += count;
    }
  }
  return expected;
}

void Student::add_rehearsal(WindowGradient& gradient) {
  const int replays =
      specification_.rehearsal == RehearsalKind::none || kept_.empty() ? 0 : specification_.replays;
  if (replays == 0) {
    return;
  }
  const double share = 1.0 / (1 + replays);
  for (double& g : gradient.gradient) {
    g *= share;
  }
  Random random(random_);
  for (int replay = 0; replay < replays; ++replay) {
    std::vector<Step> steps = kept_[static_cast<std::size_t>(random.below(kept_.size()))].steps;
    std::vector<Variable> state;
    for (const double value : steps.front().state_before) {
      state.push_back({value, -1});
    }
    std::int64_t oldest = 0;
    bool any = false;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      Step& step = steps[i];
      step.weights = current_;
      step.error.clear();
      if (step.gap) {
        continue;
      }
      Graph graph(0, false);
      Values prediction;
      for (const Variable& v : step_forward(graph, specification_, {&weights_, &weights_}, step.x, state)) {
        prediction.push_back(v.value);
      }
      const auto age = static_cast<int>(steps.size() - 1 - i);
      const bool labelled =
          std::any_of(step.weight.begin(), step.weight.end(), [](double w) { return w != 0; });
      if (age < specification_.stride && labelled) {
        loss_of(specification_.loss, prediction, step.target, step.weight, step.error);
        const bool kinked = specification_.loss.kind == LossKind::absolute ||
                            specification_.loss.kind == LossKind::pinball ||
                            specification_.loss.kind == LossKind::quantiles;
        for (std::size_t k = 0; kinked && k < step.target.size(); ++k) {
          gradient.doubtful |= std::abs(prediction[k] - step.target[k]) < 1e-5;
        }
        oldest = any ? oldest : step.time;
        any = true;
      }
    }
    if (!any) {
      continue;
    }
    std::vector<const Step*> window;
    for (const Step& step : steps) {
      window.push_back(&step);
    }
    while (window.back()->error.empty()) {
      window.pop_back();
    }
    const WindowGradient one =
        gradient_of(specification_, window, weights_, specification_.tolerance, oldest);
    gradient.doubtful |= one.doubtful;
    for (std::size_t i = 0; i < one.gradient.size(); ++i) {
      gradient.gradient[i] += share * one.gradient[i];
    }
  }
}

void Student::keep_window(const Account& account) {
  if (specification_.rehearsal == RehearsalKind::none) {
    return;
  }
  ++seen_;
  const auto capacity = static_cast<std::int64_t>(specification_.capacity);
  const Kept window{account.window_to_keep()};
  if (static_cast<std::int64_t>(kept_.size()) < capacity) {
    kept_.push_back(window);
    return;
  }
  std::int64_t place = (seen_ - 1) % capacity;
  if (specification_.rehearsal == RehearsalKind::reservoir) {
    // The draws of the update come first: one for each replay.
    Random random(random_);
    for (int replay = 0; replay < specification_.replays; ++replay) {
      random.below(kept_.size());
    }
    place = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(seen_)));
  }
  if (place < capacity) {
    kept_[static_cast<std::size_t>(place)] = window;
  }
}

void Student::check_label(const Expected& expected, double loss, const Account& account, int stream) {
  if (!tame_) {
    return;
  }
  const Update<double> now = model_->last_update();
  same_bits({now.loss}, {loss}, "last_update() has the loss that was returned");
  const double tolerance = specification_.is_float ? 1e-4 : 1e-9;
  const double wanted = expected.entered.loss;
  hold(is_finite(wanted) == is_finite(loss) &&
           (!is_finite(loss) || std::abs(loss - wanted) <= tolerance * (1 + std::abs(wanted))),
       "the loss is that of the reference", pair("loss", 0, loss, wanted));
  if (specification_.amortized) {
    check_amortized(expected, stream);
    return;
  }
  const bool learned = expected.entered.status == UpdateStatus::pending && expected.update;
  const UpdateStatus status = learned ? UpdateStatus::applied : expected.entered.status;
  hold(now.status == status, "last_update() says what became of the label",
       std::string("it says \"") + describe(now.status) + "\", expected \"" + describe(status) + "\"");
  hold(now.applied == expected.update, "the weights learn when it is time",
       now.applied ? "they did" : "they did not");
  hold(now.updates == update_.updates + expected.update, "every update is counted");
  hold(now.skipped == update_.skipped + expected.entered.skipped, "every label that is skipped is counted",
       std::to_string(now.skipped - update_.skipped) + ", expected " +
           std::to_string(expected.entered.skipped));
  if (!expected.update) {
    return;
  }
  check_update(expected);
  if (stream >= 0) {
    keep_window(account);
  }
}

void Student::check_amortized(const Expected& expected, int stream) {
  if (stream < 0 || !resting_) {
    return;
  }
  WindowGradient& awaited = awaited_[stream];
  if (model_->last_update().applied && !awaited.gradient.empty()) {
    check_gradient(
        numbers(*model_, std::string(stream == 0 ? "model.stream" : stream_names[stream]) + ".tape.gradient"),
        awaited);
  }
  if (expected.update) {
    awaited = expected.gradient;
    awaited.doubtful |= late_[stream];
  }
}

void Student::check_gradient(const Values& gradient, const WindowGradient& expected) const {
  const double tolerance = (specification_.is_float ? 1e-3 : 1e-7) * largest(expected.gradient) +
                           (specification_.is_float ? 1e-5 : 1e-11);
  for (std::size_t i = 0; i < expected.gradient.size() && !expected.doubtful; ++i) {
    hold(std::abs(gradient[i] - expected.gradient[i]) <= tolerance,
         "the gradient is that of automatic differentiation",
         pair("gradient", i, gradient[i], expected.gradient[i]));
  }
}

void Student::check_update(const Expected& expected) {
  const Values gradient = model_->gradient();
  const double most = largest(expected.gradient.gradient);
  if (most > 1e8) {
    tame_ = false;
    return;
  }
  check_gradient(gradient, expected.gradient);
  const Update<double> now = model_->last_update();
  double squares = 0;
  for (const double g : gradient) {
    squares += g * g;
  }
  const double epsilon = specification_.is_float ? 1.2e-7 : 2.3e-16;
  hold(std::abs(now.gradient_norm - std::sqrt(squares)) <= 1e3 * epsilon * std::sqrt(squares) + 1e-18,
       "the norm is that of the gradient", pair("norm", 0, now.gradient_norm, std::sqrt(squares)));

  OptimizerSetting setting = specification_.optimizer;
  setting.learning_rate = learning_rate_;
  const std::int64_t step = now.updates - updates_before_;
  const double factor = schedule_of(setting, step);
  const double scale = specification_.clip_norm > 0
                           ? (std::min)(1.0, specification_.clip_norm / (now.gradient_norm + 1e-6))
                           : 1;
  const Values weights = model_->parameters();
  const std::vector<Values> moments = model_->moments();
  std::size_t i = 0;
  for (std::size_t layer = 0; layer < frozen_.size(); ++layer) {
    const Part& part = specification_.parts[layer];
    for (int k = 0; k < parameters_of(part); ++k, ++i) {
      double g = gradient[i] * scale;
      if (specification_.clip_value > 0) {
        g = (std::max)(-specification_.clip_value, (std::min)(specification_.clip_value, g));
      }
      const double m = moments_.empty() ? 0 : moments_[0][i], v = moments_.size() < 2 ? 0 : moments_[1][i];
      const bool rests = weights[i] == weights_[i] && (moments.empty() || moments[0][i] == m) &&
                         (moments.size() < 2 || moments[1][i] == v);
      if (frozen_[layer]) {
        hold(rests, "a frozen layer rests", pair("weight", i, weights[i], weights_[i]));
        continue;
      }
      if (part.kind == Kind::embedding && g == 0 && rests) {
        continue;  // its symbol is away
      }
      const Moved moved = move_weight(setting, factor, step, weights_[i], g, m, v);
      const double slack =
          200 * epsilon * (std::abs(weights_[i]) + moved.slack + std::abs(moved.weight - weights_[i]));
      hold(std::abs(weights[i] - moved.weight) <= slack + 1e-30,
           "the optimizer moves the weights by its equation", pair("weight", i, weights[i], moved.weight));
      const double rounding = 200 * epsilon;
      hold(moments.empty() ||
               std::abs(moments[0][i] - moved.first) <=
                   rounding * (std::abs(m) + std::abs(moved.first) + std::abs(g) * (1 + std::abs(g))) + 1e-37,
           "the first moment follows its equation",
           moments.empty() ? "" : pair("moment", i, moments[0][i], moved.first));
      hold(moments.size() < 2 ||
               std::abs(moments[1][i] - moved.second) <= rounding * (v + moved.second + g * g) + 1e-37,
           "the second moment follows its equation",
           moments.size() < 2 ? "" : pair("moment", i, moments[1][i], moved.second));
    }
  }
}

void Student::keep_house(const Action& action) {
  const auto stream = static_cast<std::size_t>(action.stream < 0 ? 0 : action.stream % 3);
  const auto both = [&](auto&& change) {
    change(*model_);
    change(*twin_);
  };
  switch (action.verb) {
    case Verb::reset:
      calls_.add(stream == 0 ? "model.reset();" : std::string(stream_names[stream]) + ".reset();");
      both([&](Subject& s) { s.reset(static_cast<int>(stream)); });
      if (apart_[stream]) {
        apart_[stream]->reset(static_cast<int>(stream));
      }
      accounts_[stream].reset();
      awaited_[stream] = {};
      late_[stream] = false;
      break;
    case Verb::batch_reset:
      if (model_->has_batch() && action.stream < specification_.batch) {
        calls_.add("batch.reset(" + (action.stream < 0 ? "" : std::to_string(action.stream)) + ");");
        both([&](Subject& s) { s.reset_batch(action.stream); });
        action.stream < 0 ? accounts_[3].reset() : accounts_[3].reset(action.stream);
      }
      break;
    case Verb::reset_optimizer:
      calls_.add("model.reset_optimizer();");
      both([](Subject& s) { s.reset_optimizer(); });
      updates_before_ = model_->last_update().updates;
      for (const Values& moment : model_->moments()) {
        hold(largest(moment) == 0, "reset_optimizer() clears the moments");
      }
      break;
    case Verb::freeze:
    case Verb::unfreeze: {
      const bool freeze = action.verb == Verb::freeze;
      const auto layer = static_cast<std::size_t>(action.layer);
      if (model_->freeze(action.layer, freeze) && twin_->freeze(action.layer, freeze)) {
        calls_.add(std::string(freeze ? "model.freeze<" : "model.unfreeze<") + std::to_string(layer) +
                   ">();");
        frozen_[layer] = freeze || is_frozen(specification_.parts[layer].wrap);
      }
      break;
    }
    case Verb::learning_rate:
      calls_.add(std::string("model.optimizer().") +
                 (specification_.optimizer.schedule == ScheduleKind::none ? "" : "optimizer.") +
                 "learning_rate = " + literal(action.number) + ";");
      both([&](Subject& s) { s.set_learning_rate(action.number); });
      learning_rate_ = action.number;
      break;
    case Verb::scale_weights: {
      calls_.add("model.parameters() *= " + literal(action.number) + ";");
      Values scaled = weights_;
      for (double& w : scaled) {
        w = specification_.is_float ? static_cast<double>(static_cast<float>(w * action.number))
                                    : w * action.number;
      }
      both([&](Subject& s) { s.set_parameters(scaled); });
      break;
    }
    case Verb::forget_rehearsed:
      calls_.add("model.forget_rehearsed();");
      both([](Subject& s) { s.forget_rehearsed(); });
      kept_.clear();
      seen_ = 0;
      break;
    default:
      renew_twin(action);
  }
}

void Student::renew_twin(const Action& action) {
  std::unique_ptr<Subject>& renewed = action.variant == 0 ? twin_ : model_;
  if (action.verb == Verb::copy) {
    calls_.add("{ auto copy = model; model = copy; }");
    renewed = model_->copy();
  } else if (action.verb == Verb::move) {
    calls_.add("{ auto moved = std::move(model); model = std::move(moved); }");
    renewed = renewed->moved();
  } else {
    calls_.add(
        "{ std::stringstream file; save(file, " +
        std::string(model_->has_batch() ? "model, stream1, stream2, batch" : "model, stream1, stream2") +
        "); load(file, model, stream1, stream2" + (model_->has_batch() ? ", batch" : "") + "); }");
    std::unique_ptr<Subject> loaded = model_->fresh();
    const std::string reason = loaded->try_load(model_->save());
    hold(reason.empty(), "what was saved can be loaded", reason);
    renewed = std::move(loaded);
  }
}

void Student::check_all() {
  model_bits_.take(*model_);
  twin_bits_.take(*twin_);
  hold(model_bits_.bytes == twin_bits_.bytes,
       "the twin, which did the same by other calls and was copied, moved and loaded, has the same bits",
       "they differ in " + model_bits_.where_it_differs(twin_bits_));
  const Values weights = model_->parameters();
  hold(all_finite(weights), "weights are finite");
  for (const Values& moment : model_->moments()) {
    hold(all_finite(moment), "moments are finite");
  }
  for (const char* path : paths) {
    hold(all_finite(numbers(*model_, path)), "states are finite", path);
  }
  if (resting_) {
    same_bits(weights, initial_, "with a learning rate of 0 the weights rest");
  }
  hold(model_->valid(), "a state that came about is valid");
  const Update<double> now = model_->last_update();
  hold(now.updates >= 0 && now.skipped >= 0, "counts are not negative");
}

}  // namespace eddy::properties
