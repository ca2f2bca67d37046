#pragma once

#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/core/finite.hpp>
#include <eddy/core/kernels.hpp>

#include <gtest/gtest.h>

#include <numeric>

namespace eddy::testing {

/// The kernels of one target, and whether this machine can run them.
template <template <class> class Kernels_, Target Kind, class Scalar_>
struct KernelsOf {
  using Scalar = Scalar_;
  using Kernels = Kernels_<Scalar>;
  static bool runs_here() { return Kind == Target::portable || has_target(Kind); }
};

/// Every kernel against its plain Eigen form, at every size from 1 to 70 and some larger ones.
template <class Case>
class KernelConformance : public ::testing::Test {
 protected:
  using Number = typename Case::Scalar;
  using Tested = typename Case::Kernels;
  // Sums of up to 300 products of numbers below 1, in another order than Eigen's.
  static constexpr double tolerance = std::is_same_v<Number, float> ? 4e-5 : 1e-13;

  void SetUp() override {
    if (!Case::runs_here()) {
      GTEST_SKIP() << "this machine does not have the target";
    }
  }

  /// On every side of what fills registers and blocks of them.
  static std::vector<int> some() { return {1, 2, 3, 4, 5, 8, 9, 16, 17, 33, 70, 130, 300}; }
  static std::vector<int> all() {
    std::vector<int> sizes(70);
    std::iota(sizes.begin(), sizes.end(), 1);
    sizes.insert(sizes.end(), {97, 130, 300});
    return sizes;
  }

  template <class Test>
  static void for_each_shape(Test&& test) {
    for (const int rows : all()) {
      for (const int columns : some()) {
        test(rows, columns);
        if (rows != columns) {
          test(columns, rows);
        }
      }
    }
  }

  template <class Actual, class Expected>
  void expect_near(const Actual& actual, const Expected& expected, double times = 1) {
    ASSERT_LT(worst_error(Matrix<Number>(actual), Matrix<Number>(expected)), times * tolerance);
  }

  /// The product and its transpose, for a number of streams.
  template <class Streams>
  void products(int rows, int columns, Streams streams) {
    // Rows out of the middle of a taller matrix: the stride is not the number of rows.
    const Matrix<Number> tall = random_matrix<Number>(rows + 3, columns, 1);
    const auto plain = tall.middleRows(2, rows);
    const MatrixPart<const Number> W{tall.data() + 2, rows, columns, tall.outerStride()};
    const Matrix<Number> v = random_matrix<Number>(columns + 2, streams, 2),
                         delta = random_matrix<Number>(rows + 5, streams, 3);
    Matrix<Number> y = Matrix<Number>::Constant(rows + 1, streams, 9),
                   e = Matrix<Number>::Constant(columns + 1, streams, 9);
    const Columns<const Number> V{v.data(), v.outerStride()}, D{delta.data(), delta.outerStride()};
    const Columns<Number> Y{y.data(), y.outerStride()}, E{e.data(), e.outerStride()};

    Tested::template product<Elementwise::identity>(W, V, Y, streams);
    expect_near(y.topRows(rows), plain * v.topRows(columns));
    Tested::transposed_product(W, D, E, streams, false);
    const Matrix<Number> expected = plain.transpose() * delta.topRows(rows);
    expect_near(e.topRows(columns), expected);
    Tested::transposed_product(W, D, E, streams, true);
    expect_near(e.topRows(columns), 2 * expected, 2);
    // Nothing is written behind the end.
    ASSERT_TRUE((y.row(rows).array() == 9).all() && (e.row(columns).array() == 9).all());
  }
};

TYPED_TEST_SUITE_P(KernelConformance);

TYPED_TEST_P(KernelConformance, ProductsEqualThePlainEigenForm) {
  this->for_each_shape([&](int rows, int columns) {
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns));
    this->products(rows, columns, OneStream());
  });
}

TYPED_TEST_P(KernelConformance, ProductsForManyStreamsEqualThePlainEigenForm) {
  for (const int streams : {1, 2, 3, 4, 6, 7, 13}) {
    for (const int rows : {1, 2, 5, 8, 16, 31, 32, 64, 70, 130}) {
      for (const int columns : {1, 3, 8, 16, 33, 70}) {
        SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns) + " x " +
                     std::to_string(streams));
        this->products(rows, columns, streams);
      }
    }
  }
}

TYPED_TEST_P(KernelConformance, TheWindowProductEqualsThePlainEigenForm) {
  using Scalar = typename TypeParam::Scalar;
  this->for_each_shape([&](int rows, int columns) {
    SCOPED_TRACE(std::to_string(rows) + " x " + std::to_string(columns));
    for (const int steps : {1, 2, 5}) {
      const Matrix<Scalar> tape = random_matrix<Scalar>(rows + columns + 5, steps, 1);
      const auto delta = tape.middleRows(2, rows), v = tape.middleRows(rows + 4, columns);
      Matrix<Scalar> dW = Matrix<Scalar>::Constant(rows + 1, columns, 9);
      const MatrixPart<Scalar> part{dW.data(), rows, columns, dW.outerStride()};
      const Matrix<Scalar> expected = delta * v.transpose();
      TypeParam::Kernels::window_product(delta.data(), v.data(), tape.outerStride(), steps, part, false);
      this->expect_near(dW.topRows(rows), expected);
      TypeParam::Kernels::window_product(delta.data(), v.data(), tape.outerStride(), steps, part, true);
      this->expect_near(dW.topRows(rows), 2 * expected, 2);
      ASSERT_TRUE((dW.row(rows).array() == 9).all());
    }
  });
}

TYPED_TEST_P(KernelConformance, LongWindowsAreSummedInPieces) {
  using Scalar = typename TypeParam::Scalar;
  const Matrix<Scalar> tape = random_matrix<Scalar>(60, 300, 1);
  Matrix<Scalar> dW(37, 20);
  TypeParam::Kernels::window_product(tape.data(), tape.data() + 40, 60, 300, {dW.data(), 37, 20, 37}, false);
  this->expect_near(dW, tape.topRows(37) * tape.bottomRows(20).transpose());
}

TYPED_TEST_P(KernelConformance, ActivationsEqualThoseOfTheStandardLibrary) {
  using Scalar = typename TypeParam::Scalar;
  // 3 units in the last place, and the relative error of the rational function below it in float.
  const double bound = 4 * static_cast<double>(std::numeric_limits<Scalar>::epsilon());
  const Scalar one = 1;
  std::vector<double> arguments;
  for (double a = -30; a < 30; a += 0.00731) {
    arguments.push_back(a);
  }
  for (double a = 1; a > 1e-30; a /= 3) {  // where digits are lost if anything cancels
    arguments.insert(arguments.end(), {a, -a});
  }
  for (const double a : arguments) {
    const Scalar x = static_cast<Scalar>(a);
    const auto value = [&]<Elementwise Phi>(std::integral_constant<Elementwise, Phi>) {
      Scalar y = 0;
      TypeParam::Kernels::template product<Phi>({&x, 1, 1, 1}, {&one, 0}, {&y, 0}, OneStream());
      return static_cast<double>(y);
    };
    const double tanh = std::tanh(static_cast<double>(x)), logistic = 0.5 + 0.5 * std::tanh(double{x} / 2);
    using std::integral_constant;
    ASSERT_NEAR(value(integral_constant<Elementwise, Elementwise::tanh>()), tanh, std::abs(tanh) * bound)
        << a;
    ASSERT_NEAR(value(integral_constant<Elementwise, Elementwise::logistic>()), logistic, bound) << a;
    ASSERT_EQ(value(integral_constant<Elementwise, Elementwise::relu>()), (std::max)(double{x}, 0.0)) << a;
  }
}

TYPED_TEST_P(KernelConformance, WhatIsNotANumberStaysSo) {
#if defined(__FAST_MATH__)
  if (TypeParam::Kernels::Lanes == 1) {
    GTEST_SKIP() << "under -ffast-math this is up to std::tanh";
  }
#endif
  using Scalar = typename TypeParam::Scalar;
  const Vector<Scalar> x = Vector<Scalar>::Constant(37, not_a_number<Scalar>);
  const Scalar one = 1;
  Vector<Scalar> y(37);
  TypeParam::Kernels::template product<Elementwise::tanh>({x.data(), 37, 1, 37}, {&one, 0}, {y.data(), 0},
                                                          OneStream());
  for (const Scalar value : y) {
    EXPECT_TRUE(is_nan(value));
  }
}

TYPED_TEST_P(KernelConformance, TheLstmEqualsThePlainEigenForm) {
  using Scalar = typename TypeParam::Scalar;
  using Values = Vector<Scalar>;
  const auto run = [&](int hidden, int inputs, auto streams) {
    SCOPED_TRACE(std::to_string(hidden) + " units, " + std::to_string(streams) + " streams");
    const int columns = inputs + hidden + 1;
    const Matrix<Scalar> W = random_matrix<Scalar>(4 * hidden, columns, 1, 0.5);
    Matrix<Scalar> tape = Matrix<Scalar>::Zero(10 * hidden + columns, streams),
                   state = random_matrix<Scalar>(2 * hidden, streams, 2);
    tape.bottomRows(columns) = random_matrix<Scalar>(columns, streams, 3);
    const Matrix<Scalar> before = state, v = tape.bottomRows(columns);
    const LstmStep<Scalar> step{.hidden = hidden,
                                .tape_stride = tape.rows(),
                                .state_stride = state.rows(),
                                .gates = tape.data(),
                                .delta = tape.data() + 4 * hidden,
                                .c_before = tape.data() + 8 * hidden,
                                .tanh_c = tape.data() + 9 * hidden,
                                .v = tape.data() + 10 * hidden,
                                .h = state.data(),
                                .c = state.data() + hidden};
    TypeParam::Kernels::lstm_forward({W.data(), 4 * hidden, columns, 4 * hidden}, step, streams);
    Matrix<Scalar> errors = random_matrix<Scalar>(2 * hidden, streams, 4);
    for (int s = 0; s < streams; ++s) {
      const Values sums = W * v.col(s), c_before = before.col(s).tail(hidden);
      const auto gate = [&](int index) { return sums.segment(index * hidden, hidden).array(); };
      const Values i = gate(0).unaryExpr([](Scalar a) { return 1 / (1 + std::exp(-a)); }),
                   f = gate(1).unaryExpr([](Scalar a) { return 1 / (1 + std::exp(-a)); }),
                   g = gate(2).unaryExpr([](Scalar a) { return std::tanh(a); }),
                   o = gate(3).unaryExpr([](Scalar a) { return 1 / (1 + std::exp(-a)); });
      const Values c = f.cwiseProduct(c_before) + i.cwiseProduct(g),
                   tanh_c = c.unaryExpr([](Scalar a) { return std::tanh(a); });
      this->expect_near(state.col(s).tail(hidden), c);
      this->expect_near(state.col(s).head(hidden), o.cwiseProduct(tanh_c));
      Values gates(4 * hidden);
      gates << i, f, g, o;
      this->expect_near(tape.col(s).head(4 * hidden), gates);
      this->expect_near(tape.col(s).segment(8 * hidden, hidden), c_before);
      this->expect_near(tape.col(s).segment(9 * hidden, hidden), tanh_c);

      const auto dh = errors.col(s).head(hidden).array();
      const Values dc = errors.col(s).tail(hidden).array() + dh * o.array() * (1 - tanh_c.array().square());
      Values delta(4 * hidden);
      delta << dc.array() * g.array() * i.array() * (1 - i.array()),
          dc.array() * c_before.array() * f.array() * (1 - f.array()),
          dc.array() * i.array() * (1 - g.array().square()),
          dh * tanh_c.array() * o.array() * (1 - o.array());
      Matrix<Scalar> own = errors.col(s);
      LstmStep<Scalar> back = step.stream(s);
      back.h = own.data();
      back.c = own.data() + hidden;
      TypeParam::Kernels::lstm_backward(back, 1);
      this->expect_near(tape.col(s).segment(4 * hidden, 4 * hidden), delta);
      this->expect_near(own.col(0).tail(hidden), dc.cwiseProduct(f));
    }
  };
  for (const int hidden : this->all()) {
    run(hidden, 3, OneStream());
  }
  for (const int hidden : {1, 4, 7, 8, 16, 32, 48, 70}) {
    for (const int streams : {1, 2, 4, 5, 9}) {
      run(hidden, 5, streams);
    }
  }
}

TYPED_TEST_P(KernelConformance, TrianglesEqualThePlainEigenForm) {
  using Scalar = typename TypeParam::Scalar;
  using Kernels = typename TypeParam::Kernels;
  constexpr int line = padded<Scalar>(1);
  for (const int blocks : {1, 2, 3, 4, 5, 8, 9, 13, 17}) {
    const int size = blocks * line;
    // in blocks of columns, as they lie in memory
    const Vector<Scalar> packed = random_vector<Scalar>(line * line * blocks * (blocks + 1) / 2, 1);
    Matrix<Scalar> S = Matrix<Scalar>::Zero(size, size);
    Index next = 0;
    for (int column = 0; column < size; ++column) {
      const int rows = (column / line + 1) * line;
      S.col(column).head(rows) = packed.segment(next, rows);
      next += rows;
    }
    const Vector<Scalar> x = random_vector<Scalar>(size, 2);
    Vector<Scalar> f(size);
    Kernels::multiply_triangle(packed.data(), blocks, x.data(), f.data());
    this->expect_near(f, S.transpose() * x);

    for (const int first : {0, blocks / 2, blocks - 1}) {
      const Vector<Scalar> c = random_vector<Scalar>(size, 3), d = random_vector<Scalar>(size, 4, 0.1);
      Vector<Scalar> updated = packed, g = Vector<Scalar>::Zero(size), sum = g;
      Kernels::update_triangle({updated.data(), first, blocks, f.data(), c.data(), d.data(), g.data()});
      next = Index{line} * line * first * (first + 1) / 2;
      this->expect_near(updated.head(next), packed.head(next));
      for (int column = first * line; column < size; ++column) {
        const int rows = (column / line + 1) * line;
        const Vector<Scalar> expected = c(column) * S.col(column) - d(column) * sum;
        this->expect_near(updated.segment(next, rows), expected.head(rows));
        sum += f(column) * S.col(column);
        next += rows;
      }
      this->expect_near(g, sum);
    }
  }
}

TYPED_TEST_P(KernelConformance, NormsAndOptimizersEqualThePlainEigenForm) {
  using Scalar = typename TypeParam::Scalar;
  using Array = Eigen::Array<Scalar, Dynamic, 1>;
  for (const int size : this->all()) {
    SCOPED_TRACE(size);
    const Array g = random_vector<Scalar>(size, 1);
    this->expect_near(Array::Constant(1, TypeParam::Kernels::squared_norm(g.data(), size)),
                      Array::Constant(1, g.matrix().squaredNorm()), size);
    const Array start = random_vector<Scalar>(size, 2), moment = random_vector<Scalar>(size, 3).cwiseAbs();
    Array w = start, m = moment, v = moment;
    const auto pass = [&]<OptimizerKernel Kernel>(std::integral_constant<OptimizerKernel, Kernel>) {
      return OptimizerPass<Scalar, Kernel>{.w = w.data(),
                                           .g = g.data(),
                                           .m = m.data(),
                                           .v = v.data(),
                                           .coefficient = Scalar(0.5),
                                           .limit = Scalar(0.3),
                                           .rate = Scalar(0.1),
                                           .gain1 = Scalar(0.2),
                                           .gain2 = Scalar(0.01),
                                           .epsilon = Scalar(1e-3),
                                           .keep = Scalar(0.9)};
    };
    const Array clipped = (g * Scalar(0.5)).min(Scalar(0.3)).max(Scalar(-0.3));
    TypeParam::Kernels::optimize(pass(std::integral_constant<OptimizerKernel, OptimizerKernel::sgd>()), size);
    this->expect_near(w, start - Scalar(0.1) * clipped);
    w = start;
    TypeParam::Kernels::optimize(pass(std::integral_constant<OptimizerKernel, OptimizerKernel::adam>()),
                                 size);
    const Array expected_m = moment + Scalar(0.2) * (clipped - moment),
                expected_v = moment + Scalar(0.01) * (clipped.square() - moment);
    this->expect_near(m, expected_m);
    this->expect_near(v, expected_v);
    this->expect_near(w, start * Scalar(0.9) - Scalar(0.1) * expected_m / (expected_v.sqrt() + Scalar(1e-3)));
  }
}

REGISTER_TYPED_TEST_SUITE_P(KernelConformance, ProductsEqualThePlainEigenForm,
                            ProductsForManyStreamsEqualThePlainEigenForm,
                            TheWindowProductEqualsThePlainEigenForm, LongWindowsAreSummedInPieces,
                            ActivationsEqualThoseOfTheStandardLibrary, WhatIsNotANumberStaysSo,
                            TheLstmEqualsThePlainEigenForm, TrianglesEqualThePlainEigenForm,
                            NormsAndOptimizersEqualThePlainEigenForm);

}  // namespace eddy::testing
