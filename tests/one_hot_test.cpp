#include "support/numeric.hpp"

#include <eddy/preprocessing/one_hot.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <stdexcept>

template class eddy::OneHot<float, 3>;
template class eddy::OneHot<double>;

namespace eddy::testing {
namespace {

static_assert(Transform<OneHot<float, 3>> && Transform<OneHot<double>>);

TEST(OneHot, MarksTheClass) {
  OneHot<float, 3> fixed;
  OneHot<double> sized(3);
  for (int index = 0; index < 3; ++index) {
    EXPECT_EQ(fixed.transform(index), Eigen::Vector3f::Unit(index));
    EXPECT_EQ(sized.transform(Vector<double, 1>(index)), Eigen::Vector3d::Unit(index));
  }
}

TEST(OneHot, MarksNothingForWhatIsNoClass) {
  OneHot<float, 3> classes;
  for (const double index :
       {-1.0, 3.0, 0.5, 1e30, -1e30, not_a_number<double>, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(classes.transform(index), Eigen::Vector3f::Zero()) << index;
  }
}

TEST(OneHot, NamesANumberOfClassesThatCannotBe) {
  EXPECT_THROW(OneHot<float>(0), std::invalid_argument);
  EXPECT_THROW((OneHot<float, 3>(4)), std::invalid_argument);
  EXPECT_THROW((OneHot<float, 3>().transform(Vector<float>(2))), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing
