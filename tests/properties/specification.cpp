#include "subject.hpp"

#include <algorithm>
#include <cmath>

namespace eddy::properties {

int inputs_of(const Part& part) { return part.kind == Kind::embedding ? 1 : part.inputs; }
int outputs_of(const Part& part) { return part.outputs + (skips(part.wrap) ? inputs_of(part) : 0); }

int parameters_of(const Part& part) {
  const int i = part.inputs, o = part.outputs;
  switch (part.kind) {
    case Kind::rnn_tanh:
    case Kind::rnn_logistic:
    case Kind::rnn_relu:
      return o * (i + o + 1);
    case Kind::lstm:
      return 4 * o * (i + o + 1);
    case Kind::gru_before:
      return 3 * o * (i + o + 1);
    case Kind::gru_after:
      return 3 * o * (i + o + 1) + o;
    case Kind::embedding:
      return i * o;
    default:
      return o * (i + 1);
  }
}

int state_of(const Part& part) {
  return !is_recurrent(part.kind) ? 0 : part.kind == Kind::lstm ? 2 * part.outputs : part.outputs;
}

int targets_of(const LossSetting& loss, int outputs) {
  const bool halved = loss.kind == LossKind::gaussian || loss.kind == LossKind::quantiles;
  return halved ? outputs / 2 : outputs;
}

int Specification::parameters() const {
  int sum = 0;
  for (const Part& part : parts) {
    sum += parameters_of(part);
  }
  return sum;
}

int Specification::state() const {
  int sum = 0;
  for (const Part& part : parts) {
    sum += state_of(part);
  }
  return sum;
}

int below(Random& random, int bound) {
  return static_cast<int>(random.below(static_cast<std::uint64_t>(bound)));
}
bool happens(Random& random, double probability) { return random.uniform() < probability; }
double value_between(Random& random, double low, double high) {
  // Through a float, so that models of both scalars get the same numbers.
  return static_cast<double>(static_cast<float>(low + (high - low) * random.uniform()));
}

namespace {

/// A size of a layer: small ones are the fastest to check, the others fill registers and leave some over.
int draw_size(Random& random) {
  const double kind = random.uniform();
  return kind < 0.65 ? 1 + below(random, 5) : kind < 0.93 ? 1 + below(random, 17) : 1 + below(random, 40);
}

Part draw_part(Random& random, char role, int inputs, bool first) {
  Part part;
  part.inputs = inputs;
  part.outputs = draw_size(random);
  if (role == 'C') {
    part.kind = static_cast<Kind>(below(random, 6));
  } else if (role == 'E') {
    part.kind = Kind::embedding;
    part.inputs = 1 + below(random, 9);
    part.wrap = happens(random, 0.2) ? Wrap::skip : Wrap::none;
    return part;
  } else {
    const int kind = below(random, 8);
    part.kind =
        kind < 4 ? Kind::dense_identity : static_cast<Kind>(static_cast<int>(Kind::dense_tanh) + kind - 4);
    if (first && happens(random, 0.1)) {
      part = {Kind::embedding, Wrap::frozen, 1 + below(random, 9), draw_size(random)};
      return part;
    }
  }
  const double wrap = random.uniform();
  if (wrap < 0.1) {
    part.wrap = Wrap::skip;
  } else if (wrap < 0.2) {
    part.wrap = Wrap::residual;
    part.outputs = part.inputs;
  } else if (wrap < 0.27) {
    part.wrap = Wrap::frozen;
  } else if (wrap < 0.3) {
    part.wrap = Wrap::skip_frozen;
  }
  return part;
}

LossSetting draw_loss(Random& random, int outputs) {
  for (;;) {
    const LossKind kind = static_cast<LossKind>(below(random, 10));
    const bool halved = kind == LossKind::gaussian || kind == LossKind::quantiles;
    if ((halved && outputs % 2 != 0) || (kind == LossKind::tasks && outputs < 2)) {
      continue;
    }
    const auto number = [&] {
      switch (kind) {
        case LossKind::huber:
          return value_between(random, 0.1, 2);
        case LossKind::pinball:
          return value_between(random, 0.05, 0.95);
        case LossKind::quantiles:
          return value_between(random, 0.1, 0.9);
        case LossKind::logistic:
          return value_between(random, 0.2, 3);
        case LossKind::gaussian:
          return value_between(random, 0.01, 0.5);
        case LossKind::softmax:
          return happens(random, 0.5) ? 0 : value_between(random, 0, 0.3);
        default:
          return value_between(random, 0.1, 2);
      }
    };
    return {kind, number()};
  }
}

void draw_optimizer(Random& random, OptimizerSetting& o, bool wild) {
  o.learning_rate =
      happens(random, wild ? 0.05 : 0.3) ? 0 : std::pow(10, value_between(random, -4, wild ? 0 : -1.7));
  o.learning_rate = static_cast<double>(static_cast<float>(o.learning_rate));
  o.momentum = value_between(random, 0.3, 0.97);
  o.beta2 = value_between(random, 0.8, 0.9995);
  o.epsilon = std::pow(10, value_between(random, -9, -3));
  o.weight_decay = happens(random, 0.5) ? 0.01 : value_between(random, 0, 0.3);
  o.period = 1 + below(random, 30);
  o.factor = value_between(random, 0.1, 1);
}

/// What the types of no form fix.
void draw_settings(Random& random, Specification& s, bool wild) {
  s.seed = random.next() % 100000;
  s.batch = 1 + below(random, 4);
  if (happens(random, 0.3)) {
    s.clip_norm = std::pow(10, value_between(random, -2, 1));
  }
  if (happens(random, 0.2)) {
    s.clip_value = std::pow(10, value_between(random, -3, 0));
  }
  if (happens(random, 0.25)) {
    s.tolerance = std::pow(10, value_between(random, -3, -0.2));
  }
  draw_optimizer(random, s.optimizer, wild);
}

}  // namespace

Specification draw_specification(Random& random, bool wild) {
  const Form& form = forms()[static_cast<std::size_t>(below(random, static_cast<int>(forms().size())))];
  Specification s = form.fixed;
  s.form = form.name;
  if (!s.parts.empty()) {
    draw_settings(random, s, wild);
    return s;
  }
  const std::string roles = form.name.substr(0, form.name.find_first_of("+/"));
  do {
    s.parts.clear();
    int inputs = draw_size(random);
    for (const char role : roles) {
      s.parts.push_back(draw_part(random, role, inputs, s.parts.empty()));
      inputs = outputs_of(s.parts.back());
    }
  } while (s.parameters() > (happens(random, 0.05) ? 8000 : 1200));
  s.loss = draw_loss(random, s.outputs());
  s.window = happens(random, 0.8) ? 1 + below(random, 8) : 1 + below(random, 20);
  s.stride = happens(random, 0.45) ? 1 : happens(random, 0.3) ? s.window : 1 + below(random, s.window);
  if (!s.amortized && happens(random, 0.5)) {
    s.rehearsal = happens(random, 0.5) ? RehearsalKind::recent : RehearsalKind::reservoir;
    s.replays = 1 + below(random, 3);
    s.capacity = 1 + below(random, 12);
  }
  s.optimizer.kind = static_cast<OptimizerKind>(below(random, 7));
  s.optimizer.schedule =
      happens(random, 0.5) ? ScheduleKind::none : static_cast<ScheduleKind>(below(random, 7));
  draw_settings(random, s, wild);
  return s;
}

namespace {

std::vector<Form>& enlisted() {
  static std::vector<Form> all;
  return all;
}

}  // namespace

bool enlist(std::vector<Form> forms) {
  auto& all = enlisted();
  all.insert(all.end(), forms.begin(), forms.end());
  std::sort(all.begin(), all.end(), [](const Form& a, const Form& b) { return a.name < b.name; });
  return true;
}

const std::vector<Form>& forms() { return enlisted(); }

const Form& form_of(const Specification& specification) {
  return *std::find_if(forms().begin(), forms().end(),
                       [&](const Form& form) { return form.name == specification.form; });
}

}  // namespace eddy::properties
