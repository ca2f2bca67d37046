#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace {

// What the first page of the design shows, as it is written there.

TEST(Online, ListingsOfTheDesignCompile) {
  const Eigen::Vector3f x{1, 2, 3};
  const Eigen::Vector<float, 1> y{0.5f};

  eddy::Lstm<float, 3, 32, 1> model;
  auto y_hat = model.step(x);
  auto loss = model.partial_fit(x, y);
  model.partial_fit(y);
  model.predict(x);
  model.prediction();
  model.reset();
  EXPECT_EQ(y_hat.size(), 1);
  EXPECT_GT(loss, 0);
  EXPECT_EQ(model.last_update().updates, 2);

  model.step(x);
  const auto when = model.time();
  model.step(x);
  model.partial_fit(eddy::at(when), y);
  EXPECT_EQ(model.last_update().updates, 3);

  model.parameters();
  model.gradient();
  static_assert(sizeof(model) < 256 * 1024);
  static_assert(sizeof(eddy::Lstm<float, 3, 16, 1>) < 128 * 1024);
  EXPECT_EQ(model.gradient().size(), model.parameters().size());
}

TEST(Online, OptionsOfTheDesignCompile) {
  eddy::Gru<float, 8, 64, 2> tuned({.optimizer = {.learning_rate = 3e-3f}, .clip_norm = 1.0f, .seed = 7});
  EXPECT_FLOAT_EQ(static_cast<float>(tuned.optimizer().learning_rate), 3e-3f);
  EXPECT_EQ(tuned.options().clip_norm, 1);
  EXPECT_EQ(tuned.options().seed, 7u);

  eddy::Lstm<double> sized(3, 64, 1);
  EXPECT_EQ(sized.parameters().size(), 4 * 64 * (3 + 64 + 1) + 65);
}

TEST(Online, NetworksOfTheDesignCompile) {
  const Eigen::VectorXf x = Eigen::VectorXf::LinSpaced(16, -1, 1);
  const Eigen::VectorXf y = Eigen::VectorXf::Unit(5, 2);
  using Network = eddy::Sequential<eddy::LstmCell<float, 16, 64>, eddy::GruCell<float, 64, 32>,
                                   eddy::Dense<float, 32, 5>>;
  using Classifier = eddy::Online<Network, eddy::SoftmaxCrossEntropy, eddy::AdamW, eddy::TruncatedBptt<24>>;
  // Of the size of a small stack; a program of one's own may well have it as a variable.
  const auto memory = std::make_unique<Classifier>();
  Classifier& classifier = *memory;
  classifier.partial_fit(x, 3);

  auto alice = classifier.make_stream();
  classifier.step(alice, x);
  classifier.partial_fit(alice, x, y);
  EXPECT_EQ(classifier.time(), 1);
  EXPECT_EQ(alice.time(), 2);
  EXPECT_EQ(classifier.last_update().updates, 2);

  using Cell = eddy::Online<eddy::LstmCell<float, 3, 8>>;
  Cell cell;
  cell.partial_fit(Eigen::Vector3f::Ones(), Eigen::Vector<float, 8>::Zero());
  EXPECT_TRUE(cell.last_update().applied);
}

TEST(Online, ModelsBeyondEigensStackLimitWork) {
  using Large = eddy::Lstm<float, 8, 128, 1>;
  static_assert(sizeof(Large) > 128 * 1024);
  const Eigen::VectorXf x = Eigen::VectorXf::LinSpaced(8, -1, 1);
  const auto model = std::make_unique<Large>();
  const auto shared = std::make_shared<Large>();
  std::vector<Large> models;
  models.emplace_back();
  models.push_back(*model);
  for (int i = 0; i < 3; ++i) {
    const float loss = model->partial_fit(x, 1);
    EXPECT_EQ(shared->partial_fit(x, 1), loss);
    EXPECT_EQ(models[0].partial_fit(x, 1), loss);
    EXPECT_EQ(models[1].partial_fit(x, 1), loss);
    EXPECT_EQ(model->predict(x)(0), shared->predict(x)(0));
  }
  EXPECT_EQ(model->last_update().updates, 3);
}

}  // namespace
