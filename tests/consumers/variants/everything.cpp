// Everything that eddy has to offer, for a compiler that warns of what it can: all members of its classes, in
// float of fixed sizes and in double of run time, and programs that use their verbs. Succeeds if they learn.

#include <eddy/eddy.hpp>
#include <eddy/io/checkpoint.hpp>

#include <cmath>
#include <cstdio>
#include <sstream>

template class eddy::Auc<100>;
template class eddy::Auc<>;
template class eddy::Calendar<double>;
template class eddy::Calendar<float>;
template class eddy::Chain<eddy::Difference<double, 2>, eddy::StandardScaler<double, 2>>;
template class eddy::ConformalInterval<100, 4>;
template class eddy::ConformalInterval<>;
template class eddy::DelayedEvaluation<eddy::Mae, float, 1, 8>;
template class eddy::DelayedEvaluation<eddy::Rmse, double>;
template class eddy::Dense<float, 3, 5, eddy::Softmax>;
template class eddy::Difference<double, eddy::Dynamic, eddy::Dynamic>;
template class eddy::Difference<double>;
template class eddy::Difference<float, 2, 3>;
template class eddy::Difference<float, 2>;
template class eddy::EchoState<double, 3, 10, 2, 4>;
template class eddy::EchoState<double>;
template class eddy::EchoState<float, 1, 20, 1>;
template class eddy::EchoState<float>;
template class eddy::EchoStateCell<double, 2, 7>;
template class eddy::EchoStateCell<double>;
template class eddy::EchoStateCell<float, 2, 7>;
template class eddy::EchoStateCell<float>;
template class eddy::ElasticWeights<double>;
template class eddy::ElasticWeights<float, 3>;
template class eddy::Embedding<double>;
template class eddy::Embedding<float, 3, 5>;
template class eddy::Features<eddy::RnnCell<double, 1, 1>>;
template class eddy::Features<eddy::RnnCell<float, 3, 8>>;
template class eddy::Forecaster<double>;
template class eddy::Forecaster<float>;
template class eddy::Fourier<double, eddy::Dynamic, 3>;
template class eddy::Fourier<float, 2>;
template class eddy::Frozen<eddy::Dense<float, 3, 2>>;
template class eddy::Frozen<eddy::LstmCell<double, 3, 4>>;
template class eddy::GruCell<double, eddy::Dynamic, eddy::Dynamic, eddy::GruReset::after>;
template class eddy::GruCell<float, 3, 5, eddy::GruReset::before>;
template class eddy::History<double>;
template class eddy::History<float, 2, 3>;
template class eddy::Imputer<double, eddy::Dynamic, eddy::Indicators::beside>;
template class eddy::Imputer<double>;
template class eddy::Imputer<float, 2, eddy::Indicators::beside>;
template class eddy::Imputer<float, 2>;
template class eddy::InverseCorrelation<double, 3>;
template class eddy::InverseCorrelation<double>;
template class eddy::InverseCorrelation<float, 20>;
template class eddy::InverseCorrelation<float>;
template class eddy::Kappa<3>;
template class eddy::Kappa<>;
template class eddy::Kswin<100, 30>;
template class eddy::Kswin<>;
template class eddy::Lags<double, 2>;
template class eddy::Lags<double>;
template class eddy::Lags<float, 2, 3>;
template class eddy::LinearHead<float, 3, 2>;
template class eddy::LstmCell<double>;
template class eddy::LstmCell<float, 3, 5>;
template class eddy::Metric<eddy::ErrorBesideSpread<eddy::ExplainedSpread>>;
template class eddy::Metric<eddy::MeanOf<eddy::AbsoluteError>>;
template class eddy::Metric<eddy::MeanOf<eddy::Hit>>;
template class eddy::Metric<eddy::MeanOf<eddy::SurpriseInBits>>;
template class eddy::MinMaxScaler<double>;
template class eddy::MinMaxScaler<float, 3>;
template class eddy::OneHot<double>;
template class eddy::OneHot<float, 3>;
template class eddy::OrderedWindow<5>;
template class eddy::OrderedWindow<>;
template class eddy::ParameterAverage<double>;
template class eddy::ParameterAverage<float, 3>;
template class eddy::PastLabels<double>;
template class eddy::PastLabels<float>;
template class eddy::Pipeline<eddy::StandardScaler<double>, eddy::Lstm<double>, eddy::StandardScaler<double>>;
template class eddy::RecursiveLeastSquares<double, 20, 1, 4>;
template class eddy::RecursiveLeastSquares<double>;
template class eddy::RecursiveLeastSquares<float, 3, 2>;
template class eddy::RecursiveLeastSquares<float>;
template class eddy::Residual<eddy::LstmCell<float, 4, 4>>;
template class eddy::RnnCell<double, eddy::Dynamic, eddy::Dynamic, eddy::Logistic>;
template class eddy::RnnCell<float, 3, 5, eddy::Relu>;
template class eddy::RobustScaler<double>;
template class eddy::RobustScaler<float, 3>;
template class eddy::Rolling<eddy::Auc<>, 50>;
template class eddy::Rolling<eddy::Auc<>>;
template class eddy::Rolling<eddy::Kappa<2>, 50>;
template class eddy::Rolling<eddy::Kappa<>>;
template class eddy::Rolling<eddy::Nrmse, 7>;
template class eddy::Rolling<eddy::Rmse>;
template class eddy::RunningQuartiles<double>;
template class eddy::Skip<eddy::Dense<double>>;
template class eddy::StandardScaler<double>;
template class eddy::StandardScaler<float, 3>;

template class eddy::Online<
    eddy::Sequential<eddy::Embedding<float, 5, 4>, eddy::GruCell<float, 4, 6>, eddy::Dense<float, 6, 5>>,
    eddy::SoftmaxCrossEntropy, eddy::AdamW>;
template class eddy::RecurrentModel<eddy::GruCell<double, 2, 3>, 2, eddy::HuberLoss>;
template class eddy::JointHead<eddy::LstmCell<float, 1, 8>, 1>;
template class eddy::Mixture<eddy::Lstm<double, 1, 8, 1>, eddy::Gru<double>>;
template class eddy::Shadowed<eddy::Rnn<double>>;
template class eddy::ShrinkAndPerturb<eddy::Rnn<double>>;

namespace {

int failures = 0;

void expect(bool truth, const char* what) {
  if (!truth) {
    std::fprintf(stderr, "failed: %s\n", what);
    ++failures;
  }
}

double wave(int t) { return std::sin(0.3 * t); }

/// Whether a learner of one input and one output comes to predict the next value of a sine better.
template <eddy::Learner Model>
void expect_learns(Model model, const char* what, int steps = 300) {
  using Scalar = typename Model::Scalar;
  using Value = eddy::Vector<Scalar, 1>;
  double early = 0, late = 0;
  for (int t = 0; t < steps; ++t) {
    const Value x(static_cast<Scalar>(wave(t))), y(static_cast<Scalar>(wave(t + 1)));
    const double error = static_cast<double>(model.predict(x)(0) - y(0));
    if (t % 2 == 0) {
      model.partial_fit(x, y);
    } else {
      model.step(x);
      model.partial_fit(eddy::at(model.time()), y);
    }
    (t < steps / 4 ? early : late) += error * error / (t < steps / 4 ? 1 : 3);
  }
  model.reset();
  std::fprintf(stderr, "%-24s %.5f %.5f\n", what, early, late);
  expect(late < 0.7 * early, what);
}

template <class Cell>
using Of = eddy::RecurrentModel<Cell, 1, eddy::MeanSquaredError, eddy::Adam, eddy::TruncatedBptt<8>,
                                eddy::RecentRehearsal<20>>;

template <class L>
using ByLoss = eddy::Gru<double, 1, 6, 1, L, eddy::Adam, eddy::TruncatedBptt<4>, eddy::NoRehearsal>;

template <class O>
void expect_optimizes(double rate, const char* what) {
  using Model =
      eddy::Gru<double, 1, 6, 1, eddy::MeanSquaredError, O, eddy::TruncatedBptt<4>, eddy::NoRehearsal>;
  expect_learns(Model({.optimizer = {.learning_rate = rate}, .clip_norm = 1, .clip_value = 1}), what);
}

void cells_and_layers() {
  expect_learns(Of<eddy::RnnCell<float, 1, 8>>({.optimizer = {.learning_rate = 0.01}}), "RnnCell");
  expect_learns(Of<eddy::RnnCell<float, 1, 8, eddy::Relu>>({.optimizer = {.learning_rate = 0.01}}), "Relu");
  expect_learns(Of<eddy::RnnCell<float, 1, 8, eddy::Logistic>>({.optimizer = {.learning_rate = 0.01}}),
                "Logistic");
  expect_learns(Of<eddy::LstmCell<float, 1, 8>>({.optimizer = {.learning_rate = 0.01}}), "LstmCell");
  expect_learns(Of<eddy::GruCell<float, 1, 8>>({.optimizer = {.learning_rate = 0.01}}), "GruCell");
  expect_learns(Of<eddy::GruCell<float, 1, 8, eddy::GruReset::after>>({.optimizer = {.learning_rate = 0.01}}),
                "GruReset::after");
  using Deep =
      eddy::Sequential<eddy::Dense<float, 1, 4, eddy::Tanh>, eddy::Residual<eddy::LstmCell<float, 4, 4>>,
                       eddy::Skip<eddy::GruCell<float, 4, 4>>, eddy::Dense<float, 8, 1>>;
  expect_learns(
      eddy::Online<Deep, eddy::MeanSquaredError, eddy::Adam, eddy::AmortizedBptt<8, 4>, eddy::NoRehearsal>(
          {.optimizer = {.learning_rate = 0.01}}),
      "Sequential");
  expect_learns(eddy::Lstm<double>(1, 8, 1, {.optimizer = {.learning_rate = 0.01}}), "run-time sizes");
}

void losses() {
  expect_learns(ByLoss<eddy::MeanAbsoluteError>({.optimizer = {.learning_rate = 0.01}}), "MeanAbsoluteError");
  expect_learns(ByLoss<eddy::HuberLoss>({.optimizer = {.learning_rate = 0.01}}), "HuberLoss");
  expect_learns(ByLoss<eddy::PinballLoss>({.optimizer = {.learning_rate = 0.01}}), "PinballLoss");
  eddy::Gru<double, 1, 6, 1, eddy::LogisticLoss> chance({.optimizer = {.learning_rate = 0.01}});
  eddy::Gru<double, 1, 6, 1, eddy::PoissonLoss> count({.optimizer = {.learning_rate = 0.01}});
  eddy::Gru<double, 1, 6, 2, eddy::GaussianLoss> normal({.optimizer = {.learning_rate = 0.01}});
  eddy::Gru<double, 1, 6, 3, eddy::QuantileLoss<3>> quantiles({.optimizer = {.learning_rate = 0.01}});
  eddy::Gru<double, 1, 6, 2, eddy::SoftmaxCrossEntropy> classes({.optimizer = {.learning_rate = 0.01}});
  using Tasks = eddy::Tasks<eddy::Task<eddy::MeanSquaredError, 1>, eddy::Task<eddy::SoftmaxCrossEntropy, 2>>;
  eddy::Gru<double, 1, 6, 3, Tasks> tasks({.optimizer = {.learning_rate = 0.01}});
  double sums[2][6] = {};
  for (int t = 0; t < 200; ++t) {
    const double x = wave(t), y = wave(t + 1);
    double* const sum = sums[t < 100 ? 0 : 1];
    sum[0] += chance.partial_fit(x, y > 0 ? 1.0 : 0.0);
    sum[1] += count.partial_fit(x, y > 0 ? 2.0 : 0.0);
    sum[2] += normal.partial_fit(x, eddy::weighted(y, 0.5));
    sum[3] += quantiles.partial_fit(x, y);
    sum[4] += classes.partial_fit(x, y > 0 ? 1 : 0);
    tasks.step(x);
    sum[5] += tasks.partial_fit(eddy::task<0>(y)) + tasks.partial_fit(eddy::task<1>(y > 0 ? 1 : 0));
  }
  for (int i = 0; i < 6; ++i) {
    expect(sums[1][i] < sums[0][i], "a loss falls");
  }
  expect(eddy::softmax(classes.prediction()).sum() > 0.999, "softmax");
  expect(eddy::logistic(chance.prediction())(0) < 1, "logistic");
}

void optimizers() {
  expect_optimizes<eddy::Sgd>(0.05, "Sgd");
  expect_optimizes<eddy::Momentum>(0.01, "Momentum");
  expect_optimizes<eddy::Nesterov>(0.01, "Nesterov");
  expect_optimizes<eddy::RmsProp>(0.003, "RmsProp");
  expect_optimizes<eddy::Adagrad>(0.05, "Adagrad");
  expect_optimizes<eddy::Adam>(0.01, "Adam");
  expect_optimizes<eddy::AdamW>(0.01, "AdamW");
  using Scheduled = eddy::Scheduled<eddy::Adam, eddy::WarmUp<eddy::CosineDecay>>;
  using Model = eddy::Gru<double, 1, 6, 1, eddy::MeanSquaredError, Scheduled>;
  expect_learns(Model({.optimizer = {.optimizer = {.learning_rate = 0.03}, .schedule = {.period = 50}}}),
                "Scheduled");
}

void heads() {
  expect_learns(eddy::EchoState<float, 1, 20, 1>(), "EchoState");
  expect_learns(eddy::JointHead<eddy::LstmCell<float, 1, 8>, 1>(), "JointHead");
  expect_learns(eddy::Pipeline<eddy::Lags<double, 1, 2>, eddy::RecursiveLeastSquares<double, 2, 1>>(),
                "RecursiveLeastSquares");
}

void what_surrounds_learning() {
  using Lstm = eddy::Lstm<float, 1, 8, 1>;
  using Scaler = eddy::StandardScaler<float, 1>;
  const Lstm model({.optimizer = {.learning_rate = 0.01}});
  expect_learns(eddy::Pipeline<Scaler, Lstm, Scaler>(Scaler(), model, Scaler()), "Pipeline");
  expect_learns(eddy::Mixture(model, eddy::EchoState<float, 1, 20, 1>()), "Mixture");
  expect_learns(eddy::Shadowed<Lstm>(model), "Shadowed");

  Lstm student = model;
  eddy::OnDrift on_drift(eddy::Adwin{}, eddy::RaiseLearningRate({.factor = 4}));
  eddy::ElasticWeights<float, Lstm::Parameters> elastic;
  eddy::Rolling<eddy::Rmse, 50> error;
  eddy::Plateau plateau;
  eddy::PageHinkley page_hinkley;
  eddy::Ddm ddm;
  eddy::AnomalyScore anomaly;
  for (int t = 0; t < 100; ++t) {
    const float x = static_cast<float>(wave(t)), y = static_cast<float>(wave(t + 1));
    const double loss = static_cast<double>(student.partial_fit(x, y));
    on_drift.update(student, loss);
    elastic.observe(student.gradient());
    error.add(y, student.prediction()(0));
    plateau.update(loss);
    page_hinkley.update(loss);
    ddm.update(loss > 0.1);
    anomaly.update(loss);
  }
  elastic.consolidate(student.parameters());
  elastic.pull(student.parameters());
  Lstm successor;
  eddy::transfer(student, successor);
  expect(successor.parameters() == student.parameters(), "transfer");

  auto batch = student.make_batch(3);
  const Eigen::RowVector3f many(0.1f, 0.2f, 0.3f);
  student.partial_fit(batch, many, many);
  expect(batch.predictions().allFinite(), "a batch");

  std::stringstream file;
  eddy::save(file, student);
  Lstm restored;
  eddy::load(file, restored);
  expect(restored.predict(0.5f)(0) == student.predict(0.5f)(0), "a checkpoint");

  eddy::Forecaster<float> forecaster(0, {.season = 20});
  double early = 0, late = 0;
  for (int t = 0; t < 400; ++t) {
    const double missed = forecaster.observe(static_cast<double>(wave(t)));
    (t < 200 ? early : late) += eddy::is_finite(missed) ? missed : 0;
    forecaster.step();
  }
  expect(late < early, "Forecaster");
}

}  // namespace

int main() {
  cells_and_layers();
  losses();
  optimizers();
  heads();
  what_surrounds_learning();
  return failures;
}
