// What is meant against forgetting and stiffness, on streams whose task changes.

#include <eddy/models.hpp>
#include <eddy/streaming/dormant_units.hpp>
#include <eddy/streaming/elastic.hpp>
#include <eddy/streaming/shrink_and_perturb.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace eddy::testing {
namespace {

/// y_t = sin 2 x_t + ½ x_{t−1}, of which each of two tasks sees the inputs on one side of zero.
class Side {
 public:
  Side(int side, std::uint64_t seed) : side_(side), random_(seed) {}

  void next() {
    const float before = x;
    x = static_cast<float>(side_ + random_.uniform(0.6));
    y = std::sin(2 * x) + 0.5f * before;
  }

  float x = 0, y = 0;

 private:
  int side_;
  Random random_;
};

using Small = Gru<float, 1, 16, 1, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;

double error(const Small& model, int side) {
  Side stream(side, 999);
  auto memory = model.make_stream();
  double sum = 0;
  for (int t = 0; t < 500; ++t) {
    stream.next();
    const double e = static_cast<double>(model.step(memory, stream.x)(0) - stream.y);
    sum += t < 5 ? 0 : e * e / 495;
  }
  return std::sqrt(sum);
}

struct Errors {
  double before, after, second;  ///< of the first task before and after the second was learned, and of that
};

/// Learns one task, then another; `pull` acts on the model after each sample of the second. Mean of 5 seeds.
template <class Pull>
Errors learn_two_tasks(Pull&& pull) {
  Errors mean{};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Small model({.optimizer = {.learning_rate = 3e-3}, .seed = seed});
    ElasticWeights<float, Small::Parameters> elastic({.strength = 1});
    Side first(-1, seed), second(1, seed + 50);
    for (int t = 0; t < 5000; ++t) {
      first.next();
      model.partial_fit(first.x, first.y);
      if (t >= 2500) {
        elastic.observe(model.gradient());
      }
    }
    elastic.consolidate(model.parameters());
    mean.before += error(model, -1) / 5;
    model.reset();
    for (int t = 0; t < 5000; ++t) {
      second.next();
      model.partial_fit(second.x, second.y);
      pull(model, elastic);
    }
    mean.after += error(model, -1) / 5;
    mean.second += error(model, 1) / 5;
  }
  return mean;
}

TEST(ChangingTasks, ElasticWeightsRememberTheFirstTask) {
  const Errors plain = learn_two_tasks([](auto&, auto&) {});
  const Errors elastic =
      learn_two_tasks([](auto& model, auto& weights) { weights.pull(model.parameters()); });
  const Errors alike = learn_two_tasks(
      [](auto& model, auto& weights) { pull_towards(model.parameters(), weights.anchor(), 0.02); });
  // Measured: 0.12 before; after the second task 0.54, with elastic weights 0.16 (of one seed at most 0.21).
  EXPECT_LT(plain.before, 0.2);
  EXPECT_GT(plain.after, 0.4);
  EXPECT_LT(elastic.after, 0.25);
  // The second task is learned, too: 0.13, 0.25, and where all weights are pulled alike, as far as to
  // remember the first as well (0.14), 0.38.
  EXPECT_LT(elastic.second, 0.33);
  EXPECT_LT(alike.after, 0.25);
  EXPECT_LT(elastic.second, 0.85 * alike.second);
}

/// One of many tasks: y = Σ_k a_k tanh(w_k · x).
struct Teacher {
  explicit Teacher(Random& random) {
    for (int k = 0; k < 5; ++k) {
      for (int i = 0; i < 8; ++i) {
        w(k, i) = static_cast<float>(random.uniform(2));
      }
      a(k) = static_cast<float>(random.uniform(1.5));
    }
  }
  float operator()(const Vector<float, 8>& x) const { return a.dot((w * x).array().tanh().matrix()); }

  Matrix<float, 5, 8> w;
  Vector<float, 5> a;
};

using Plain = Rnn<float, 8, 16, 1, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;

/// The mean loss on the last 20 of 60 tasks; `each_task` acts on the model before a task, `each_sample` after
/// a sample. Mean of 3 seeds.
template <class EachTask, class EachSample>
double learn_many_tasks(EachTask&& each_task, EachSample&& each_sample) {
  double mean = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    Plain model({.optimizer = {.learning_rate = 1e-2}, .seed = seed});
    const Vector<float> start = model.parameters();
    ShrinkAndPerturb perturb(model, {.seed = seed});
    Random random(seed + 7);
    double late = 0;
    for (int task = 0; task < 60; ++task) {
      const Teacher teacher(random);
      each_task(model, perturb);
      for (int t = 0; t < 500; ++t) {
        Vector<float, 8> x;
        for (int i = 0; i < 8; ++i) {
          x(i) = static_cast<float>(random.uniform(1));
        }
        const double loss = static_cast<double>(model.partial_fit(x, teacher(x)));
        late += task < 40 ? 0 : loss / (20 * 500);
        each_sample(model, start);
      }
    }
    mean += late / 3;
  }
  return mean;
}

TEST(ChangingTasks, ANetworkIsKeptAbleToLearn) {
  const auto nothing = [](auto&, auto&) {};
  const double plain = learn_many_tasks(nothing, nothing);
  const double pulled = learn_many_tasks(
      nothing, [](auto& model, auto& start) { pull_towards(model.parameters(), start, 1e-3); });
  const double perturbed =
      learn_many_tasks([](auto& model, auto& perturb) { perturb.apply(model); }, nothing);
  // Measured: 1.19; 0.72, of each seed 0.58 to 0.63 times as much; 0.57, 0.44 to 0.53 times as much.
  EXPECT_LT(pulled, 0.75 * plain);
  EXPECT_LT(perturbed, 0.65 * plain);
}

TEST(ChangingTasks, DormantUnitsComeToLifeAgain) {
  using Model =
      RecurrentModel<RnnCell<float, 8, 16, Relu>, 1, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;
  double late[3] = {};
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    Model fresh({.optimizer = {.learning_rate = 3e-3}, .seed = seed}), dead = fresh;
    for (auto& part : dead.named_parameters()) {
      if (part.name == "0.bias") {
        part.values.topRows(15).setConstant(-100);  // no input reaches that far, so no gradient comes back
      }
    }
    Model woken = dead;
    DormantUnits units(woken, {.rate = 1e-3});
    Random random(seed + 7);
    const Teacher teacher(random);
    for (int t = 0; t < 10000; ++t) {
      Vector<float, 8> x;
      for (int i = 0; i < 8; ++i) {
        x(i) = static_cast<float>(random.uniform(1));
      }
      const float y = teacher(x);
      Model* const models[3] = {&fresh, &dead, &woken};
      for (int m = 0; m < 3; ++m) {
        const double loss = static_cast<double>(models[m]->partial_fit(x, y));
        late[m] += t < 8000 ? 0 : loss / (5 * 2000);
      }
      units.update(woken);
    }
  }
  // Measured: 0.20 with all units, 0.35 with one of 16, 0.23 once the dead are replaced; of each seed at most
  // 0.77 times the error with the dead.
  EXPECT_GT(late[1], 1.3 * late[0]);
  EXPECT_LT(late[2], 0.8 * late[1]);
}

}  // namespace
}  // namespace eddy::testing
