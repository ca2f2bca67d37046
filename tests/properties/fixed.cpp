// Models whose types fix sizes, optimizers with kernels, sparse columns, class indices and tasks: a line each.

#include "subject_of.hpp"

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/models.hpp>

namespace eddy::properties {
namespace {

/// The type as the compiler writes it.
template <class Type>
std::string name_of() {
  const std::string text = __PRETTY_FUNCTION__;
  const auto begin = text.find("Type = ") + 7;
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

struct Rehearsed {
  RehearsalKind kind = RehearsalKind::none;
  int capacity = 1;
};

template <class Model>
void add(std::vector<Form>& forms, std::vector<Part> parts, LossSetting loss, OptimizerSetting optimizer,
         Rehearsed rehearsed = {}) {
  Form form;
  form.name = form.type = name_of<Model>();
  form.make = [](const Specification& s) { return std::make_unique<SubjectOf<Model>>(s); };
  const auto credit = decltype(typename Model::Options{}.credit){};
  Specification& s = form.fixed;
  s.is_float = sizeof(typename Model::Scalar) == 4;
  s.parts = std::move(parts);
  s.loss = loss;
  s.optimizer = optimizer;
  s.window = credit.window;
  s.stride = credit.stride;
  s.amortized = requires { credit.amortized; };
  s.rehearsal = rehearsed.kind;
  s.capacity = rehearsed.capacity;
  s.replays = rehearsed.kind == RehearsalKind::none ? 0 : 2;
  forms.push_back(std::move(form));
}

}  // namespace

void add_fixed(std::vector<Form>& forms) {
  using enum Kind;
  constexpr Wrap plain = Wrap::none;
  using None = NoRehearsal;
  add<Lstm<float, 3, 8, 2, MeanSquaredError, Adam, TruncatedBptt<4>, None>>(
      forms, {{lstm, plain, 3, 8}, {dense_identity, plain, 8, 2}}, {LossKind::squared}, {OptimizerKind::adam});
  add<Gru<double, 2, 5, 1, HuberLoss, Sgd, TruncatedBptt<6, 3>, RecentRehearsal<5>>>(
      forms, {{gru_before, plain, 2, 5}, {dense_identity, plain, 5, 1}}, {LossKind::huber, 0.7}, {OptimizerKind::sgd},
      {RehearsalKind::recent, 5});
  add<RecurrentModel<GruCell<double, 3, 4, GruReset::after>, 3, SoftmaxCrossEntropy, AdamW, TruncatedBptt<5>,
                     ReservoirRehearsal<4>>>(
      forms, {{gru_after, plain, 3, 4}, {dense_identity, plain, 4, 3}}, {LossKind::softmax, 0.1},
      {OptimizerKind::adam_w}, {RehearsalKind::reservoir, 4});
  add<Rnn<float, 2, 17, 2, GaussianLoss, RmsProp, TruncatedBptt<3, 3>, None>>(
      forms, {{rnn_tanh, plain, 2, 17}, {dense_identity, plain, 17, 2}}, {LossKind::gaussian, 1e-2},
      {OptimizerKind::rms_prop});
  add<Online<Sequential<Embedding<float, 6, 4>, LstmCell<float, 4, 5>, Dense<float, 5, 6>>, SoftmaxCrossEntropy, Adam,
             TruncatedBptt<4, 2>, RecentRehearsal<3>>>(
      forms, {{embedding, plain, 6, 4}, {lstm, plain, 4, 5}, {dense_identity, plain, 5, 6}}, {LossKind::softmax, 0},
      {OptimizerKind::adam}, {RehearsalKind::recent, 3});
  add<Lstm<double, 2, 9, 4, TwoTasks<1, 3>, Adam, TruncatedBptt<4>, None>>(
      forms, {{lstm, plain, 2, 9}, {dense_identity, plain, 9, 4}}, {LossKind::tasks, 0.5}, {OptimizerKind::adam});
  OptimizerSetting decaying{OptimizerKind::adam};
  decaying.schedule = ScheduleKind::cosine;
  add<Online<Sequential<GruCell<float, 2, 6>, Dense<float, 6, 2>>, MeanSquaredError, Scheduled<Adam, CosineDecay>,
             TruncatedBptt<8, 2>, RecentRehearsal<6>>>(
      forms, {{gru_before, plain, 2, 6}, {dense_identity, plain, 6, 2}}, {LossKind::squared}, decaying,
      {RehearsalKind::recent, 6});
  add<Gru<double, 2, 6, 1, MeanSquaredError, Adam, AmortizedBptt<8>, None>>(
      forms, {{gru_before, plain, 2, 6}, {dense_identity, plain, 6, 1}}, {LossKind::squared}, {OptimizerKind::adam});
  add<Online<LstmCell<double, 3, 8>, MeanAbsoluteError, Momentum, TruncatedBptt<4>, None>>(
      forms, {{lstm, plain, 3, 8}}, {LossKind::absolute}, {OptimizerKind::momentum});
  add<Online<Sequential<Skip<RnnCell<double, 2, 6, Relu>>, Dense<double, 8, 4>>, TwoQuantiles, Nesterov,
             TruncatedBptt<7, 2>, RecentRehearsal<3>>>(
      forms, {{rnn_relu, Wrap::skip, 2, 6}, {dense_identity, plain, 8, 4}}, {LossKind::quantiles, 0.4},
      {OptimizerKind::nesterov}, {RehearsalKind::recent, 3});
  add<Online<Sequential<Frozen<LstmCell<double, 2, 8>>, Residual<Dense<double, 8, 8, Tanh>>, Dense<double, 8, 1>>,
             MeanSquaredError, Adam, TruncatedBptt<3>, ReservoirRehearsal<4>>>(
      forms, {{lstm, Wrap::frozen, 2, 8}, {dense_tanh, Wrap::residual, 8, 8}, {dense_identity, plain, 8, 1}},
      {LossKind::squared}, {OptimizerKind::adam}, {RehearsalKind::reservoir, 4});
  add<Online<Sequential<Embedding<double, 5, 3>, Dense<double, 3, 2>>, LogisticLoss, Adagrad, TruncatedBptt<1>,
             RecentRehearsal<4>>>(
      forms, {{embedding, plain, 5, 3}, {dense_identity, plain, 3, 2}}, {LossKind::logistic, 1.5},
      {OptimizerKind::adagrad}, {RehearsalKind::recent, 4});
}

}  // namespace eddy::properties
