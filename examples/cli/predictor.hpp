#pragma once
// The model and what it has said of rows to come: a row in, its line of output out.

#include "columns.hpp"
#include "errors.hpp"
#include "model.hpp"
#include "options.hpp"
#include "output.hpp"
#include "position.hpp"

#include <eddy/io/checkpoint.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy_stream {

class Predictor {
 public:
  Predictor(const Options& options, Columns columns)
      : options_(options),
        columns_(std::move(columns)),
        model_(made(options, columns_)),
        position_(columns_.targets.size(), options),
        writer_(columns_, options),
        ahead_(columns_.targets.size()) {}
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  /// Takes the fields of a row, what they say of the targets, and the inputs. The truth has come: what was
  /// said of it is scored, then learned from; then the row is taken.
  void take(const std::vector<std::string_view>& row, const std::vector<double>& truth,
            const std::vector<double>& inputs, std::string& output) {
    const auto slot = static_cast<std::size_t>(position_.rows % options_.horizon) * truth.size();
    double *const expected = &position_.expected[slot], *const persistent = &position_.persistent[slot];
    for (std::size_t i = 0; i < truth.size(); ++i) {
      if (position_.rows >= options_.warm_up) position_.scores[i].add(truth[i], expected[i], persistent[i]);
      if (std::isfinite(truth[i])) position_.newest[i] = truth[i];
    }
    model_->observe(truth);
    model_->step(inputs, ahead_);
    if (position_.rows >= options_.horizon &&
        std::any_of(truth.begin(), truth.end(), [](double value) { return std::isfinite(value); })) {
      ++position_.lessons;
    }
    // What it says before it has learned is no prediction, and neither is what is not finite.
    for (double& value : ahead_) {
      if (position_.lessons == 0 || !std::isfinite(value)) value = std::numeric_limits<double>::quiet_NaN();
    }
    ++position_.rows;
    writer_.row(output, position_.rows, row, truth, expected, ahead_);
    std::copy(ahead_.begin(), ahead_.end(), expected);
    std::copy(position_.newest.begin(), position_.newest.end(), persistent);
  }

  const Columns& columns() const { return columns_; }
  const RowWriter& writer() const { return writer_; }
  const std::vector<Scores>& scores() const { return position_.scores; }
  std::int64_t rows() const { return position_.rows; }

  /// Whether a target has ever shown a number.
  bool has_seen_a_target() const {
    return std::any_of(position_.newest.begin(), position_.newest.end(),
                       [](double value) { return std::isfinite(value); });
  }

  void set_learning_rate(double rate) { model_->set_learning_rate(rate); }
  void set_rolling(int rolling) {
    for (Scores& scores : position_.scores) scores.set_rolling(rolling);
  }

  void save(std::ostream& out, const Place& place) const {
    model_->save(out);
    eddy::save(out, place, position_);
  }
  void load(std::istream& in, Place& place) {
    model_->load(in);
    eddy::load(in, place, position_);
  }

 private:
  static MadeModel made(const Options& options, const Columns& columns) {
    if (columns.inputs.empty() && options.model != "forecaster") throw UsageError("there are no inputs");
    return make_model(options, static_cast<int>(columns.inputs.size()),
                      static_cast<int>(columns.targets.size()));
  }

  const Options& options_;
  Columns columns_;
  MadeModel model_;
  Position position_;
  RowWriter writer_;
  std::vector<double> ahead_;
};

}  // namespace eddy_stream
