#include "support/numeric.hpp"
#include "support/state.hpp"
#include "support/unroll.hpp"

#include <eddy/heads/inverse_correlation.hpp>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

template class eddy::InverseCorrelation<float, 20>;
template class eddy::InverseCorrelation<double, 3>;
template class eddy::InverseCorrelation<float>;
template class eddy::InverseCorrelation<double>;

namespace eddy::testing {
namespace {

template <class Inverse>
Matrix<double> P_of(const Inverse& inverse) {
  const Matrix<double> S = inverse.root().template cast<double>();
  return S * S.transpose();
}

template <class Scalar>
double largest_eigenvalue(const InverseCorrelation<Scalar>& inverse) {
  return Eigen::SelfAdjointEigenSolver<Matrix<double>>(P_of(inverse)).eigenvalues().maxCoeff();
}

TEST(InverseCorrelation, EqualsTheInverseAtEverySize) {
  for (const int size : {1, 2, 7, 8, 9, 16, 17, 40, 75, 130}) {
    InverseCorrelation<double> inverse(size, 1, 0.1);
    Matrix<double> R = 0.1 * Matrix<double>::Identity(size, size);
    for (std::uint64_t step = 1; step <= 5; ++step) {
      const Vector<double> x = random_vector<double>(size, step);
      const Vector<double> Px = R.inverse() * x, gain = Px / (1 + x.dot(Px));
      ASSERT_TRUE(inverse.take(x.data()));
      // Condition numbers up to 10^3, times 2^-53, times some sums of 130.
      EXPECT_LT(worst_error(inverse.gain(), gain), 1e-11) << size;
      R += x * x.transpose();
    }
    EXPECT_LT(worst_error(P_of(inverse), Matrix<double>(R.inverse())), 1e-11) << size;
  }
}

TEST(InverseCorrelation, ForgetsSamplesButNotTheRidge) {
  // Four coordinates that lose a fourth root of a half at a step: one has its turn at each step.
  const double forgetting = std::pow(0.5, 0.25), ridge = 0.3;
  InverseCorrelation<double, 4> inverse(4, forgetting, ridge);
  Matrix<double> R = ridge * Matrix<double>::Identity(4, 4);
  for (int step = 0; step < 50; ++step) {
    const Vector<double> x = random_vector<double>(4, static_cast<std::uint64_t>(step));
    ASSERT_TRUE(inverse.take(x.data()));
    R = forgetting * R + x * x.transpose();
    ASSERT_EQ(inverse.take_ridge(), step % 4);
    R(step % 4, step % 4) += ridge / 2;
    ASSERT_EQ(inverse.take_ridge(), -1);
    // Fifty updates of a matrix with a condition below 10^3.
    ASSERT_LT(worst_error(P_of(inverse), Matrix<double>(R.inverse())), 1e-11) << step;
  }
}

template <class Scalar>
void does_not_wind_up() {
  constexpr int size = 5;
  const double ridge = 0.01;
  InverseCorrelation<Scalar> inverse(size, 0.99, ridge);
  const Vector<Scalar> constant = Vector<Scalar>::Constant(size, Scalar(0.7)),
                       nothing = Vector<Scalar>::Zero(size);
  for (int step = 0; step < 1000000; ++step) {
    inverse.take((step < 500000 ? constant : nothing).data());
    while (inverse.take_ridge() >= 0) {
    }
    if (step % 99991 == 0) {
      ASSERT_LT(largest_eigenvalue(inverse), 2 / ridge * (1 + 1e-3)) << step;
    }
  }
  EXPECT_GT(largest_eigenvalue(inverse), 1 / ridge * (1 - 1e-3));  // all that was learned is forgotten
  EXPECT_GT(inverse.root().diagonal().minCoeff(), 0);
}

TEST(InverseCorrelation, DoesNotWindUp) {
  does_not_wind_up<float>();
  does_not_wind_up<double>();
}

TEST(InverseCorrelation, RefusesWhatIsTooLarge) {
  InverseCorrelation<float> inverse(2, 0.9, 1);
  const Vector<float> huge = Vector<float>::Constant(2, 1e30f);
  const Matrix<float> before = inverse.root();
  EXPECT_FALSE(inverse.take(huge.data()));
  EXPECT_EQ(inverse.root(), before);
  const Vector<float> large = Vector<float>::Constant(2, 1e15f);
  EXPECT_TRUE(inverse.take(large.data()));
  EXPECT_TRUE(all_are_finite(inverse.root()));
  EXPECT_TRUE(all_are_finite(inverse.gain()));
}

TEST(InverseCorrelation, GoesOnFromItsState) {
  InverseCorrelation<double> inverse(3, 0.7, 0.1), other(3, 0.7, 0.1);
  const auto take = [](auto& into, std::uint64_t seed) {
    const Vector<double> x = random_vector<double>(3, seed);
    into.take(x.data());
    while (into.take_ridge() >= 0) {
    }
  };
  take(inverse, 1);
  copy_state(inverse, other);
  take(inverse, 2);
  take(other, 2);
  EXPECT_EQ(inverse.root(), other.root());
}

TEST(InverseCorrelation, NamesASettingThatCannotBe) {
  EXPECT_THROW(InverseCorrelation<double>(3, 0, 1), std::invalid_argument);
  EXPECT_THROW(InverseCorrelation<double>(3, 1.1, 1), std::invalid_argument);
  EXPECT_THROW(InverseCorrelation<double>(3, not_a_number<double>, 1), std::invalid_argument);
  EXPECT_THROW(InverseCorrelation<double>(3, 0.9, 0), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing
