// LibTorch on one thread: LSTMCell, GRUCell or RNNCell with a Linear read-out.
//
// partial_fit is what one writes with it. With a stride of 1 a window is run again for every sample, because
// autograd cannot keep the graph of a window whose first step falls off and whose weights change in place.
// With stride = window no step is run twice: the graph of a whole window is built sample by sample, then
// learned from, and cut. Held beside eddy with the same stride, that says what is left without recomputation.

#include "../contender.hpp"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <memory>

namespace {

using namespace bench;

template <class T>
constexpr auto kind = std::is_same_v<T, float> ? torch::kFloat32 : torch::kFloat64;

struct State {
  torch::Tensor h, c;
  State detach() const { return {h.detach(), c.detach()}; }
};

template <class T>
class Network {
 public:
  Network(const Case& c, const Weights<T>& weights)
      : case_(c), n_((std::max)(c.streams, 1)), read_out_(c.hidden, 1) {
    torch::set_num_threads(1);
    torch::NoGradGuard guard;
    switch (c.cell) {
      case Cell::rnn:
        rnn_ = torch::nn::RNNCell(c.inputs, c.hidden);
        break;
      case Cell::lstm:
        lstm_ = torch::nn::LSTMCell(c.inputs, c.hidden);
        break;
      default:
        gru_ = torch::nn::GRUCell(c.inputs, c.hidden);
    }
    const auto cell = rnn_ ? rnn_->parameters() : lstm_ ? lstm_->parameters() : gru_->parameters();
    for (const torch::Tensor& parameter : cell) {
      parameter.set_data(parameter.to(kind<T>));
    }
    read_out_->to(kind<T>);
    const auto set = [](torch::Tensor to, const std::vector<T>& from) {
      // Ours are column-major.
      auto values = torch::from_blob(const_cast<T*>(from.data()), {to.numel()}, kind<T>);
      to.copy_(to.dim() == 2 ? values.view({to.size(1), to.size(0)}).t() : values);
    };
    set(cell[0], weights.from_input);
    set(cell[1], weights.from_hidden);
    set(cell[2], weights.bias);
    cell[3].zero_();
    if (c.cell == Cell::gru_after) {
      set(cell[3].slice(0, 2 * c.hidden), weights.bias_hn);
    }
    set(read_out_->weight, weights.read_out);
    set(read_out_->bias, weights.read_out_bias);
    reset();

    std::vector<torch::Tensor> learning = {cell[0], cell[1], cell[2], read_out_->weight, read_out_->bias};
    cell[3].set_requires_grad(false);  // two biases would learn twice as fast
    if (c.rule == Rule::adam) {
      optimizer_ =
          std::make_unique<torch::optim::Adam>(learning, torch::optim::AdamOptions(learning_rate(c.rule)));
    } else {
      optimizer_ =
          std::make_unique<torch::optim::SGD>(learning, torch::optim::SGDOptions(learning_rate(c.rule)));
    }
  }

  void step(const T* x, T* prediction) {
    torch::InferenceMode guard;
    state_ = forward(input(x), state_);
    const torch::Tensor y = read_out_(state_.h);
    std::copy_n(y.data_ptr<T>(), n_, prediction);
  }

  void reset() {
    state_ = before_ = {torch::zeros({n_, case_.hidden}, kind<T>), torch::zeros({n_, case_.hidden}, kind<T>)};
    window_.clear();
    loss_ = torch::Tensor();
    held_ = 0;
  }

  /// Runs the window again, learns from the newest error.
  void fit_again(const T* x, const T* y, T* prediction) {
    window_.push_back(input(x).clone());
    if (static_cast<int>(window_.size()) > case_.window) {
      window_.pop_front();
      before_ = second_;
    }
    State state = before_;
    for (std::size_t k = 0; k < window_.size(); ++k) {
      state = forward(window_[k], state);
      if (k == 0) {
        second_ = state.detach();
      }
    }
    const torch::Tensor out = read_out_(state.h);
    *prediction = out.template item<T>();
    if (!std::isnan(*y)) {
      learn(torch::mse_loss(out, target(y)));
    }
  }

  /// Adds to the graph, learns once it is as long as the window.
  void fit_chunk(const T* x, const T* y, T* prediction) {
    state_ = forward(input(x).clone(), state_);
    const torch::Tensor out = read_out_(state_.h), loss = torch::mse_loss(out, target(y));
    *prediction = out.template item<T>();
    loss_ = loss_.defined() ? loss_ + loss : loss;
    if (++held_ == case_.window) {
      learn(loss_);
      loss_ = torch::Tensor();
      held_ = 0;
      state_ = state_.detach();
    }
  }

 private:
  torch::Tensor input(const T* x) const {
    return torch::from_blob(const_cast<T*>(x), {n_, case_.inputs}, kind<T>);
  }
  torch::Tensor target(const T* y) const { return torch::from_blob(const_cast<T*>(y), {1, 1}, kind<T>); }

  State forward(const torch::Tensor& x, const State& state) {
    if (lstm_) {
      auto [h, c] = lstm_(x, std::make_tuple(state.h, state.c));
      return {h, c};
    }
    return {gru_ ? gru_(x, state.h) : rnn_(x, state.h), state.c};
  }

  void learn(const torch::Tensor& loss) {
    optimizer_->zero_grad();
    loss.backward();
    optimizer_->step();
  }

  Case case_;
  long n_;
  torch::nn::RNNCell rnn_ = nullptr;
  torch::nn::LSTMCell lstm_ = nullptr;
  torch::nn::GRUCell gru_ = nullptr;
  torch::nn::Linear read_out_;
  std::unique_ptr<torch::optim::Optimizer> optimizer_;
  State state_, before_, second_;  // now; before the window; after its first step
  std::deque<torch::Tensor> window_;
  torch::Tensor loss_;
  int held_ = 0;
};

template <class T>
Runner<T> make(const Case& c, const Weights<T>& weights) {
  // Of the second bias of a GRU eddy has a third only: they would not learn the same.
  const bool can_fit =
      c.streams == 0 && c.cell != Cell::gru_after && !c.rehearsal && (c.stride == 1 || c.stride == c.window);
  if (c.cell == Cell::gru || c.verb == Verb::predict || (c.verb == Verb::fit && !can_fit)) {
    return {};
  }
  auto network =
      std::make_shared<Network<T>>(c, c.cell == Cell::gru_after ? weights.with_z_of_old_state() : weights);
  return [network, c](const Samples<T>& samples, T* predictions) {
    if (samples.reset) {
      network->reset();
    }
    for (int k = 0; k < samples.count; k += (std::max)(c.streams, 1)) {
      const T* const x = samples.x + k * samples.inputs;
      if (c.verb == Verb::step) {
        network->step(x, predictions + k);
      } else if (c.stride == 1) {
        network->fit_again(x, samples.y + k, predictions + k);
      } else {
        network->fit_chunk(x, samples.y + k, predictions + k);
      }
    }
  };
}

const Entry entry({.id = "torch",
                   .title = "LibTorch",
                   .rank = 30,
                   .with_float = make<float>,
                   .with_double = make<double>,
                   .lock_step = true});

}  // namespace
