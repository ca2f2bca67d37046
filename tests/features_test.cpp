#include "support/numeric.hpp"
#include "support/state.hpp"
#include "support/unroll.hpp"

#include <eddy/cells/rnn_cell.hpp>
#include <eddy/heads/features.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::Features<eddy::RnnCell<float, 3, 8>>;
template class eddy::Features<eddy::RnnCell<double, 1, 1>>;

namespace eddy::testing {
namespace {

using Cell = RnnCell<double, 3, 8>;

TEST(Features, AreWhatTheNetworkComputes) {
  Features<Cell> features(7);
  const Matrix<double> x = random_matrix<double>(3, 10, 1);
  const auto run = unroll(Cell(), Vector<double>(features.parameters()), x, Vector<double>::Zero(8),
                          Matrix<double>::Zero(8, 10));
  for (int step = 0; step < 10; ++step) {
    EXPECT_EQ(Vector<double>(features.step(x.col(step))), run.outputs.col(step));
  }
  EXPECT_EQ(features.time(), 10);
}

TEST(Features, PredictChangesNothing) {
  Features<RnnCell<double>> features(RnnCell<double>(3, 8));
  for (std::uint64_t step = 1; step <= 5; ++step) {
    const Vector<double> x = random_vector<double>(3, step), ahead = features.predict(x);
    EXPECT_EQ(Vector<double>(features.step(x)), ahead);
  }
}

TEST(Features, PassOverWhatIsNotFinite) {
  Features<Cell> features, other;
  const Vector<double> x = random_vector<double>(3, 1);
  Vector<double> bad = x;
  bad(1) = not_a_number<double>;
  features.step(x);
  EXPECT_TRUE(all_are_nan(features.step(bad)));
  other.step(x);
  EXPECT_EQ(Vector<double>(features.step(x)), Vector<double>(other.step(x)));
  EXPECT_THROW(features.step(Vector<double>::Zero(2).eval()), std::invalid_argument);
}

TEST(Features, BeginAnewAfterReset) {
  Features<Cell> features;
  const Vector<double> x = random_vector<double>(3, 1), first = features.step(x);
  EXPECT_NE(Vector<double>(features.step(x)), first);
  features.reset();
  EXPECT_EQ(features.prediction().norm(), 0);
  EXPECT_EQ(Vector<double>(features.step(x)), first);
  EXPECT_EQ(features.time(), 3);
}

TEST(Features, GoOnFromTheirState) {
  Features<Cell> features(1), other(2);
  const Vector<double> x = random_vector<double>(3, 1);
  features.step(x);
  copy_state(features, other);
  EXPECT_EQ(Vector<double>(other.prediction()), features.prediction());
  EXPECT_EQ(Vector<double>(other.step(x)), Vector<double>(features.step(x)));
}

}  // namespace
}  // namespace eddy::testing
