#pragma once

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace eddy::testing {

template <class Scalar>
struct Sample {
  Vector<Scalar> x, y;
};

/// Inputs on [−1, 1) and targets that hang together with the inputs before them, the same on every machine.
template <class Scalar>
std::vector<Sample<Scalar>> make_samples(int inputs, int targets, int count, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<Sample<Scalar>> samples;
  Vector<Scalar> memory = Vector<Scalar>::Zero(targets);
  for (int i = 0; i < count; ++i) {
    Sample<Scalar> sample{Vector<Scalar>(inputs), Vector<Scalar>(targets)};
    for (Scalar& value : sample.x) {
      value = static_cast<Scalar>(random.uniform(1));
    }
    memory.array() = memory.array() / 2 + sample.x.sum() / 4;
    sample.y.array() = memory.array() + Vector<Scalar>::LinSpaced(targets, 0, Scalar(0.5)).array();
    samples.push_back(sample);
  }
  return samples;
}

/// A model with the sizes of its type; where they are open, with 3 inputs, 6 hidden units and 2 outputs.
template <class Model>
Model make_model(typename Model::Options options = {}) {
  if constexpr (Model::Sizes.fixed()) {
    return Model(options);
  } else if constexpr (std::is_constructible_v<Model, int, int, int, typename Model::Options>) {
    return Model(3, 6, 2, options);
  } else {
    return Model(typename Model::Network(3, 2), options);  // a cell by itself
  }
}

template <class A, class B>
::testing::AssertionResult same_bits(const Eigen::DenseBase<A>& a, const Eigen::DenseBase<B>& b) {
  const Vector<typename A::Scalar> left = a, right = b;
  if (left.size() != right.size()) {
    return ::testing::AssertionFailure() << left.size() << " and " << right.size() << " values";
  }
  for (Index i = 0; i < left.size(); ++i) {
    if (std::memcmp(&left(i), &right(i), sizeof(left(i))) != 0) {
      return ::testing::AssertionFailure() << "value " << i << " differs: " << left(i) << " and " << right(i);
    }
  }
  return ::testing::AssertionSuccess();
}

/// What a model shows of itself: parameters, gradient, prediction, time, and the tally of its updates.
template <class Model>
Vector<typename Model::Scalar> contents(const Model& model) {
  using Scalar = typename Model::Scalar;
  const auto& update = model.last_update();
  std::vector<Scalar> all{static_cast<Scalar>(model.time()), update.loss, update.gradient_norm,
                          static_cast<Scalar>(update.updates), static_cast<Scalar>(update.skipped)};
  const auto append = [&all](const Scalar* values, Index count) {
    all.insert(all.end(), values, values + count);
  };
  append(model.parameters().data(), model.parameters().size());
  append(model.gradient().data(), model.gradient().size());
  append(model.prediction().data(), model.prediction().size());
  return VectorView<const Scalar>(all.data(), static_cast<Index>(all.size()));
}

template <class Model>
::testing::AssertionResult same_contents(const Model& a, const Model& b) {
  return same_bits(contents(a), contents(b));
}

/// Learns from the samples.
template <class Model>
void learn(Model& model, const std::vector<Sample<typename Model::Scalar>>& samples) {
  for (const auto& [x, y] : samples) {
    model.partial_fit(x, y);
  }
}

/// Whether two models stay alike, bit for bit, while both learn from the samples.
template <class Model>
::testing::AssertionResult go_on_alike(Model& a, Model& b,
                                       const std::vector<Sample<typename Model::Scalar>>& samples) {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    a.partial_fit(samples[i].x, samples[i].y);
    b.partial_fit(samples[i].x, samples[i].y);
    if (const auto same = same_contents(a, b); !same) {
      return ::testing::AssertionFailure() << "after sample " << i << ": " << same.message();
    }
  }
  return ::testing::AssertionSuccess();
}

}  // namespace eddy::testing
