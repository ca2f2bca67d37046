#include "conformance/online_conformance.hpp"
#include "conformance/online_skipping.hpp"

namespace eddy::testing {
namespace {

using Default = Lstm<float, 3, 8, 2>;
using RunTime = Gru<double>;
using Plain = Rnn<float, 3, 8, 2, MeanSquaredError, Sgd, TruncatedBptt<4>, NoRehearsal>;

using Models = ::testing::Types<Default, RunTime, Plain>;
INSTANTIATE_TYPED_TEST_SUITE_P(ReadyMade, OnlineConformance, Models);
INSTANTIATE_TYPED_TEST_SUITE_P(ReadyMade, OnlineSkipping, Models);

}  // namespace
}  // namespace eddy::testing
