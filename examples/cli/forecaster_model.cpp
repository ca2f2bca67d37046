#include "errors.hpp"
#include "model.hpp"

#include <eddy/forecaster.hpp>
#include <eddy/io/checkpoint.hpp>

namespace eddy_stream {

/// The recipe of the library, which scales, remembers and mixes by itself.
class ForecasterModel final : public Model {
 public:
  ForecasterModel(const Options& options, int inputs)
      : forecaster_(inputs, {.horizon = options.horizon, .season = options.season, .seed = options.seed}),
        inputs_(inputs) {}

  void observe(const std::vector<double>& targets) override { forecaster_.observe(targets[0]); }

  void step(const std::vector<double>& inputs, std::vector<double>& prediction) override {
    prediction[0] = forecaster_.step(Eigen::Map<const Eigen::VectorXd>(inputs.data(), inputs_))(0);
  }

  void save(std::ostream& out) const override { eddy::save(out, forecaster_); }
  void load(std::istream& in) override { eddy::load(in, forecaster_); }

 private:
  eddy::Forecaster<float> forecaster_;
  eddy::Index inputs_;
};

MadeModel make_forecaster(const Options& options, int inputs, int targets) {
  if (targets != 1) {
    throw UsageError("the forecaster has one target, and there are " + std::to_string(targets));
  }
  return std::make_unique<ForecasterModel>(options, inputs);
}

}  // namespace eddy_stream
