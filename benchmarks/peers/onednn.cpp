// oneDNN: one step of its LSTM, GRU (linear before reset or not) or RNN primitive on the CPU, weights in the
// layout that it asks for. The input is not copied, states swap their places; the read-out is Eigen's, which
// is faster at this size than another primitive.

#include "../contender.hpp"

#include <Eigen/Core>
#include <oneapi/dnnl/dnnl.hpp>

#include <algorithm>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <utility>

namespace {

using namespace bench;
using dnnl::memory;
using Tag = memory::format_tag;

class Network {
 public:
  Network(const Case& c, const Weights<float>& weights)
      : engine_(dnnl::engine::kind::cpu, 0),
        stream_(engine_),
        lstm_(c.cell == Cell::lstm),
        streams_((std::max)(c.streams, 1)),
        read_out_(Eigen::Map<const Eigen::VectorXf>(weights.read_out.data(), c.hidden)),
        read_out_bias_(weights.read_out_bias[0]) {
    const memory::dim inputs = c.inputs, hidden = c.hidden, gates = weights.gates, n = streams_;
    const auto dense = [](memory::dims dims, Tag tag) {
      return memory::desc(dims, memory::data_type::f32, tag);
    };
    const auto any = [&](memory::dims dims) { return dense(dims, Tag::any); };
    const auto x = dense({1, n, inputs}, Tag::tnc), h = dense({1, 1, n, hidden}, Tag::ldnc),
               y = dense({1, n, hidden}, Tag::tnc),
               b = dense({1, 1, gates + (c.cell == Cell::gru_after), hidden}, Tag::ldgo),
               w_x = any({1, 1, inputs, gates, hidden}), w_h = any({1, 1, hidden, gates, hidden});
    const auto inference = dnnl::prop_kind::forward_inference;
    const auto way = dnnl::rnn_direction::unidirectional_left2right;
    memory::desc packed_x, packed_h;
    const auto finish = [&](auto description, auto primitive) {
      packed_x = description.weights_layer_desc();
      packed_h = description.weights_iter_desc();
      cell_ = primitive(description);
    };
    switch (c.cell) {
      case Cell::rnn:
        finish(dnnl::vanilla_rnn_forward::primitive_desc(
                   {inference, dnnl::algorithm::eltwise_tanh, way, x, h, w_x, w_h, b, y, h}, engine_),
               [](const auto& d) { return dnnl::vanilla_rnn_forward(d); });
        break;
      case Cell::lstm:
        finish(dnnl::lstm_forward::primitive_desc({inference, way, x, h, h, w_x, w_h, b, y, h, h}, engine_),
               [](const auto& d) { return dnnl::lstm_forward(d); });
        break;
      case Cell::gru:
        finish(dnnl::gru_forward::primitive_desc({inference, way, x, h, w_x, w_h, b, y, h}, engine_),
               [](const auto& d) { return dnnl::gru_forward(d); });
        break;
      case Cell::gru_after:
        finish(dnnl::lbr_gru_forward::primitive_desc({inference, way, x, h, w_x, w_h, b, y, h}, engine_),
               [](const auto& d) { return dnnl::lbr_gru_forward(d); });
        break;
    }

    // Its GRU wants the gates in the order z, r, n.
    std::vector<int> order = {0, 1, 2, 3};
    if (c.cell == Cell::gru || c.cell == Cell::gru_after) {
      order = {1, 0, 2};
    }
    const auto packed = [&](const std::vector<float>& from, memory::dim columns, const memory::desc& layout) {
      memory plain(dense({1, 1, columns, gates, hidden}, Tag::ldigo), engine_), result(layout, engine_);
      for (memory::dim column = 0; column < columns; ++column) {
        for (memory::dim gate = 0; gate < gates; ++gate) {
          std::memcpy(data(plain) + (column * gates + gate) * hidden,
                      from.data() + (column * gates + order[static_cast<std::size_t>(gate)]) * hidden,
                      static_cast<std::size_t>(hidden) * sizeof(float));
        }
      }
      dnnl::reorder(plain, result).execute(stream_, plain, result);
      stream_.wait();
      return result;
    };
    memory bias(b, engine_);
    std::memset(data(bias), 0, b.get_size());
    for (memory::dim gate = 0; gate < gates; ++gate) {
      std::memcpy(data(bias) + gate * hidden,
                  weights.bias.data() + order[static_cast<std::size_t>(gate)] * hidden,
                  static_cast<std::size_t>(hidden) * sizeof(float));
    }
    if (c.cell == Cell::gru_after) {
      std::memcpy(data(bias) + gates * hidden, weights.bias_hn.data(),
                  static_cast<std::size_t>(hidden) * sizeof(float));
    }
    x_ = memory(x, engine_, nullptr);
    y_ = memory(y, engine_);
    arguments_ = {{DNNL_ARG_SRC_LAYER, x_},
                  {DNNL_ARG_DST_LAYER, y_},
                  {DNNL_ARG_WEIGHTS_LAYER, packed(weights.from_input, inputs, packed_x)},
                  {DNNL_ARG_WEIGHTS_ITER, packed(weights.from_hidden, hidden, packed_h)},
                  {DNNL_ARG_BIAS, bias}};
    for (const int argument : {DNNL_ARG_SRC_ITER, DNNL_ARG_DST_ITER}) {
      arguments_.emplace(argument, zero(h));
    }
    if (lstm_) {
      for (const int argument : {DNNL_ARG_SRC_ITER_C, DNNL_ARG_DST_ITER_C}) {
        arguments_.emplace(argument, zero(h));
      }
    }
  }

  void step(const float* x, float* prediction) {
    x_.set_data_handle(const_cast<float*>(x));
    cell_.execute(stream_, arguments_);
    stream_.wait();
    const Eigen::Map<const Eigen::MatrixXf> output(data(y_), read_out_.size(), streams_);
    Eigen::Map<Eigen::RowVectorXf>(prediction, streams_).noalias() = read_out_.transpose() * output;
    Eigen::Map<Eigen::RowVectorXf>(prediction, streams_).array() += read_out_bias_;
    std::swap(arguments_[DNNL_ARG_SRC_ITER], arguments_[DNNL_ARG_DST_ITER]);
    if (lstm_) {
      std::swap(arguments_[DNNL_ARG_SRC_ITER_C], arguments_[DNNL_ARG_DST_ITER_C]);
    }
  }

 private:
  static float* data(const memory& m) { return static_cast<float*>(m.get_data_handle()); }
  memory zero(const memory::desc& layout) {
    memory result(layout, engine_);
    std::memset(data(result), 0, layout.get_size());
    return result;
  }

  dnnl::engine engine_;
  dnnl::stream stream_;
  bool lstm_;
  Eigen::Index streams_;
  Eigen::VectorXf read_out_;
  float read_out_bias_;
  dnnl::primitive cell_;
  memory x_, y_;
  std::unordered_map<int, memory> arguments_;
};

Runner<float> make(const Case& c, const Weights<float>& weights) {
  if (c.verb != Verb::step) {
    return {};
  }
  const bool gru = c.cell == Cell::gru || c.cell == Cell::gru_after;
  auto network = std::make_shared<Network>(c, gru ? weights.with_z_of_old_state() : weights);
  return [network, n = (std::max)(c.streams, 1)](const Samples<float>& samples, float* predictions) {
    for (int k = 0; k < samples.count; k += n) {
      network->step(samples.x + k * samples.inputs, predictions + k);
    }
  };
}

const Entry entry({.id = "onednn", .title = "oneDNN", .rank = 20, .with_float = make, .lock_step = true});

}  // namespace
