#pragma once
// A model that is chosen at run time. What shares code is compiled in one file.

#include "options.hpp"

#include <istream>
#include <memory>
#include <ostream>
#include <vector>

namespace eddy_stream {

/// Predicts the targets `horizon` rows ahead, in their own units. Missing values are NaN.
class Model {
 public:
  virtual ~Model() = default;

  /// Takes the targets of the row that has come, before `step` takes the row: learns for the step `horizon`
  /// ago.
  virtual void observe(const std::vector<double>& targets) = 0;

  /// Takes a row; writes the prediction.
  virtual void step(const std::vector<double>& inputs, std::vector<double>& prediction) = 0;

  /// Of the optimizer from here on; of no matter to a model that has none.
  virtual void set_learning_rate(double) {}

  virtual void save(std::ostream& out) const = 0;
  virtual void load(std::istream& in) = 0;
};

using MadeModel = std::unique_ptr<Model>;

MadeModel make_lstm(const Options& options, int inputs, int targets);
MadeModel make_gru(const Options& options, int inputs, int targets);
MadeModel make_rnn(const Options& options, int inputs, int targets);
MadeModel make_least_squares(const Options& options, int inputs, int targets);
MadeModel make_echo_state(const Options& options, int inputs, int targets);
MadeModel make_mixture(const Options& options, int inputs, int targets);
MadeModel make_forecaster(const Options& options, int inputs, int targets);

/// A model by its name, `--model`.
struct NamedModel {
  const char* name;
  MadeModel (*make)(const Options& options, int inputs, int targets);
};
inline constexpr NamedModel models[] = {{"lstm", make_lstm},
                                        {"gru", make_gru},
                                        {"rnn", make_rnn},
                                        {"least-squares", make_least_squares},
                                        {"echo-state", make_echo_state},
                                        {"mixture", make_mixture},
                                        {"forecaster", make_forecaster}};

inline MadeModel make_model(const Options& options, int inputs, int targets) {
  for (const NamedModel& model : models) {
    if (options.model == model.name) return model.make(options, inputs, targets);
  }
  return nullptr;
}

}  // namespace eddy_stream
