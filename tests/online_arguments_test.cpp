#include "conformance/online_support.hpp"

#include <array>
#include <memory>

namespace eddy::testing {
namespace {

// Every form of argument means the same as the plain vector of the same values.

using Fixed = Lstm<float, 3, 4, 2, MeanSquaredError, Sgd, TruncatedBptt<4>, NoRehearsal>;
using Single = Lstm<float, 1, 4, 1, MeanSquaredError, Sgd, TruncatedBptt<4>, NoRehearsal>;
using Sized = Rnn<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, TruncatedBptt<4>, NoRehearsal>;

class OnlineArguments : public ::testing::Test {
 protected:
  const Eigen::Vector3f x{1, -2, 0.5f};
  const Eigen::Vector2f y{0.25f, -1};
  Fixed model, expected = model;

  void SetUp() override { expected.partial_fit(x, y); }

  /// Whether the model has learned the same from other forms of x and y.
  ::testing::AssertionResult same(const float loss) {
    const auto result = same_contents(model, expected);
    model = Fixed();
    return loss == expected.last_update().loss ? result : ::testing::AssertionFailure() << "another loss";
  }
};

TEST_F(OnlineArguments, ColumnsRowsAndSegments) {
  Eigen::MatrixXf columns(3, 2), rows(2, 3);
  columns.col(1) = x;
  rows.row(1) = x.transpose();
  Eigen::Matrix<float, 5, 1> longer;
  longer << 9, x, 9;
  Eigen::MatrixXf sample(1, 6);
  sample << 9, x.transpose(), y.transpose();
  EXPECT_TRUE(same(model.partial_fit(columns.col(1), y)));
  EXPECT_TRUE(same(model.partial_fit(rows.row(1), y.transpose())));
  EXPECT_TRUE(same(model.partial_fit(x.transpose(), y)));
  EXPECT_TRUE(same(model.partial_fit(longer.segment(1, 3), y)));
  EXPECT_TRUE(same(model.partial_fit(longer.segment<3>(1), y)));
  EXPECT_TRUE(same(model.partial_fit(sample.row(0).segment(1, 3), sample.row(0).tail(2))));
  EXPECT_TRUE(same(model.partial_fit(sample.row(0).segment<3>(1), sample.row(0).tail<2>())));
}

TEST_F(OnlineArguments, MapsAndReferences) {
  const std::array<float, 6> strided{x(0), 9, x(1), 9, x(2), 9};
  const std::vector<float> values{x(0), x(1), x(2)};
  const Eigen::Ref<const Eigen::VectorXf> reference = x;
  EXPECT_TRUE(same(model.partial_fit(Eigen::Map<const Eigen::VectorXf>(values.data(), 3), y)));
  EXPECT_TRUE(same(model.partial_fit(Eigen::Map<const Eigen::Vector3f>(values.data()), y)));
  EXPECT_TRUE(same(
      model.partial_fit(Eigen::Map<const Eigen::VectorXf, 0, Eigen::InnerStride<2>>(strided.data(), 3), y)));
  EXPECT_TRUE(same(model.partial_fit(reference, y)));
}

TEST_F(OnlineArguments, RunTimeVectorsAndArrays) {
  EXPECT_TRUE(same(model.partial_fit(Eigen::VectorXf(x), Eigen::VectorXf(y))));
  EXPECT_TRUE(same(model.partial_fit(Eigen::RowVectorXf(x.transpose()), y)));
  EXPECT_TRUE(same(model.partial_fit(Eigen::ArrayXf(x.array()), Eigen::Array2f(y.array()))));
}

TEST_F(OnlineArguments, Expressions) {
  const Eigen::Matrix3f permutation{{0, 0, 1}, {1, 0, 0}, {0, 1, 0}};
  const Eigen::Vector3f permuted{x(1), x(2), x(0)};
  EXPECT_TRUE(same(model.partial_fit(x + Eigen::Vector3f::Zero(), 2 * (y / 2))));
  EXPECT_TRUE(same(model.partial_fit(x.cast<double>().cast<float>(), y)));
  EXPECT_TRUE(same(model.partial_fit(permutation * permuted, y)));
  EXPECT_TRUE(same(model.partial_fit(permuted(std::array{2, 0, 1}), y)));
}

TEST_F(OnlineArguments, Weights) {
  EXPECT_TRUE(same(model.partial_fit(x, weighted(y, 1))));
  EXPECT_TRUE(same(model.partial_fit(x, weighted(y, 1.0))));
  EXPECT_TRUE(same(model.partial_fit(x, weighted(y, Eigen::Vector2f::Ones()))));
  EXPECT_TRUE(same(model.partial_fit(x, weighted(y.transpose(), Eigen::RowVectorXf::Ones(2)))));
  EXPECT_TRUE(same(model.partial_fit(x, weighted(weighted(y, 2), 0.5f))));
}

TEST_F(OnlineArguments, WeightsThatCannotBeUsedSkipTheSample) {
  const Eigen::VectorXf before = model.parameters();
  for (const float weight : {-1.0f, not_a_number<float>, std::numeric_limits<float>::infinity()}) {
    model.partial_fit(x, weighted(y, weight));
    EXPECT_EQ(model.last_update().status, UpdateStatus::target_not_finite);
    model.partial_fit(x, weighted(y, Eigen::Vector2f(1, weight)));
    EXPECT_EQ(model.last_update().status, UpdateStatus::target_not_finite);
  }
  model.partial_fit(x, weighted(y, 0));
  EXPECT_EQ(model.last_update().status, UpdateStatus::target_missing);
  EXPECT_EQ(model.last_update().skipped, 7);
  EXPECT_TRUE(same_bits(model.parameters(), before));
}

TEST(OnlineArgumentsOfOneValue, AreNumbers) {
  Single numbers, vectors;
  const Vector<float, 1> x{0.5f}, y{-1};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(numbers.predict(0.5f)(0), vectors.predict(x)(0));
    EXPECT_EQ(numbers.partial_fit(0.5f, -1), vectors.partial_fit(x, y));
    EXPECT_EQ(numbers.partial_fit(0.5, -1.0), vectors.partial_fit(Eigen::VectorXf(x), Eigen::VectorXf(y)));
    EXPECT_EQ(numbers.step(1)(0), vectors.step(2 * x)(0));
    EXPECT_EQ(numbers.partial_fit(at(numbers.time()), weighted(-1, 2)), vectors.partial_fit(weighted(y, 2)));
  }
  EXPECT_TRUE(same_contents(numbers, vectors));
}

TEST(OnlineArgumentsOfOneValue, AreNumbersAtRunTime) {
  Sized numbers(1, 4, 1), vectors = numbers;
  const Vector<double> x = Vector<double>::Constant(1, 0.5), y = -x;
  EXPECT_EQ(numbers.predict(0.5)(0), vectors.predict(x)(0));
  EXPECT_EQ(numbers.partial_fit(0.5, -0.5), vectors.partial_fit(x, y));
  EXPECT_TRUE(same_contents(numbers, vectors));
}

TEST(OnlineForecast, FeedsOutputsBackAndChangesNothing) {
  Sized model(2, 5, 2, {.seed = 3});
  const auto samples = make_samples<double>(2, 2, 20);
  learn(model, samples);
  Sized twin = model;
  const Vector<double> x = samples[0].x;

  const Matrix<double> ahead = model.forecast(x, 6);
  ASSERT_EQ(ahead.rows(), 2);
  ASSERT_EQ(ahead.cols(), 6);
  Sized steps = model;
  Vector<double> input = x;
  for (int i = 0; i < 6; ++i) {
    input = Vector<double>(steps.step(input));
    EXPECT_TRUE(same_bits(ahead.col(i), input));
  }
  EXPECT_TRUE(same_bits(ahead.col(0), model.predict(x)));
  EXPECT_TRUE(go_on_alike(model, twin, samples));

  auto stream = model.make_stream();
  model.step(stream, x);
  const Matrix<double> before = model.forecast(stream, x, 3);
  EXPECT_TRUE(same_bits(model.forecast(stream, x, 3).reshaped(), before.reshaped()));
  EXPECT_EQ(stream.time(), 1);
}

TEST(OnlineForecast, WorksForOneNumber) {
  const Single model;
  const auto ahead = model.forecast(0.5f, 3);
  EXPECT_EQ(ahead(0, 0), model.predict(0.5f)(0));
  Single steps = model;
  EXPECT_EQ(steps.step(0.5f)(0), ahead(0, 0));
  EXPECT_EQ(steps.step(ahead(0, 0))(0), ahead(0, 1));
  EXPECT_EQ(steps.step(ahead(0, 1))(0), ahead(0, 2));
}

}  // namespace
}  // namespace eddy::testing
