#pragma once

#include <eddy/core/random.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace eddy::properties {

/// What a layer of a drawn network is.
enum class Kind {
  rnn_tanh,
  rnn_logistic,
  rnn_relu,
  lstm,
  gru_before,
  gru_after,
  dense_identity,
  dense_tanh,
  dense_logistic,
  dense_relu,
  dense_softmax,
  embedding
};

/// What a layer is wrapped in.
enum class Wrap { none, skip, residual, frozen, skip_frozen };

/// One layer: sizes are those of the layer inside its wrapper.
struct Part {
  Kind kind = Kind::dense_identity;
  Wrap wrap = Wrap::none;
  int inputs = 1, outputs = 1;  ///< of an embedding, `inputs` is the number of symbols
};

inline bool is_recurrent(Kind kind) { return kind <= Kind::gru_after; }
inline bool is_frozen(Wrap wrap) { return wrap == Wrap::frozen || wrap == Wrap::skip_frozen; }
inline bool skips(Wrap wrap) { return wrap == Wrap::skip || wrap == Wrap::skip_frozen; }

/// How many values a layer reads and returns, and its parameters and state, by the docstrings of the layers.
int inputs_of(const Part& part);
int outputs_of(const Part& part);
int parameters_of(const Part& part);
int state_of(const Part& part);

enum class LossKind {
  squared,
  absolute,
  huber,
  pinball,
  logistic,
  poisson,
  gaussian,
  softmax,
  quantiles,  ///< two of them
  tasks       ///< the first output by squared error, the others by softmax
};

struct LossSetting {
  LossKind kind = LossKind::squared;
  double number =
      1;  ///< δ, τ, weight of positives, least variance, label smoothing, weight of the second task
};
int targets_of(const LossSetting& loss, int outputs);

enum class OptimizerKind { sgd, momentum, nesterov, rms_prop, adagrad, adam, adam_w };
enum class ScheduleKind { none, constant, step, exponential, cosine, root, warm_up };

struct OptimizerSetting {
  OptimizerKind kind = OptimizerKind::sgd;
  double learning_rate = 0.01;
  double momentum = 0.9;  ///< or decay, or β₁
  double beta2 = 0.999, epsilon = 1e-8, weight_decay = 0;
  ScheduleKind schedule = ScheduleKind::none;
  int period = 10;
  double factor = 0.5;
};

enum class RehearsalKind { none, recent, reservoir };

/// All that a model is made of.
struct Specification {
  bool is_float = false;
  std::string form;  ///< layers by whether they have memory: C for a cell, D without memory, E for an
                     ///< embedding; or the name of one of the forms whose types fix more
  std::vector<Part> parts;
  LossSetting loss;
  OptimizerSetting optimizer;
  bool amortized = false;
  int window = 4, stride = 1;
  double tolerance = 0;
  RehearsalKind rehearsal = RehearsalKind::none;
  int replays = 0, capacity = 1;
  double clip_norm = 0, clip_value = 0;
  std::uint64_t seed = 1;
  int batch = 2;  ///< streams of its batch

  int inputs() const { return inputs_of(parts.front()); }
  int outputs() const { return outputs_of(parts.back()); }
  int targets() const { return targets_of(loss, outputs()); }
  int parameters() const;
  int state() const;
};

int below(Random& random, int bound);              ///< 0 … bound − 1
bool happens(Random& random, double probability);  ///< true so often
double value_between(Random& random, double low, double high);

/// Draws a model: one of the forms, with random layers, sizes and settings.
Specification draw_specification(Random& random, bool wild);

/// The same in C++: a program's definitions of the model and its streams.
std::string program_of(const Specification& specification);
/// A number as a literal of C++.
std::string literal(double value);

}  // namespace eddy::properties
