// A checkpoint says what it is of: objects of another kind refuse it, even if all numbers would fit.

#include "support/state.hpp"
#include "support/tampering.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/forecaster.hpp>
#include <eddy/heads/echo_state.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/frozen.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/skip.hpp>
#include <eddy/models.hpp>
#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/preprocessing/unchanged.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/classification_metrics.hpp>
#include <eddy/streaming/conformal_interval.hpp>
#include <eddy/streaming/ddm.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/mixture.hpp>
#include <eddy/streaming/page_hinkley.hpp>
#include <eddy/streaming/regression_metrics.hpp>
#include <eddy/tasks.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace eddy::testing {
namespace {

/// A small model of any parts.
template <class L = MeanSquaredError, class O = Adam, class Cell = RnnCell<float, 2, 4>,
          class R = NoRehearsal, class Credit = TruncatedBptt<8>>
using Of = RecurrentModel<Cell, 2, L, O, Credit, R>;
template <class Network, class L = MeanSquaredError>
using Net = Online<Network, L, Adam, TruncatedBptt<8>, NoRehearsal>;
template <class Phi>
using Cell = RnnCell<float, 2, 4, Phi>;

/// What the second says of a checkpoint of the first, up to where it stands; it must not have changed.
template <class A, class B>
std::string refusal(const A& written, B&& read) {
  const std::string before = saved(read);
  const std::string reason = try_load_from(saved(written), read);
  if (!reason.empty()) {
    EXPECT_EQ(saved(read), before);
  }
  return reason.substr(0, reason.find(", in \""));
}
std::string other(const std::string& there, const std::string& here) {
  return "it is of other objects: it has " + there + ", expected " + here;
}

TEST(CheckpointKinds, CellsAndTheirActivationsAreNamed) {
  EXPECT_EQ(refusal(Of<>(), Of<MeanSquaredError, Adam, Cell<Relu>>()),
            other("RnnCell<Tanh>", "RnnCell<Relu>"));
  EXPECT_EQ(refusal(Of<MeanSquaredError, Adam, Cell<Logistic>>(), Of<>()),
            other("RnnCell<Logistic>", "RnnCell<Tanh>"));
  using Before = Of<MeanSquaredError, Adam, GruCell<float, 2, 4>>;
  using After = Of<MeanSquaredError, Adam, GruCell<float, 2, 4, GruReset::after>>;
  EXPECT_EQ(refusal(Before(), After()), other("GruCell<GruReset::before>", "GruCell<GruReset::after>"));
  EXPECT_EQ(refusal(After(), Before()), other("GruCell<GruReset::after>", "GruCell<GruReset::before>"));
  EXPECT_EQ(refusal(Of<MeanSquaredError, Adam, LstmCell<float, 2, 4>>(), Before()),
            other("LstmCell", "GruCell<GruReset::before>"));
}

TEST(CheckpointKinds, LayersAreNamed) {
  using Linear = Net<Sequential<Cell<Tanh>, Dense<float, 4, 2>>>;
  using Bent = Net<Sequential<Cell<Tanh>, Dense<float, 4, 2, Tanh>>>;
  using Rest = Net<Sequential<Cell<Tanh>, Frozen<Dense<float, 4, 2>>>>;
  EXPECT_EQ(refusal(Linear(), Bent()), other("Dense<Identity>", "Dense<Tanh>"));
  EXPECT_EQ(refusal(Linear(), Rest()), other("Dense<Identity>", "Frozen<Dense<Identity>>"));
  EXPECT_EQ(refusal(Net<Sequential<Frozen<Cell<Tanh>>, Dense<float, 4, 2>>>(), Linear()),
            other("Frozen<RnnCell<Tanh>>", "RnnCell<Tanh>"));
  EXPECT_EQ(refusal(Net<Sequential<Dense<float, 4, 4>, Dense<float, 4, 1>>>(),
                    Net<Sequential<Residual<Dense<float, 4, 4>>, Dense<float, 4, 1>>>()),
            other("Dense<Identity>", "Residual<Dense<Identity>>"));
  EXPECT_EQ(refusal(Net<Cell<Tanh>>(), Net<Cell<Relu>>()), other("RnnCell<Tanh>", "RnnCell<Relu>"));
  EXPECT_EQ(refusal(Net<Dense<float, 4, 2>>(), Net<Embedding<float, 4, 2>>()),
            other("Dense<Identity>", "Embedding"));
  const std::string deeper =
      refusal(Linear(), Net<Sequential<Cell<Tanh>, Dense<float, 4, 2>, Dense<float, 2, 2>>>());
  EXPECT_EQ(deeper, other("Sequential<RnnCell<Tanh>, Dense<Identity>>",
                          "Sequential<RnnCell<Tanh>, Dense<Identity>, Dense<Identity>>"));
}

TEST(CheckpointKinds, LossesOptimizersAndRehearsalsAreNamed) {
  EXPECT_EQ(refusal(Of<>(), Of<HuberLoss>()), other("MeanSquaredError", "HuberLoss"));
  EXPECT_EQ(refusal(Of<>(), Of<PoissonLoss>()), other("MeanSquaredError", "PoissonLoss"));
  EXPECT_EQ(refusal(Of<LogisticLoss>(), Of<>()), other("LogisticLoss", "MeanSquaredError"));
  EXPECT_EQ(refusal(Of<>(), Of<SoftmaxCrossEntropy>()), other("MeanSquaredError", "SoftmaxCrossEntropy"));
  using One = Of<Tasks<Task<MeanSquaredError, 1>, Task<LogisticLoss, 1>>>;
  using Two = Of<Tasks<Task<MeanSquaredError, 1>, Task<MeanSquaredError, 1>>>;
  EXPECT_EQ(refusal(One(), Two()), other("Task<LogisticLoss>", "Task<MeanSquaredError>"));

  EXPECT_EQ(refusal(Of<>(), Of<MeanSquaredError, AdamW>()), other("Adam", "AdamW"));
  using WithMomentum = Of<MeanSquaredError, Momentum>;
  EXPECT_EQ(refusal(WithMomentum(), Of<MeanSquaredError, Nesterov>()), other("Momentum", "Nesterov"));
  EXPECT_EQ(refusal(Of<MeanSquaredError, RmsProp>(), WithMomentum()), other("RmsProp", "Momentum"));
  // Momentum's 0.9 once became the epsilon of Adagrad.
  Of<MeanSquaredError, Adagrad> adagrad;
  EXPECT_EQ(try_load_from(saved(WithMomentum()), adagrad).find("it is of other objects: it has Momentum"),
            0u);
  EXPECT_EQ(adagrad.optimizer().epsilon, Adagrad().epsilon);
  EXPECT_EQ(refusal(adagrad, WithMomentum()), other("Adagrad", "Momentum"));
  using Falling = Of<MeanSquaredError, Scheduled<Adam, StepDecay>>;
  using Warm = Of<MeanSquaredError, Scheduled<Adam, CosineDecay>>;
  EXPECT_EQ(refusal(Falling(), Warm()), other("StepDecay", "CosineDecay"));

  using Recent = Of<MeanSquaredError, Adam, Cell<Tanh>, RecentRehearsal<9>>;
  using Reservoir = Of<MeanSquaredError, Adam, Cell<Tanh>, ReservoirRehearsal<9>>;
  EXPECT_EQ(refusal(Recent(), Reservoir()), other("RecentRehearsal", "ReservoirRehearsal"));
  using Amortized = Of<MeanSquaredError, Adam, Cell<Tanh>, NoRehearsal, AmortizedBptt<8>>;
  EXPECT_EQ(refusal(Amortized(), Of<>()), other("AmortizedBptt", "TruncatedBptt"));
}

TEST(CheckpointKinds, StreamsAndBatchesBelongToTheirNetwork) {
  Of<> tanh;
  Of<MeanSquaredError, Adam, Cell<Relu>> relu;
  auto stream = tanh.make_stream();
  auto of_relu = relu.make_stream();
  const std::string reason = try_load_from(saved(stream), of_relu);
  EXPECT_EQ(reason,
            "it is of other objects: it has RnnCell<Tanh>, expected RnnCell<Relu>, in \"0 is "
            "Stream<Sequential<RnnCell<Tanh>, Dense<Identity>>, TruncatedBptt>\"");
  auto batch = tanh.make_batch(2);
  auto batch_of_relu = relu.make_batch(2);
  EXPECT_NE(try_load_from(saved(batch), batch_of_relu), "");
  EXPECT_EQ(try_load_from(saved(batch), batch), "");
}

TEST(CheckpointKinds, ScalersMetricsAndDetectorsAreNamed) {
  EXPECT_EQ(refusal(StandardScaler<float, 2>(), MinMaxScaler<float, 2>()),
            other("StandardScaler", "MinMaxScaler"));
  EXPECT_EQ(refusal(Chain<Unchanged<float, 2>, StandardScaler<float, 2>>(),
                    Chain<StandardScaler<float, 2>, Unchanged<float, 2>>()),
            other("Unchanged", "StandardScaler"));
  EXPECT_EQ(refusal(Mae(), Rmse()), other("MeanOf<AbsoluteError>", "MeanOf<RootSquaredError>"));
  EXPECT_EQ(refusal(Mae(), Accuracy()), other("MeanOf<AbsoluteError>", "MeanOf<Hit>"));
  EXPECT_EQ(refusal(Rolling<Mae, 9>(), Rolling<Rmse, 9>()),
            other("MeanOf<AbsoluteError>", "MeanOf<RootSquaredError>"));
  EXPECT_EQ(refusal(Ddm(), PageHinkley()), other("Ddm", "PageHinkley"));
  EXPECT_EQ(refusal(OnDrift<PageHinkley, ResetMoments>(PageHinkley(), ResetMoments()),
                    OnDrift<PageHinkley, BeginShadow>(PageHinkley(), BeginShadow())),
            other("ResetMoments", "BeginShadow"));
  // Several objects in another order.
  Ddm ddm;
  PageHinkley hinkley;
  EXPECT_EQ(try_load_from(saved(hinkley, ddm), ddm, hinkley),
            other("PageHinkley", "Ddm") + ", in \"0 is PageHinkley\"");
}

/// A program may change them between two runs.
TEST(CheckpointKinds, SettingsMayDiffer) {
  EXPECT_EQ(refusal(Of<>({.clip_norm = 1}), Of<>()), "");
  using Strided = Of<MeanSquaredError, Adam, Cell<Tanh>, NoRehearsal, TruncatedBptt<8, 4>>;
  EXPECT_EQ(refusal(Of<>(), Strided()), "");
  EXPECT_EQ(refusal(Of<HuberLoss>(), Of<HuberLoss>({.loss = {.delta = 2}})), "");
  EXPECT_EQ(refusal(ConformalInterval<>({.coverage = 0.9}), ConformalInterval<>({.coverage = 0.5})), "");
  EXPECT_EQ(refusal(Imputer<float, 2>({.fill = Fill::last}), Imputer<float, 2>({.fill = Fill::mean})), "");
  EXPECT_EQ(refusal(RecursiveLeastSquares<float, 2, 1>({.forgetting = 0.99}),
                    RecursiveLeastSquares<float, 2, 1>({.forgetting = 1})),
            "");
}

TEST(CheckpointKinds, SizesAtCompileTimeAndAtRunTimeAreOneKind) {
  Lstm<float, 2, 3, 1> fixed({.seed = 1});
  Lstm<float> sized(2, 3, 1, {.seed = 2});
  fixed.partial_fit(Vector<float, 2>(1, 2), 0.5f);
  EXPECT_EQ(try_load_from(saved(fixed), sized), "");
  EXPECT_EQ(saved(sized), saved(fixed));
  EXPECT_EQ(try_load_from(saved(sized), fixed), "");
}

/// The weights that EchoState draws at random are in the file: another seed does not matter.
TEST(CheckpointKinds, AnEchoStateOfAnotherSeedTakesTheWeightsOfTheFile) {
  EchoState<float, 1, 9, 1> one({.seed = 1}), two({.seed = 2});
  one.partial_fit(0.5f, 1.0f);
  EXPECT_EQ(try_load_from(saved(one), two), "");
  EXPECT_EQ(one.step(0.25f)(0), two.step(0.25f)(0));
}

/// Losses of a user's own: one without a name, and two with.
struct Plain : MeanSquaredError {
  static constexpr int kind = 3;  // something else of theirs
};
struct Half : MeanSquaredError {
  static constexpr const char* kind = "my::Half";
};
struct Double : MeanSquaredError {
  static constexpr std::string_view kind = "my::Double";
};

TEST(CheckpointKinds, AUsersPartWithoutANameIsKnownByItsNumbers) {
  static_assert(!HasKind<Plain> && HasKind<Half> && HasKind<Double>);
  EXPECT_EQ(kind_of<Plain>(), "?");
  EXPECT_EQ(refusal(Of<Plain>(), Of<>()), "");
  EXPECT_EQ(refusal(Of<HuberLoss>(), Of<Plain>()), "");
  EXPECT_EQ(refusal(Of<Half>(), Of<Plain>()), "");
  EXPECT_EQ(refusal(Of<Plain, Momentum>(), Of<Plain, Nesterov>()), other("Momentum", "Nesterov"))
      << "what stands beside it is compared";
}

TEST(CheckpointKinds, AUsersPartWithANameIsCompared) {
  EXPECT_EQ(refusal(Of<Half>(), Of<Double>()), other("my::Half", "my::Double"));
  EXPECT_EQ(refusal(Of<>(), Of<Double>()), other("MeanSquaredError", "my::Double"));
  static_assert(is_kind_name("my::Half<a>, b-2.0") == false && is_kind_name("my::Half<a>") &&
                !is_kind_name("") && !is_kind_name("two words") && !is_kind_name("a\nb"));
}

TEST(CheckpointKinds, NamesAreAsTheTypesAreWritten) {
  using Network = Sequential<Skip<LstmCell<float, 2, 3>>, Dense<float, 5, 1, Relu>>;
  EXPECT_EQ(kind_of<Network>(), "Sequential<Skip<LstmCell>, Dense<Relu>>");
  EXPECT_EQ((kind_of<Scheduled<Sgd, WarmUp<StepDecay>>>()), "Scheduled<Sgd, WarmUp<StepDecay>>");
  EXPECT_EQ((kind_of<Rolling<Mae>>()), "Rolling<Metric<MeanOf<AbsoluteError>>>");
  EXPECT_EQ((kind_of<Scheduled<Sgd, double (*)(std::int64_t)>>()), "Scheduled<Sgd, ?>");
}

/// Kinds in a file may be anything: they are compared, shown, and no more.
TEST(CheckpointKinds, HostileNamesAreRefusedInAMessageThatCanBeRead) {
  Ddm ddm;
  const auto with_schema = [&](const std::string& kinds) {
    const std::string own = saved(ddm);
    const std::string schema =
        own.substr(CheckpointFormat::header, payload_begin(own) - CheckpointFormat::header);
    const std::string changed = kinds + schema.substr(schema.find("\n\n") + 1);
    std::string file = own.substr(0, CheckpointFormat::header) + changed + own.substr(payload_begin(own));
    to_little_endian(static_cast<std::uint32_t>(changed.size()),
                     reinterpret_cast<std::byte*>(file.data()) + 12);
    sign(file);
    return file;
  };
  EXPECT_EQ(try_load_from(with_schema("0 is Ddm\n"), ddm), "");
  EXPECT_EQ(try_load_from(with_schema(""), ddm), "");
  EXPECT_EQ(try_load_from(with_schema("0 is\n0 \n is \n"), ddm), "");
  EXPECT_EQ(try_load_from(with_schema("0 is \x1b[2J<\xff\n"), ddm),
            other("?[2J<?", "Ddm") + ", in \"0 is ?[2J<?\"");
  for (const char* const odd : {"Ddm<", "Ddm<>", "Ddm>", "Ddm<a, b", "<", ">", ",", "Ddm<,>", "Ddm,"}) {
    EXPECT_NE(try_load_from(with_schema("0 is " + std::string(odd) + "\n"), ddm), "") << odd;
  }
  const std::string reason = try_load_from(with_schema("0 is " + std::string(100000, '<') + "\n"), ddm);
  EXPECT_LT(reason.size(), 600u);
  EXPECT_NE(reason, "");
}

}  // namespace
}  // namespace eddy::testing
