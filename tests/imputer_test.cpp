#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/preprocessing/imputer.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

template class eddy::Imputer<float, 2>;
template class eddy::Imputer<double>;
template class eddy::Imputer<float, 2, eddy::Indicators::beside>;
template class eddy::Imputer<double, eddy::Dynamic, eddy::Indicators::beside>;

namespace eddy::testing {
namespace {

static_assert(Transform<Imputer<float, 2>> && Transform<Imputer<double, Dynamic, Indicators::beside>>);

constexpr double gone = not_a_number<double>, infinite = std::numeric_limits<double>::infinity();

template <class I>
Vector<typename I::Scalar> take(I& imputer, const Vector<typename I::Scalar>& x) {
  imputer.partial_fit(x);
  return imputer.transform(x);
}

TEST(Imputer, HoldsTheLastValue) {
  Imputer<double, 2> imputer({.constant = 7});
  EXPECT_EQ(take(imputer, Eigen::Vector2d(gone, 1)), Eigen::Vector2d(7, 1));
  EXPECT_EQ(take(imputer, Eigen::Vector2d(2, gone)), Eigen::Vector2d(2, 1));
  EXPECT_EQ(take(imputer, Eigen::Vector2d(infinite, -infinite)), Eigen::Vector2d(2, 1));
  EXPECT_EQ(take(imputer, Eigen::Vector2d(5, 6)), Eigen::Vector2d(5, 6));
  EXPECT_EQ(take(imputer, Eigen::Vector2d(gone, gone)), Eigen::Vector2d(5, 6));
  imputer.reset();
  EXPECT_EQ(take(imputer, Eigen::Vector2d(gone, gone)), Eigen::Vector2d(7, 7));
}

TEST(Imputer, TakesTheMean) {
  Imputer<double> imputer(1, {.fill = Fill::mean, .constant = -1});
  EXPECT_EQ(take(imputer, Vector<double, 1>(gone))(0), -1);
  for (const double x : {2.0, 4.0, gone, 9.0}) {
    take(imputer, Vector<double, 1>(x));
  }
  imputer.reset();
  EXPECT_EQ(take(imputer, Vector<double, 1>(gone))(0), 5);
}

TEST(Imputer, TakesAConstant) {
  Imputer<float, 1> imputer({.fill = Fill::constant, .constant = 3});
  take(imputer, Vector<float, 1>(8));
  EXPECT_EQ(take(imputer, Vector<float, 1>(not_a_number<float>))(0), 3);
}

TEST(Imputer, TellsWhatWasMissing) {
  Imputer<double, 2, Indicators::beside> imputer;
  EXPECT_EQ(take(imputer, Eigen::Vector2d(4, 5)), Eigen::Vector4d(4, 5, 0, 0));
  EXPECT_EQ(take(imputer, Eigen::Vector2d(gone, 6)), Eigen::Vector4d(4, 6, 1, 0));
  EXPECT_EQ(take(imputer, Eigen::Vector2d(7, infinite)), Eigen::Vector4d(7, 6, 0, 1));
}

TEST(Imputer, GoesOnFromItsState) {
  for (const Fill fill : {Fill::last, Fill::mean}) {
    Imputer<double> imputer(2, {.fill = fill}), resumed(2, {.fill = fill});
    take(imputer, Eigen::Vector2d(1, 2));
    take(imputer, Eigen::Vector2d(5, gone));
    copy_state(imputer, resumed);
    take(imputer, Eigen::Vector2d(gone, 8));
    take(resumed, Eigen::Vector2d(gone, 8));
    EXPECT_EQ(take(resumed, Eigen::Vector2d(gone, gone)), take(imputer, Eigen::Vector2d(gone, gone)));
  }
}

TEST(Imputer, NamesWhatCannotBe) {
  EXPECT_THROW(Imputer<double>(0), std::invalid_argument);
  EXPECT_THROW(Imputer<double>(1, {.constant = gone}), std::invalid_argument);
  EXPECT_THROW(Imputer<double>(2).transform(1.0), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing
