#include "conformance/online_conformance.hpp"
#include "conformance/online_skipping.hpp"

namespace eddy::testing {
namespace {

using Deep =
    Online<Sequential<Skip<LstmCell<float, 3, 6>>, Residual<GruCell<float, 9, 9>>, Dense<float, 9, 2>>,
           MeanSquaredError, AdamW, TruncatedBptt<8, 2>, RecentRehearsal<50>>;
using BareCell =
    Online<GruCell<double, 3, 2, GruReset::after>, MeanSquaredError, Momentum, TruncatedBptt<1>, NoRehearsal>;

using Models = ::testing::Types<Deep, BareCell>;
INSTANTIATE_TYPED_TEST_SUITE_P(Composed, OnlineConformance, Models);
INSTANTIATE_TYPED_TEST_SUITE_P(Composed, OnlineSkipping, Models);

}  // namespace
}  // namespace eddy::testing
