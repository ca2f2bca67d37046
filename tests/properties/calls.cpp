#include "calls.hpp"

#include <eddy/core/finite.hpp>

#include <cstdio>

namespace eddy::properties {

std::string literal(double value) {
  if (!is_finite(value)) {
    return is_nan(value) ? "NAN" : value > 0 ? "INFINITY" : "-INFINITY";
  }
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  if (std::strtod(text, nullptr) != value) {
    std::snprintf(text, sizeof text, "%.17g", value);
  }
  return text;
}

namespace {

std::string layer_type(const Part& part, const std::string& scalar) {
  const auto with = [&](const char* name, const char* more) {
    return std::string("eddy::") + name + "<" + scalar + more + ">";
  };
  const auto bare = [&]() -> std::string {
    switch (part.kind) {
      case Kind::rnn_tanh:
        return with("RnnCell", "");
      case Kind::rnn_logistic:
        return with("RnnCell", ", -1, -1, eddy::Logistic");
      case Kind::rnn_relu:
        return with("RnnCell", ", -1, -1, eddy::Relu");
      case Kind::lstm:
        return with("LstmCell", "");
      case Kind::gru_before:
        return with("GruCell", "");
      case Kind::gru_after:
        return with("GruCell", ", -1, -1, eddy::GruReset::after");
      case Kind::dense_identity:
        return with("Dense", "");
      case Kind::dense_tanh:
        return with("Dense", ", -1, -1, eddy::Tanh");
      case Kind::dense_logistic:
        return with("Dense", ", -1, -1, eddy::Logistic");
      case Kind::dense_relu:
        return with("Dense", ", -1, -1, eddy::Relu");
      case Kind::dense_softmax:
        return with("Dense", ", -1, -1, eddy::Softmax");
      case Kind::embedding:
        return with("Embedding", "");
    }
    return "";
  };
  switch (part.wrap) {
    case Wrap::none:
      break;
    case Wrap::skip:
      return "eddy::Skip<" + bare() + ">";
    case Wrap::residual:
      return "eddy::Residual<" + bare() + ">";
    case Wrap::frozen:
      return "eddy::Frozen<" + bare() + ">";
    case Wrap::skip_frozen:
      return "eddy::Skip<eddy::Frozen<" + bare() + ">>";
  }
  return bare();
}

std::string layer_value(const Part& part, const std::string& scalar) {
  Part inner = part;
  if (part.wrap == Wrap::none) {
    return layer_type(part, scalar) + "(" + std::to_string(part.inputs) + ", " +
           std::to_string(part.outputs) + ")";
  }
  inner.wrap = part.wrap == Wrap::skip_frozen ? Wrap::frozen : Wrap::none;
  return layer_type(part, scalar) + "(" + layer_value(inner, scalar) + ")";
}

std::string loss_type(LossKind kind) {
  static const char* const names[] = {
      "MeanSquaredError", "MeanAbsoluteError",
      "HuberLoss",        "PinballLoss",
      "LogisticLoss",     "PoissonLoss",
      "GaussianLoss",     "SoftmaxCrossEntropy",
      "QuantileLoss<2>",  "Tasks<eddy::Task<eddy::MeanSquaredError>, eddy::Task<eddy::SoftmaxCrossEntropy>>"};
  return std::string("eddy::") + names[static_cast<int>(kind)];
}

std::string optimizer_type(const OptimizerSetting& setting) {
  static const char* const names[] = {"Sgd", "Momentum", "Nesterov", "RmsProp", "Adagrad", "Adam", "AdamW"};
  static const char* const schedules[] = {"",
                                          "ConstantRate",
                                          "StepDecay",
                                          "ExponentialDecay",
                                          "CosineDecay",
                                          "InverseSquareRoot",
                                          "WarmUp<eddy::StepDecay>"};
  const std::string inner = std::string("eddy::") + names[static_cast<int>(setting.kind)];
  return setting.schedule == ScheduleKind::none
             ? inner
             : "eddy::Scheduled<" + inner + ", eddy::" + schedules[static_cast<int>(setting.schedule)] + ">";
}

/// Assigns the settings; the same as settings.hpp does.
std::string settings(const Specification& s) {
  std::string text;
  const auto set = [&](const std::string& name, double value) {
    text += "  options." + name + " = " + literal(value) + ";\n";
  };
  switch (s.loss.kind) {
    case LossKind::huber:
      set("loss.delta", s.loss.number);
      break;
    case LossKind::pinball:
      set("loss.quantile", s.loss.number);
      break;
    case LossKind::logistic:
      set("loss.positive_weight", s.loss.number);
      break;
    case LossKind::gaussian:
      set("loss.minimum_variance", s.loss.number);
      break;
    case LossKind::softmax:
      set("loss.label_smoothing", s.loss.number);
      break;
    case LossKind::quantiles:
      text += "  options.loss.quantiles = {" + literal(s.loss.number / 2) + ", " +
              literal((1 + s.loss.number) / 2) + "};\n";
      break;
    case LossKind::tasks:
      text += "  std::get<1>(options.loss.tasks).outputs = " + std::to_string(s.outputs() - 1) + ";\n";
      text += "  std::get<1>(options.loss.tasks).weight = " + literal(s.loss.number) + ";\n";
      break;
    default:
      break;
  }
  const OptimizerSetting& o = s.optimizer;
  const std::string inner = o.schedule == ScheduleKind::none ? "optimizer." : "optimizer.optimizer.";
  set(inner + "learning_rate", o.learning_rate);
  const OptimizerKind kind = o.kind;
  if (kind == OptimizerKind::momentum || kind == OptimizerKind::nesterov) {
    set(inner + "momentum", o.momentum);
  }
  if (kind == OptimizerKind::rms_prop) {
    set(inner + "decay", o.momentum);
  }
  if (kind == OptimizerKind::adam || kind == OptimizerKind::adam_w) {
    set(inner + "beta1", o.momentum);
    set(inner + "beta2", o.beta2);
  }
  if (kind >= OptimizerKind::rms_prop) {
    set(inner + "epsilon", o.epsilon);
  }
  if (kind == OptimizerKind::adam_w) {
    set(inner + "weight_decay", o.weight_decay);
  }
  const ScheduleKind schedule = o.schedule;
  if (schedule > ScheduleKind::constant) {
    set("optimizer.schedule.period", o.period);
  }
  if (schedule == ScheduleKind::step || schedule == ScheduleKind::exponential) {
    set("optimizer.schedule.factor", o.factor);
  } else if (schedule == ScheduleKind::cosine) {
    set("optimizer.schedule.floor", o.factor);
  } else if (schedule == ScheduleKind::warm_up) {
    set("optimizer.schedule.then.factor", o.factor);
    set("optimizer.schedule.then.period", o.period);
  }
  set("credit.window", s.window);
  set("credit.stride", s.stride);
  set("credit.tolerance", s.tolerance);
  if (s.rehearsal != RehearsalKind::none) {
    set("rehearsal.replays", s.replays);
    set("rehearsal.capacity", s.capacity);
  }
  set("clip_norm", s.clip_norm);
  set("clip_value", s.clip_value);
  set("seed", static_cast<double>(s.seed));
  return text;
}

}  // namespace

std::string program_of(const Specification& s) {
  const std::string scalar = s.is_float ? "float" : "double";
  std::string text = "using Scalar = " + scalar + ";\n";
  const std::string& fixed = form_of(s).type;
  std::string construction;
  if (!fixed.empty()) {
    text += "using Model = " + fixed + ";\n";
  }
  if (fixed.empty()) {
    text += "using Network = eddy::Sequential<";
    for (const Part& part : s.parts) {
      text += (&part == &s.parts.front() ? "" : ", ") + layer_type(part, scalar);
      construction += (&part == &s.parts.front() ? "" : ", ") + layer_value(part, scalar);
    }
    text += ">;\nusing Model = eddy::Online<Network, " + loss_type(s.loss.kind) + ", " +
            optimizer_type(s.optimizer) +
            (s.amortized ? ", eddy::AmortizedBptt<-1, -1>" : ", eddy::TruncatedBptt<-1, -1>") +
            (s.rehearsal == RehearsalKind::none     ? ", eddy::NoRehearsal"
             : s.rehearsal == RehearsalKind::recent ? ", eddy::RecentRehearsal<-1>"
                                                    : ", eddy::ReservoirRehearsal<-1>") +
            ">;\n";
    construction = "Network(" + construction + "), ";
  }
  text += "\nModel make() {\n  Model::Options options;\n" + settings(s) + "  return Model(" + construction +
          "options);\n}\n";
  return text;
}

void Calls::declare(const Case& own, int models) {
  if (!lines_) {
    return;
  }
  const int streams = own.specification.batch;
  if (models == 2) {
    add("Model a = make(), b = make();");
    add("auto batch = b.make_batch(1);");
    return;
  }
  add("Model model = make();");
  add("auto stream1 = model.make_stream(), stream2 = model.make_stream();");
  if (own.specification.tolerance == 0 && !own.specification.amortized) {
    add("auto batch = model.make_batch(" + std::to_string(streams) + ");");
  }
}

std::string Calls::values(const Values& x) const {
  if (!lines_) {
    return "";
  }
  std::string text;
  for (const double value : x) {
    text += (text.empty() ? "v({" : ", ") + literal(value);
  }
  return text + "})";
}

std::string Calls::matrix(const Values& x, int columns) const {
  if (!lines_) {
    return "";
  }
  std::string text = "m(" + std::to_string(columns) + ", {";
  for (std::size_t i = 0; i < x.size(); ++i) {
    text += (i == 0 ? "" : ", ") + literal(x[i]);
  }
  return text + "})";
}

std::string Calls::label(const Label& y) const {
  if (!lines_) {
    return "";
  }
  switch (y.form) {
    case Label::Form::values:
      break;
    case Label::Form::class_index:
      return std::to_string(y.index);
    case Label::Form::tasks:
      return is_nan(y.values[0]) ? "eddy::task<1>(" + std::to_string(y.index) + ")"
             : y.index < 0
                 ? "eddy::labels(Scalar(" + literal(y.values[0]) + "))"
                 : "eddy::labels(Scalar(" + literal(y.values[0]) + "), " + std::to_string(y.index) + ")";
    case Label::Form::weights:
      return "eddy::weighted(" + values(y.values) + ", " + values(y.weights) + ")";
  }
  return values(y.values);
}

std::string Calls::mask(const std::vector<char>& mask) const {
  if (!lines_ || mask.empty()) {
    return "";
  }
  Values numbers(mask.begin(), mask.end());
  return ", " + values(numbers);
}

}  // namespace eddy::properties
