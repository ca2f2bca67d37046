// Sets of objects that are composed of others; what they have is in subjects.hpp.

#pragma once

#include "samples.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/layers/frozen.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/skip.hpp>
#include <eddy/models.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/classification_metrics.hpp>
#include <eddy/tasks.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

namespace eddy::testing {

/// Streams and batches in containers, beside the model that made them.
struct Containers {
  using Net = Gru<float, 1, 2, 1, HuberLoss, Scheduled<AdamW, WarmUp<CosineDecay>>, TruncatedBptt<3, 2>,
                  RecentRehearsal<2>>;
  Net model{{.optimizer = {.optimizer = {}, .schedule = {.period = 9}}}};
  std::vector<Net::Stream> streams = std::vector(2, model.make_stream());
  std::array<Net::Batch, 2> batches{model.make_batch(1), model.make_batch(2)};
  std::array<StandardScaler<float, 1>, 2> scalers;

  auto all() { return std::tie(model, streams, batches, scalers); }
  void go(int time) {
    const float x = broken_wave(time), y = wave(time + 1);
    model.predict(x);
    for (auto& stream : streams) {
      model.partial_fit(stream, x, y);
    }
    for (auto& batch : batches) {
      model.partial_fit(batch, Matrix<float>(Matrix<float>::Constant(1, batch.streams(), x)),
                        Matrix<float>(Matrix<float>::Constant(1, batch.streams(), y)));
    }
    scalers[static_cast<std::size_t>(time % 2)].partial_fit(x);
  }
  void reset() {
    model.reset();
    for (auto& stream : streams) {
      stream.reset();
    }
    for (auto& batch : batches) {
      batch.reset();
    }
  }
};

/// Two tasks over layers of every kind, and an optimizer that divides.
struct AllLayers {
  using Network =
      Sequential<Skip<RnnCell<double, 1, 2, Relu>>, Residual<Dense<double, 3, 3, Tanh>>,
                 Frozen<GruCell<double, 3, 2, GruReset::after>>, LstmCell<double, 2, 2>, Dense<double, 2, 2>>;
  using Loss = Tasks<Task<MeanSquaredError, 1>, Task<LogisticLoss, 1>>;
  Online<Network, Loss, Adagrad, TruncatedBptt<3>, RecentRehearsal<2>> model;
  Rnn<float, 1, 2, 2, GaussianLoss, RmsProp, AmortizedBptt<4, 2>, NoRehearsal> gaussian;

  auto all() { return std::tie(model, gaussian); }
  void go(int time) {
    const double x = static_cast<double>(broken_wave(time));
    model.predict(x);
    model.partial_fit(x, labels(static_cast<double>(wave(time)), time % 2));
    gaussian.partial_fit(broken_wave(time), wave(time + 1));
  }
  void reset() {
    model.reset();
    gaussian.reset();
  }
};

/// What a user's own object shows: each kind of number, and aggregates of them.
struct Counters {
  struct Own {
    template <class Self, class Visit>
    static void visit_state(Self& self, Visit&& visit) {
      visit("flag", self.flag);
      visit("small", self.small);
      visit("pairs", self.pairs);
      visit("text", self.text);
    }
    bool state_is_valid() const { return pairs[0].first >= 0; }
    struct Pair {
      std::int16_t first;
      double second;
    };
    bool flag = true;
    std::int8_t small = -1;
    std::array<Pair, 2> pairs = {{{3, 1}, {4, 0.5}}};
    std::string text = "abc";
  };
  Own own;
  std::vector<Own> none;
  Accuracy accuracy;
  LogLoss surprise;

  auto all() { return std::tie(own, none, accuracy, surprise); }
  void go(int time) {
    own.flag = time % 2 == 0;
    own.pairs[0].first = static_cast<std::int16_t>(time % 100);
    accuracy.add(time % 3, time % 2);
    surprise.add(time % 2, Vector<double, 2>(0.25, 0.75));
    accuracy.value();
    surprise.value();
  }
  void reset() {
    accuracy.reset();
    surprise.reset();
  }
};

}  // namespace eddy::testing
