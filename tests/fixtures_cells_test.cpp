#include "support/fixture.hpp"
#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/credit/truncated_bptt.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {

// What the fixtures' README asks of double: 1e-11 absolute, 1e-10 relative.
constexpr double tolerance = 1e-11;

class CellFixtures : public ::testing::TestWithParam<std::string> {};

/// dL/dy for L = Σ_t mean over outputs of (y_t − target_t)², at all steps or the last.
Matrix<double> squared_error_gradient(const Matrix<double>& y, const Matrix<double>& target) {
  return 2 * (y - target) / static_cast<double>(y.rows());
}

TEST_P(CellFixtures, OutputsAndAllGradientsMatch) {
  const Json fixture = read_fixture("cell_" + GetParam());
  const std::string cell = fixture["cell"];
  with_network(fixture, 0, [&](const auto& network) {
    const Vector<double> parameters = flatten(network, cell, fixture["params"], false);
    const Matrix<double> x = tensor(fixture["x"]).transpose(), target = tensor(fixture["target"]).transpose();
    const Vector<double> state = stack_state(fixture, "h0", "c0");
    const int steps = static_cast<int>(x.cols());
    const auto forward = unroll(network, parameters, x, state, Matrix<double>::Zero(target.rows(), steps));
    const Matrix<double> y_error = squared_error_gradient(forward.outputs, target);

    double worst = worst_error(forward.outputs, Matrix<double>(tensor(fixture["y"]).transpose()));
    std::vector<bool> at_last(static_cast<std::size_t>(steps), false);
    at_last.back() = true;
    const auto last = unroll(network, parameters, x, state, y_error, at_last),
               sum = unroll(network, parameters, x, state, y_error);
    for (const auto& [name, run] : {std::pair{"grad_last", &last}, std::pair{"grad_sum", &sum}}) {
      const Json& gradients = fixture[name];
      worst =
          (std::max)(worst, worst_error(run->gradient, flatten(network, cell, gradients["params"], true)));
      worst = (std::max)(worst,
                         worst_error(run->input_errors, Matrix<double>(tensor(gradients["x"]).transpose())));
      const Json states = {{"cell", cell}, {"h0", gradients["h0"]}, {"c0", gradients.value("c0", Json())}};
      worst = (std::max)(worst, worst_error(run->state_error, stack_state(states, "h0", "c0")));
    }

    const int hidden = fixture["H"], layers = fixture["layers"];
    for (int step = 1; step < steps; ++step) {
      for (int layer = 0; layer < layers; ++layer) {
        const int stride = static_cast<int>(state.size()) / layers;
        const Vector<double> h =
            forward.states[static_cast<std::size_t>(step)].segment(layer * stride, hidden);
        worst = (std::max)(
            worst, worst_error(h, Vector<double>(tensor(fixture["h_all"], layer).row(step - 1).transpose())));
      }
    }
    RecordProperty("worst_error", std::to_string(worst));
    std::printf("[ fixture  ] cell_%-32s worst error %.1e\n", GetParam().c_str(), worst);
    EXPECT_LT(worst, tolerance);
  });
}

std::vector<std::string> cell_fixtures() {
  std::vector<std::string> names;
  for (const char* kind : {"rnn_tanh", "rnn_relu", "rnn_sigmoid", "lstm", "gru_after", "gru_before"}) {
    for (const char* size : {"_I1_H1_T1_L1", "_I3_H5_T7_L1", "_I8_H16_T32_L1", "_I3_H5_T7_L2"}) {
      names.push_back(std::string(kind) + size);
    }
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, CellFixtures, ::testing::ValuesIn(cell_fixtures()), name_of_fixture);

class TruncatedFixtures : public ::testing::TestWithParam<std::string> {};

/// The window of the last K steps, from a given state: what one sweep of a tape gives.
TEST_P(TruncatedFixtures, WindowGradientsMatch) {
  const Json fixture = read_fixture("truncated_" + GetParam());
  const std::string cell = fixture["cell"];
  double worst = 0;
  with_network(fixture, 0, [&](const auto& network) {
    const Matrix<double> x = tensor(fixture["x"]).transpose(), target = tensor(fixture["target"]).transpose();
    const int window = fixture["K"], steps = static_cast<int>(x.cols());
    for (const std::string weights : {"same_params", "new_params"}) {
      Storage<double, Dynamic> parameters(network.sizes().parameters), gradient(network.sizes().parameters);
      VectorView<double>(parameters.data(), network.sizes().parameters) =
          flatten(network, cell, fixture[weights == "same_params" ? "params" : "params_new"], false);
      const auto run = [&](Tape<std::decay_t<decltype(network)>, Dynamic>& tape, int first) {
        for (int t = first; t < steps; ++t) {
          VectorView<double>(tape.next_input(), x.rows()) = x.col(t);
          tape.step(network, parameters.data());
        }
      };
      for (const std::string which : {"_last", "_sum"}) {
        const Json& expected = fixture[weights + which];
        Tape<std::decay_t<decltype(network)>, Dynamic> tape(network,
                                                            TruncatedBptt<Dynamic, Dynamic>{window, 1});
        // With the same weights the tape may run from the start: what lies before the window must not count.
        const bool from_start = weights == "same_params" && (cell != "lstm" || fixture.contains("c0"));
        tape.begin(
            (from_start ? stack_state(fixture, "h0", "c0") : stack_state(fixture, "h_stale", "c_stale"))
                .data());
        run(tape, from_start ? 0 : steps - window);
        for (int age = 0; age < (which == "_last" ? 1 : window); ++age) {
          const int t = steps - 1 - age;
          const Vector<double> y = tape.prediction(tape.time() - age);
          worst = (std::max)(
              worst, worst_error(y, Vector<double>(tensor(expected["y_window"]).row(window - 1 - age))));
          tape.enter(tape.time() - age, squared_error_gradient(y, target.col(t)));
        }
        Touched touched(network);
        tape.sweep(network, parameters.data(), 1.0, gradient.data(), false, touched);
        worst = (std::max)(worst, worst_error(VectorView<double>(gradient.data(), network.sizes().parameters),
                                              flatten(network, cell, expected["grad"], true)));
      }
    }
  });
  std::printf("[ fixture  ] truncated_%-27s worst error %.1e\n", GetParam().c_str(), worst);
  EXPECT_LT(worst, tolerance);
}

INSTANTIATE_TEST_SUITE_P(All, TruncatedFixtures,
                         ::testing::Values("rnn_tanh", "rnn_relu", "rnn_sigmoid", "lstm", "gru_after",
                                           "gru_before"),
                         name_of_fixture);

}  // namespace eddy::testing
