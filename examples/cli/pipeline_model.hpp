#pragma once
// A learner between scalers, as a Model.

#include "model.hpp"

#include <eddy/io/checkpoint.hpp>
#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/lags.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <istream>
#include <memory>
#include <ostream>
#include <type_traits>
#include <vector>

namespace eddy_stream {

/// The size of what stands before the learner gives it.
inline int learner_inputs(const Options& options, int inputs) { return options.lags * inputs; }

/// Steps that must be kept for error to go back `window` rows from a label that comes `horizon` rows late.
inline int learner_window(const Options& options) { return options.window + options.horizon - 1; }

/// What is missing in a row is taken to be as in the row before; then inputs and targets are scaled by what
/// has been seen so far, in double: 4,000,000,001 is not 4,000,000,000, whatever the learner computes in.
template <eddy::Learner Learner>
class PipelineModel final : public Model {
  using Scalar = typename Learner::Scalar;
  using In = eddy::Chain<eddy::Imputer<Scalar>, eddy::StandardScaler<Scalar>, eddy::Lags<Scalar>>;
  using Out = eddy::StandardScaler<Scalar>;

 public:
  using SetLearningRate = void (*)(Learner& learner, double rate);

  PipelineModel(const Options& options, int inputs, int targets, const Learner& learner,
                SetLearningRate set_rate)
      : horizon_(options.horizon),
        pipeline_(In(eddy::Imputer<Scalar>(inputs), eddy::StandardScaler<Scalar>(inputs),
                     eddy::Lags<Scalar>(inputs, options.lags)),
                  learner, Out(targets)),
        set_learning_rate_(set_rate) {}

  void observe(const std::vector<double>& targets) override {
    const auto step = pipeline_.time() + 1 - horizon_;
    const bool is_missing =
        std::all_of(targets.begin(), targets.end(), [](double y) { return std::isnan(y); });
    if (step >= 1 && !is_missing) {
      pipeline_.partial_fit(eddy::at(step), vector(targets));
    }
  }

  void step(const std::vector<double>& inputs, std::vector<double>& prediction) override {
    pipeline_.step(vector(inputs));
    for (std::size_t i = 0; i < prediction.size(); ++i) {
      prediction[i] = pipeline_.prediction()(static_cast<eddy::Index>(i));
    }
  }

  void set_learning_rate(double rate) override { set_learning_rate_(pipeline_.model(), rate); }

  void save(std::ostream& out) const override { eddy::save(out, pipeline_); }
  void load(std::istream& in) override { eddy::load(in, pipeline_); }

 private:
  static Eigen::Map<const Eigen::VectorXd> vector(const std::vector<double>& values) {
    return {values.data(), static_cast<eddy::Index>(values.size())};
  }

  int horizon_;
  eddy::Pipeline<In, Learner, Out> pipeline_;
  SetLearningRate set_learning_rate_;
};

template <eddy::Learner Learner>
MadeModel between_scalers(
    const Options& options, int inputs, int targets, const Learner& learner,
    std::type_identity_t<void (*)(Learner&, double)> set_learning_rate = [](Learner&, double) {}) {
  return std::make_unique<PipelineModel<Learner>>(options, inputs, targets, learner, set_learning_rate);
}

}  // namespace eddy_stream
