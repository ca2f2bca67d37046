#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/core/kernels.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {

/// Sizes on every side of what fits a register, a block of registers, and what is left over.
const std::vector<int> sizes{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 70, 130};

template <class Scalar>
class Kernels : public ::testing::Test {
 protected:
  // Sums of up to 130 products of numbers below 1, in another order than Eigen's.
  static constexpr double tolerance = std::is_same_v<Scalar, float> ? 2e-5 : 4e-14;
};

using Scalars = ::testing::Types<float, double>;
TYPED_TEST_SUITE(Kernels, Scalars);

TYPED_TEST(Kernels, ProductsEqualThePlainEigenForm) {
  using Scalar = TypeParam;
  for (const int rows : sizes) {
    for (const int columns : sizes) {
      // Rows out of the middle of a taller matrix: the stride is not the number of rows.
      const Matrix<Scalar> tall = random_matrix<Scalar>(rows + 3, columns, 1);
      const auto W = tall.middleRows(2, rows);
      const Vector<Scalar> v = random_vector<Scalar>(columns, 2), delta = random_vector<Scalar>(rows, 3);
      Vector<Scalar> y = Vector<Scalar>::Constant(rows + 1, 9), e = Vector<Scalar>::Constant(columns + 1, 9);

      product(W, v, y.head(rows));
      EXPECT_LT(worst_error(y.head(rows), Vector<Scalar>(W * v)), this->tolerance)
          << rows << " x " << columns;
      transposed_product(W, delta, e.head(columns));
      EXPECT_LT(worst_error(e.head(columns), Vector<Scalar>(W.transpose() * delta)), this->tolerance);
      add_transposed_product(W, delta, e.head(columns));
      EXPECT_LT(worst_error(e.head(columns), Vector<Scalar>(2 * W.transpose() * delta)), 2 * this->tolerance);
      EXPECT_EQ(y(rows), 9);  // nothing is written behind the end
      EXPECT_EQ(e(columns), 9);
    }
  }
}

TYPED_TEST(Kernels, TheWindowProductEqualsThePlainEigenForm) {
  using Scalar = TypeParam;
  constexpr int ring = 6;
  for (const int rows : sizes) {
    for (const int columns : sizes) {
      const Matrix<Scalar> tape = random_matrix<Scalar>(rows + columns + 5, ring, 1);
      const Sweep<Scalar> sweep{tape.data(), tape.rows(), {}, {}};
      const auto delta = tape.col(0).segment(2, rows), v = tape.col(0).segment(rows + 4, columns);
      for (const Slots slots :
           {Slots{0, 1, ring}, Slots{2, 3, ring}, Slots{4, 4, ring}, Slots{3, ring, ring}}) {
        Matrix<Scalar> expected = Matrix<Scalar>::Zero(rows, columns);
        for (int i = 0; i < slots.count; ++i) {
          const auto column = tape.col((slots.first + i) % ring);
          expected += column.segment(2, rows) * column.segment(rows + 4, columns).transpose();
        }
        Matrix<Scalar> dW = Matrix<Scalar>::Constant(rows + 1, columns, 9);
        window_product(sweep, slots, delta, v, dW.topRows(rows), false);
        EXPECT_LT(worst_error(dW.topRows(rows), expected), this->tolerance) << rows << " x " << columns;
        window_product(sweep, slots, delta, v, dW.topRows(rows), true);
        EXPECT_LT(worst_error(dW.topRows(rows), Matrix<Scalar>(2 * expected)), 2 * this->tolerance);
        EXPECT_TRUE((dW.row(rows).array() == 9).all());
      }
    }
  }
}

}  // namespace eddy::testing
