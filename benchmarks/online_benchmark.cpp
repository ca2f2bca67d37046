// A step and an online update, float, one stream, 8 inputs and 1 output, sizes fixed by the type and sizes
// given at run time. The peer is the LSTM step that one writes first; its predictions are checked against
// ours before it is timed. Inputs cycle through 64 samples.

#include "naive_lstm.hpp"

#include <eddy/eddy.hpp>

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>

namespace {

constexpr int inputs = 8, samples = 64;

Eigen::MatrixXf sample_matrix() {
  eddy::Random random(1);
  return Eigen::MatrixXf::NullaryExpr(inputs, samples, [&] { return static_cast<float>(random.uniform(1)); });
}

template <class Rehearsal>
using Sized = eddy::Lstm<float, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError,
                         eddy::Adam, eddy::TruncatedBptt<16>, Rehearsal>;

template <class Model>
void step(benchmark::State& state, Model model) {
  const Eigen::MatrixXf x = sample_matrix();
  int t = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(model.step(x.col(t++ % samples)).data());
  }
}

template <class Model>
void partial_fit(benchmark::State& state, Model model) {
  const Eigen::MatrixXf x = sample_matrix();
  int t = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(model.partial_fit(x.col(t % samples), x(0, (t + 1) % samples)));
    ++t;
  }
}

template <int Hidden>
void step_fixed(benchmark::State& state) {
  step(state, eddy::Lstm<float, inputs, Hidden, 1>());
}

void step_sized(benchmark::State& state) {
  step(state, eddy::Lstm<float>(inputs, static_cast<int>(state.range(0)), 1));
}

/// A naive peer with the weights of a model; ends the program if the two do not agree to 1e-5 over 200
/// samples.
naive::Lstm peer_of(eddy::Lstm<float> model) {
  naive::Lstm peer;
  const auto named = model.named_parameters();
  const Eigen::MatrixXf from_x = named[0].values, from_h = named[1].values, bias = named[2].values;
  const Eigen::Index hidden = from_h.cols();
  int row = 0;
  for (naive::Lstm::Gate* gate : {&peer.i, &peer.f, &peer.g, &peer.o}) {
    *gate = {from_x.middleRows(row, hidden), from_h.middleRows(row, hidden),
             bias.col(0).segment(row, hidden)};
    row += static_cast<int>(hidden);
  }
  peer.read_out = named[3].values;
  peer.read_out_bias = named[4].values.col(0);
  peer.h = peer.c = Eigen::VectorXf::Zero(hidden);
  const Eigen::MatrixXf x = sample_matrix();
  for (int t = 0; t < 200; ++t) {
    const float ours = model.step(x.col(t % samples))(0), theirs = peer.step(x.col(t % samples))(0);
    if (!(std::abs(ours - theirs) < 1e-5f)) {
      std::cerr << "the naive peer predicts " << theirs << ", eddy " << ours << '\n';
      std::exit(1);
    }
  }
  return peer;
}

void step_naive(benchmark::State& state) {
  naive::Lstm peer = peer_of(eddy::Lstm<float>(inputs, static_cast<int>(state.range(0)), 1));
  const Eigen::MatrixXf x = sample_matrix();
  int t = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(peer.step(x.col(t++ % samples)).data());
  }
}

void partial_fit_no_rehearsal(benchmark::State& state) {
  partial_fit(state, Sized<eddy::NoRehearsal>(inputs, static_cast<int>(state.range(0)), 1));
}

void partial_fit_default(benchmark::State& state) {
  partial_fit(state, eddy::Lstm<float>(inputs, static_cast<int>(state.range(0)), 1));
}

BENCHMARK(step_fixed<8>);
BENCHMARK(step_fixed<16>);
BENCHMARK(step_fixed<32>);
BENCHMARK(step_fixed<64>);
BENCHMARK(step_sized)->RangeMultiplier(2)->Range(8, 256);
BENCHMARK(step_naive)->RangeMultiplier(2)->Range(8, 256);
BENCHMARK(partial_fit_no_rehearsal)->RangeMultiplier(2)->Range(8, 256);
BENCHMARK(partial_fit_default)->RangeMultiplier(2)->Range(8, 256);

}  // namespace

BENCHMARK_MAIN();
