#include "conformance/online_support.hpp"
#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

/// A learner that always predicts 1, 2, …, and notes what it is given.
template <class Scalar_, int Inputs_, int Outputs_>
class Notebook {
 public:
  using Scalar = Scalar_;
  static constexpr int Inputs = Inputs_, Outputs = Outputs_, WindowAtCompileTime = 4;

  int inputs() const { return Inputs; }
  int outputs() const { return Outputs; }
  int window() const { return WindowAtCompileTime; }
  std::int64_t time() const { return time_; }
  Vector<Scalar, Outputs> prediction() const {
    return Vector<Scalar, Outputs>::LinSpaced(Outputs, 1, Outputs);
  }
  template <Values X>
  Vector<Scalar, Outputs> predict(const X&) const {
    return prediction();
  }
  template <Values X>
  Vector<Scalar, Outputs> step(const X& x) {
    ++time_;
    copy_values<Inputs>(x, input.data(), Inputs);
    return prediction();
  }
  template <Values Y>
  Scalar partial_fit(At when, const Y& y) {
    step_of_label = when.step;
    copy_values<Outputs>(y, label.data(), Outputs);
    return 0;
  }
  template <Values Y>
  Scalar partial_fit(const Y& y) {
    return partial_fit(at(time_), y);
  }
  template <Values X, Values Y>
  Scalar partial_fit(const X& x, const Y& y) {
    step(x);
    return partial_fit(y);
  }
  void reset() {}

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("time", self.time_);
  }

  Vector<Scalar, Inputs> input = Vector<Scalar, Inputs>::Zero();
  Vector<Scalar, Outputs> label = Vector<Scalar, Outputs>::Zero();
  std::int64_t step_of_label = 0;

 private:
  std::int64_t time_ = 0;
};

using FixedModel = Lstm<float, 3, 8, 2>;
using Scalers = Pipeline<StandardScaler<float, 3>, FixedModel, StandardScaler<float, 2>>;
using SizedScalers = Pipeline<StandardScaler<double>, Lstm<double>, StandardScaler<double>>;
using Changes = Pipeline<StandardScaler<double, 3>, Lstm<double, 3, 8, 2>,
                         Chain<Difference<double, 2>, StandardScaler<double, 2>>>;
using Bare = Pipeline<NoTransform, Lstm<float>>;
using InOnly = Pipeline<StandardScaler<float>, Lstm<float>>;
using OutOnly = Pipeline<NoTransform, Lstm<float, 3, 8, 2>, Chain<Difference<float>, StandardScaler<float>>>;
using Nested = Pipeline<NoTransform, Scalers, StandardScaler<float, 2>>;
using Noted = Pipeline<StandardScaler<double, 2>, Notebook<double, 2, 2>,
                       Chain<Difference<double, 2>, StandardScaler<double, 2>>>;

static_assert(Learner<Scalers> && Learner<SizedScalers> && Learner<Changes> && Learner<Bare> &&
              Learner<InOnly> && Learner<OutOnly> && Learner<Nested> && Learner<Noted>);
static_assert(Scalers::fixed && Changes::fixed && Nested::fixed && !SizedScalers::fixed && !OutOnly::fixed);

template <class P>
P make_pipeline() {
  if constexpr (std::is_same_v<P, OutOnly>) {
    return P({}, FixedModel(), Chain(Difference<float>(2), StandardScaler<float>(2)));
  } else if constexpr (P::fixed) {
    return P();
  } else if constexpr (std::is_same_v<P, SizedScalers>) {
    return P(StandardScaler<double>(3), Lstm<double>(3, 8, 2), StandardScaler<double>(2));
  } else if constexpr (std::is_same_v<P, InOnly>) {
    return P(StandardScaler<float>(3), Lstm<float>(3, 8, 2));
  } else {
    return P({}, Lstm<float>(3, 8, 2));
  }
}

/// A stream in units of its own, whose level drifts.
template <class Scalar>
std::vector<Sample<Scalar>> drifting_samples(int count) {
  auto samples = make_samples<Scalar>(3, 2, count);
  for (std::size_t t = 0; t < samples.size(); ++t) {
    const auto level = static_cast<Scalar>(t);
    samples[t].x.array() = samples[t].x.array() * 7 + 100 + level;
    samples[t].y.array() = samples[t].y.array() * 20 - 50 + 2 * level;
  }
  return samples;
}

template <class P>
class Pipelines : public ::testing::Test {
 protected:
  P pipeline_ = make_pipeline<P>();
  std::vector<Sample<typename P::Scalar>> samples_ = drifting_samples<typename P::Scalar>(60);
};
using AllPipelines = ::testing::Types<Scalers, SizedScalers, Changes, Bare, InOnly, OutOnly, Nested>;
TYPED_TEST_SUITE(Pipelines, AllPipelines);

TYPED_TEST(Pipelines, PredictTellsWhatStepReturnsAndChangesNothing) {
  TypeParam& pipeline = this->pipeline_;
  TypeParam quiet = pipeline;
  for (const auto& sample : this->samples_) {
    const auto predicted = Vector<typename TypeParam::Scalar>(pipeline.predict(sample.x));
    pipeline.predict(2 * sample.x);  // of something else
    ASSERT_TRUE(same_bits(pipeline.step(sample.x), predicted));
    ASSERT_TRUE(same_bits(quiet.step(sample.x), predicted));
    ASSERT_TRUE(same_bits(quiet.prediction(), predicted));
    pipeline.partial_fit(sample.y);
    quiet.partial_fit(sample.y);
  }
}

TYPED_TEST(Pipelines, AllWaysToALabelAreOne) {
  TypeParam& together = this->pipeline_;
  TypeParam apart = together, named = together;
  for (const auto& sample : this->samples_) {
    const auto loss = together.partial_fit(sample.x, sample.y);
    apart.step(sample.x);
    const auto loss_apart = apart.partial_fit(sample.y);
    named.step(sample.x);
    named.partial_fit(at(named.time()), sample.y);
    EXPECT_TRUE(loss == loss_apart || is_nan(loss));
    ASSERT_TRUE(same_bits(together.prediction(), apart.prediction()));
    ASSERT_TRUE(same_bits(together.prediction(), named.prediction()));
  }
}

TYPED_TEST(Pipelines, WrongSizesThrowBeforeAnythingHasChanged) {
  using Values = Vector<typename TypeParam::Scalar>;
  TypeParam& pipeline = this->pipeline_;
  for (const auto& sample : this->samples_) {
    pipeline.partial_fit(sample.x, sample.y);
  }
  TypeParam untouched = pipeline;
  const auto& x = this->samples_[0].x;
  EXPECT_THROW(pipeline.step(Values(Values::Ones(4))), std::invalid_argument);
  EXPECT_THROW(pipeline.predict(Values(Values::Ones(4))), std::invalid_argument);
  EXPECT_THROW(pipeline.partial_fit(x, Values(Values::Ones(3))), std::invalid_argument);
  EXPECT_THROW(pipeline.partial_fit(Values(Values::Ones(3))), std::invalid_argument);
  EXPECT_EQ(pipeline.time(), untouched.time());
  EXPECT_TRUE(same_bits(pipeline.step(x), untouched.step(x)));
}

TYPED_TEST(Pipelines, ASampleThatIsNotFiniteIsAGap) {
  using Scalar = typename TypeParam::Scalar;
  TypeParam& pipeline = this->pipeline_;
  for (const auto& sample : this->samples_) {
    pipeline.partial_fit(sample.x, sample.y);
    auto broken = sample.x;
    broken(1) = not_a_number<Scalar>;
    EXPECT_TRUE(all_are_nan(pipeline.step(broken)));
    pipeline.partial_fit(sample.y);
  }
  EXPECT_TRUE(all_are_finite(pipeline.step(this->samples_[0].x)));
}

TYPED_TEST(Pipelines, ForgetTheStreamButNotWhatWasLearned) {
  TypeParam& pipeline = this->pipeline_;
  for (const auto& sample : this->samples_) {
    pipeline.partial_fit(sample.x, sample.y);
  }
  const auto time = pipeline.time();
  pipeline.reset();
  EXPECT_EQ(pipeline.time(), time);
  TypeParam again = pipeline;
  again.partial_fit(at(time), this->samples_[0].y);  // its step has gone
  EXPECT_TRUE(same_bits(again.step(this->samples_[9].x), pipeline.step(this->samples_[9].x)));
}

TEST(Pipeline, EqualsDoingEverythingByHand) {
  // Labels come three steps late, in a stream that drifts: each is scaled by what held at its own step.
  constexpr std::size_t delay = 3;
  const auto samples = drifting_samples<float>(200);
  Pipeline pipeline{StandardScaler<float, 3>(), FixedModel(), StandardScaler<float, 2>({.forgetting = 0.05})};
  FixedModel model;
  StandardScaler<float, 3> in;
  StandardScaler<float, 2> out({.forgetting = 0.05});
  std::vector<Eigen::Vector2d> offsets, scales;
  int finite = 0;
  for (std::size_t t = 0; t < samples.size(); ++t) {
    in.partial_fit(samples[t].x);
    const Eigen::Vector2f z = model.step(in.transform(samples[t].x));
    Eigen::Vector2d offset, scale;
    out.affine(offset.data(), scale.data());
    offsets.push_back(offset);
    scales.push_back(scale);
    // In double, whatever the scalar of the model.
    const Eigen::Vector2d prediction(offset(0) + scale(0) * static_cast<double>(z(0)),
                                     offset(1) + scale(1) * static_cast<double>(z(1)));
    ASSERT_TRUE(same_bits(pipeline.step(samples[t].x), prediction));
    if (t >= delay) {
      const std::size_t then = t - delay;
      const auto& y = samples[then].y;
      Eigen::Vector2f scaled;
      for (int i = 0; i < 2; ++i) {
        const double known = scales[then](i), distance = static_cast<double>(y(i)) - offsets[then](i);
        scaled(i) =
            known > 0 ? static_cast<float>((std::clamp)(distance / known, -8.0, 8.0)) : not_a_number<float>;
      }
      const auto step = static_cast<std::int64_t>(then + 1);
      const float loss = model.partial_fit(at(step), scaled);
      const float pipeline_loss = pipeline.partial_fit(at(step), y);
      if (is_finite(loss)) {
        ++finite;
        ASSERT_EQ(pipeline_loss, loss);
      } else {
        ASSERT_TRUE(is_nan(pipeline_loss));
      }
      out.partial_fit(y);
    }
  }
  EXPECT_GT(finite, 190);
  EXPECT_TRUE(same_bits(pipeline.model().parameters(), model.parameters()));
}

TEST(Pipeline, WhatWasUsedAtAStepStaysWithIt) {
  using Model = Notebook<double, 1, 1>;
  Pipeline pipeline{StandardScaler<double, 1>(), Model(), StandardScaler<double, 1>({.forgetting = 0.3})};
  double offset[50], scale[50];
  for (int t = 1; t < 50; ++t) {
    pipeline.out().affine(&offset[t], &scale[t]);
    EXPECT_EQ(pipeline.step(1.0)(0), offset[t] + scale[t]);  // the notebook predicts 1
    if (t > 3) {
      const double y = 10 * t + t % 3;
      pipeline.partial_fit(at(t - 3), y);
      EXPECT_EQ(pipeline.model().step_of_label, t - 3);
      const double z = pipeline.model().label(0);
      if (t <= 8) {  // the first labels know no scale at their step
        EXPECT_EQ(is_nan(z), scale[t - 3] == 0) << t;
      } else {
        EXPECT_EQ(z, (std::min)((y - offset[t - 3]) / scale[t - 3], 8.0)) << t;
      }
    }
  }
  // Not what holds now:
  EXPECT_NE(offset[46], offset[49]);
}

TEST(Pipeline, LearnsTheScaleOfTheChangesThatLabelsBring) {
  // The horizon is two: at step t the newest label is that of t − 2, and y_t changes over that.
  using Model = Notebook<double, 1, 1>;
  Pipeline pipeline{NoTransform(), Model(), Chain(Difference<double, 1>(), StandardScaler<double, 1>())};
  StandardScaler<double, 1> changes;
  double y[100];
  for (int t = 1; t < 100; ++t) {
    y[t] = 1000 + t * t;
    const double prediction = pipeline.step(1.0)(0);
    double mean, deviation;
    changes.affine(&mean, &deviation);
    EXPECT_NEAR(prediction, (t > 2 ? y[t - 2] : 0) + mean + deviation, 1e-9);  // rounding of 1e4
    if (t >= 2) {
      pipeline.partial_fit(at(t - 1), y[t - 1]);
      if (t >= 4) {
        changes.partial_fit(y[t - 1] - y[t - 3]);
      }
    }
  }
  EXPECT_EQ(pipeline.out().part<1>().mean(), changes.mean());
  EXPECT_EQ(pipeline.out().part<1>().variance(), changes.variance());
}

TEST(Pipeline, MasksWhatIsMissing) {
  Noted pipeline;
  const Eigen::Vector2d x(1, 2);
  for (int t = 0; t < 10; ++t) {
    pipeline.partial_fit(x, Eigen::Vector2d(t * t, -t * t));
  }
  const Eigen::Vector2d before = pipeline.out().part<1>().mean();
  pipeline.partial_fit(x, Eigen::Vector2d(not_a_number<double>, 3));
  EXPECT_TRUE(is_nan(pipeline.model().label(0)));
  EXPECT_TRUE(is_finite(pipeline.model().label(1)));
  EXPECT_EQ(pipeline.out().part<1>().mean()(0), before(0));
  EXPECT_NE(pipeline.out().part<1>().mean()(1), before(1));
  EXPECT_EQ(pipeline.step(x)(1),
            3 + pipeline.out().part<1>().mean()(1) + 2 * std::sqrt(pipeline.out().part<1>().variance()(1)));
}

TEST(Pipeline, WeighsLabels) {
  Pipeline pipeline{StandardScaler<float, 3>(), FixedModel(), StandardScaler<float, 2>()};
  auto plain = pipeline, without = pipeline;
  const auto samples = drifting_samples<float>(30);
  for (const auto& sample : samples) {
    const auto loss = plain.partial_fit(sample.x, sample.y);
    const auto weighted_loss = pipeline.partial_fit(sample.x, weighted(sample.y, 1.0f));
    EXPECT_TRUE(loss == weighted_loss || is_nan(loss));
    without.partial_fit(sample.x, weighted(sample.y, 0.0f));
  }
  EXPECT_TRUE(same_bits(pipeline.prediction(), plain.prediction()));
  EXPECT_EQ(without.model().last_update().updates, 0);
  EXPECT_EQ(without.out().mean(), Eigen::Vector2d::Zero());
  EXPECT_THROW(pipeline.partial_fit(weighted(samples[0].y, Vector<float>(3))), std::invalid_argument);
}

TEST(Pipeline, LearnsClassesBehindAScaler) {
  using Network = Sequential<GruCell<float, 1, 8>, Dense<float, 8, 2>>;
  Pipeline classifier{StandardScaler<float, 1>(), Online<Network, SoftmaxCrossEntropy>()};
  EXPECT_THROW(classifier.partial_fit(1e6f, 2), std::invalid_argument);
  EXPECT_EQ(classifier.in().mean()(0), 0);
  int right = 0;
  for (int t = 0; t < 600; ++t) {
    const int label = (t / 3) % 2;
    const float x = label == 1 ? 5000.0f : 5001.0f;
    right += t >= 500 && (classifier.predict(x)(1) > classifier.predict(x)(0)) == (label == 1);
    classifier.partial_fit(x, label);
  }
  EXPECT_GT(right, 95);
}

TEST(Pipeline, LabelsOfStepsThatHaveGoneTeachNothing) {
  Noted pipeline;
  const Eigen::Vector2d x(1, 2), y(3, 4);
  for (int t = 0; t < 6; ++t) {
    pipeline.partial_fit(x, y * (t * t));
  }
  const Eigen::Vector2d mean = pipeline.out().part<1>().mean();
  for (const std::int64_t step : {0, 1, 2, 7}) {
    pipeline.partial_fit(at(step), y * 100);
    EXPECT_TRUE(all_are_nan(pipeline.model().label)) << step;
  }
  pipeline.model().step(x);  // by itself: nothing is known of its scale
  pipeline.step(x);
  for (const std::int64_t step : {5, 6, 7}) {
    pipeline.partial_fit(at(step), y);
    EXPECT_TRUE(all_are_nan(pipeline.model().label)) << step;
  }
  EXPECT_EQ(pipeline.out().part<1>().mean(), mean);
  pipeline.partial_fit(at(8), y);
  EXPECT_TRUE(all_are_finite(pipeline.model().label));
}

TEST(Pipeline, NamesPartsThatDoNotFit) {
  EXPECT_THROW(Pipeline(StandardScaler<float>(2), Lstm<float>(3, 4, 1)), std::invalid_argument);
  EXPECT_THROW(Pipeline(NoTransform(), Lstm<float>(3, 4, 1), StandardScaler<float>(2)),
               std::invalid_argument);
  EXPECT_THROW(Chain(Difference<float>(1), StandardScaler<float>(2)), std::invalid_argument);
}

TEST(Pipeline, GoesOnFromItsState) {
  Noted pipeline, resumed = pipeline;
  const auto sample = [](int t) { return Eigen::Vector2d(t % 5, 100 + t * t % 7); };
  for (int t = 0; t < 20; ++t) {
    pipeline.partial_fit(sample(t), sample(t + 1));
  }
  pipeline.step(sample(3));
  copy_state(pipeline, resumed);
  for (int t = 0; t < 5; ++t) {
    for (Noted* each : {&pipeline, &resumed}) {
      each->partial_fit(at(20 + t), sample(t + 7));
      each->step(sample(t));
    }
    EXPECT_EQ(resumed.model().input, pipeline.model().input);
    EXPECT_EQ(resumed.model().label, pipeline.model().label);
    EXPECT_EQ(resumed.prediction(), pipeline.prediction());
  }
}

/// The riders of each day at a station, in thousands, then the weather and the games of the day, as they are.
std::vector<Eigen::Vector<float, 12>> ridership() {
  std::ifstream file(EDDY_EXAMPLE_DATA "/chicago_ridership.csv");
  std::vector<Eigen::Vector<float, 12>> rows;
  std::string line, cell;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::getline(cells, cell, ',');  // the date
    rows.emplace_back();
    for (float& value : rows.back()) {
      std::getline(cells, cell, ',');
      value = std::stof(cell);
    }
  }
  return rows;
}

/// The root mean square error over the deviation of the riders tomorrow, in the second half. One value in
/// fifty is missing from what the model sees, if so asked.
template <class Model>
double error_on_ridership(Model model, bool holes) {
  const auto rows = ridership();
  Random random(9);
  const auto holed = [&](float value) {
    return holes && random.uniform(1) > 0.96 ? not_a_number<float> : value;
  };
  double errors = 0, sum = 0, squares = 0;
  std::size_t scored = 0;
  for (std::size_t day = 0; day + 1 < rows.size(); ++day) {
    Eigen::Vector<float, 12> x = rows[day];
    for (float& value : x) {
      value = holed(value);
    }
    const float truth = rows[day + 1](0);
    const auto prediction = static_cast<float>(model.step(x)(0));
    model.partial_fit(holed(truth));
    if (day >= rows.size() / 2) {
      ++scored;
      errors += std::pow(prediction - truth, 2);
      sum += truth;
      squares += truth * truth;
    }
  }
  const double mean = sum / static_cast<double>(scored);
  return std::sqrt(errors / (squares - mean * sum));
}

TEST(Pipeline, LearnsFromARawStreamAsWellAsFromOneScaledByHand) {
  using Model = Lstm<float, 12, 16, 1>;
  // By hand means knowing the moments of all days from the first.
  struct ByHand {
    explicit ByHand(const std::vector<Eigen::Vector<float, 12>>& rows) {
      for (const auto& row : rows) {
        moments.partial_fit(row);
      }
    }
    Eigen::Vector<float, 1> step(const Eigen::Vector<float, 12>& x) {
      const auto mean = static_cast<float>(moments.mean()(0)),
                 deviation = static_cast<float>(std::sqrt(moments.variance()(0)));
      return Eigen::Vector<float, 1>(mean + deviation * model.step(moments.transform(x))(0));
    }
    void partial_fit(float y) {
      model.partial_fit(moments.transform(Eigen::Vector<float, 12>::Constant(y)).head<1>());
    }
    StandardScaler<float, 12> moments;
    Model model;
  };
  const double raw = error_on_ridership(Model(), false);
  const double by_hand = error_on_ridership(ByHand(ridership()), false);
  const double pipeline =
      error_on_ridership(Pipeline<StandardScaler<float, 12>, Model, StandardScaler<float, 1>>(), false);
  const double holed = error_on_ridership(
      Pipeline<Chain<Imputer<float, 12>, StandardScaler<float, 12>>, Model, StandardScaler<float, 1>>(),
      true);
  // Measured: raw 0.80, by hand 0.49, pipeline 0.49, with holes 0.50; another seed moves these by 0.04.
  EXPECT_GT(raw, 0.65);
  EXPECT_LT(by_hand, 0.6);
  EXPECT_LT(pipeline, by_hand + 0.06);
  EXPECT_LT(holed, by_hand + 0.08);
}

}  // namespace
}  // namespace eddy::testing

template class eddy::Pipeline<eddy::StandardScaler<float, 3>, eddy::Lstm<float, 3, 8, 2>,
                              eddy::StandardScaler<float, 2>>;
template class eddy::Pipeline<eddy::StandardScaler<double>, eddy::Lstm<double>, eddy::StandardScaler<double>>;
template class eddy::Chain<eddy::Difference<double, 2>, eddy::StandardScaler<double, 2>>;
