#pragma once

#include <Eigen/Core>

#include <cmath>

namespace naive {

/// The LSTM step that one writes first: a matrix and a bias a gate, `std::exp` and `std::tanh` an element.
struct Lstm {
  struct Gate {
    Eigen::MatrixXf from_x, from_h;
    Eigen::VectorXf bias;
    Eigen::VectorXf operator()(const Eigen::VectorXf& x, const Eigen::VectorXf& h) const {
      return from_x * x + from_h * h + bias;
    }
  };

  Gate i, f, g, o;
  Eigen::MatrixXf read_out;
  Eigen::VectorXf read_out_bias, h, c;

  Eigen::VectorXf step(const Eigen::VectorXf& x) {
    const auto sigma = [](float a) { return 1.0f / (1.0f + std::exp(-a)); };
    const auto tanh = [](float a) { return std::tanh(a); };
    const Eigen::VectorXf input = i(x, h).unaryExpr(sigma), forget = f(x, h).unaryExpr(sigma),
                          candidate = g(x, h).unaryExpr(tanh), output = o(x, h).unaryExpr(sigma);
    c = forget.cwiseProduct(c) + input.cwiseProduct(candidate);
    h = output.cwiseProduct(c.unaryExpr(tanh));
    return read_out * h + read_out_bias;
  }
};

}  // namespace naive
