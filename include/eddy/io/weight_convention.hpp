#pragma once

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/frozen.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/layers/skip.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace eddy {

/// Whose names, gate orders and layouts a file of weights has.
enum class WeightConvention { pytorch, keras };

/// The layers that other libraries have, too.
enum class ExchangedKind { rnn, lstm, gru_after, gru_before, dense, embedding };

/// A layer that can be exchanged.
struct ExchangedLayer {
  ExchangedKind kind;
  int run;  ///< the same for layers with nothing added between them
};

/// The layers of a network, from the input on.
struct ExchangedLayerList {
  std::vector<ExchangedLayer> layers;
  int run = 0;
};

/// Appends the layers of which a type is made. Its specialisations are the layers that can be exchanged.
template <class L>
struct ExchangedLayers {
  static_assert(!Layer<L>, "this layer has no counterpart in PyTorch or Keras");
};

/// A layer that is one of the other library's.
template <ExchangedKind Kind>
struct SingleLayer {
  static void append(ExchangedLayerList& list) { list.layers.push_back({Kind, list.run}); }
};

/// A layer around another, to whose outputs it adds something.
template <class Inner>
struct LayerWithAddition {
  static void append(ExchangedLayerList& list) {
    ++list.run;
    ExchangedLayers<Inner>::append(list);
    ++list.run;
  }
};

template <class Scalar, int Inputs, int Hidden, class Phi>
struct ExchangedLayers<RnnCell<Scalar, Inputs, Hidden, Phi>> : SingleLayer<ExchangedKind::rnn> {};
template <class Scalar, int Inputs, int Hidden>
struct ExchangedLayers<LstmCell<Scalar, Inputs, Hidden>> : SingleLayer<ExchangedKind::lstm> {};
template <class Scalar, int Inputs, int Hidden>
struct ExchangedLayers<GruCell<Scalar, Inputs, Hidden, GruReset::after>>
    : SingleLayer<ExchangedKind::gru_after> {};
template <class Scalar, int Inputs, int Hidden>
struct ExchangedLayers<GruCell<Scalar, Inputs, Hidden, GruReset::before>>
    : SingleLayer<ExchangedKind::gru_before> {};
template <class Scalar, int Inputs, int Outputs, class Phi>
struct ExchangedLayers<Dense<Scalar, Inputs, Outputs, Phi>> : SingleLayer<ExchangedKind::dense> {};
template <class Scalar, int Symbols, int Width>
struct ExchangedLayers<Embedding<Scalar, Symbols, Width>> : SingleLayer<ExchangedKind::embedding> {};
template <class Inner>
struct ExchangedLayers<Frozen<Inner>> : ExchangedLayers<Inner> {};
template <class Inner>
struct ExchangedLayers<Residual<Inner>> : LayerWithAddition<Inner> {};
template <class Inner>
struct ExchangedLayers<Skip<Inner>> : LayerWithAddition<Inner> {};
/// The layers of a sequence, one after the other.
template <class... Layers>
struct ExchangedLayers<Sequential<Layers...>> {
  static void append(ExchangedLayerList& list) { (ExchangedLayers<Layers>::append(list), ...); }
};

/// Some rows of our parameters and where they lie in a tensor: own(row, column) is `sign` times the value at
/// `first + row · row_step + column · column_step`.
struct ExchangedPart {
  std::size_t own;  ///< in the vector of all parameters; columns are `own_rows` apart
  std::size_t own_rows, rows, columns;
  std::size_t first, row_step, column_step;
  double sign = 1;
  bool written = true;  ///< false for the second of two biases that are added: it is read, and written as 0
};

/// A tensor of a file and the parameters that it holds. Where two tensors hold the same, their sum counts.
struct ExchangedTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::vector<ExchangedPart> parts;
  bool bias = false;  ///< 0 if a module of the other library was made without
};

/// Consecutive layers that are one module of the other library, as the layers of an nn.LSTM.
struct ExchangedModule {
  ExchangedKind kind;
  std::vector<ExchangedTensor> tensors;  ///< their names without that of the module
  std::string prefix = {};               ///< the name of the module in a file, with what separates it
};

/// A matrix or a bias of ours, with the place of its first value among all parameters.
struct ExchangedBlock {
  std::size_t own, rows, columns;
};

/// The tensor of a matrix whose rows are gates of H units each; gate g stands at place `order[g]`.
inline ExchangedTensor gates_tensor(std::string name, const ExchangedBlock& block,
                                    const std::vector<std::size_t>& order, bool negates_z, bool transposed) {
  const std::size_t hidden = block.rows / order.size();
  ExchangedTensor tensor{
      .name = std::move(name), .shape = {block.rows, block.columns}, .parts = {}, .bias = false};
  if (transposed) {
    tensor.shape = {block.columns, block.rows};
  }
  const std::size_t row_step = transposed ? 1 : block.columns, column_step = transposed ? block.rows : 1;
  for (std::size_t gate = 0; gate < order.size(); ++gate) {
    tensor.parts.push_back({.own = block.own + gate * hidden,
                            .own_rows = block.rows,
                            .rows = hidden,
                            .columns = block.columns,
                            .first = order[gate] * hidden * row_step,
                            .row_step = row_step,
                            .column_step = column_step,
                            .sign = negates_z && gate == 1 ? -1.0 : 1.0});
  }
  return tensor;
}

/// The tensors of one layer with the blocks of its parameters; `layer` counts the layers of a module.
inline std::vector<ExchangedTensor> exchanged_tensors(ExchangedKind kind, WeightConvention convention,
                                                      const std::vector<ExchangedBlock>& blocks,
                                                      std::size_t layer) {
  const bool keras = convention == WeightConvention::keras;
  if (kind == ExchangedKind::embedding) {
    return {gates_tensor(keras ? "embeddings" : "weight", blocks[0], {0}, false, true)};
  }
  const bool gru = kind == ExchangedKind::gru_after || kind == ExchangedKind::gru_before;
  // Ours are r, z, n and i, f, g, o, as PyTorch's; Keras has z, r, h and i, f, c, o.
  const std::vector<std::size_t> order = gru && keras                  ? std::vector<std::size_t>{1, 0, 2}
                                         : gru                         ? std::vector<std::size_t>{0, 1, 2}
                                         : kind == ExchangedKind::lstm ? std::vector<std::size_t>{0, 1, 2, 3}
                                                                       : std::vector<std::size_t>{0};
  const auto bias = [&](std::string name, const ExchangedBlock& block) {
    ExchangedTensor tensor = gates_tensor(std::move(name), block, order, gru, false);
    tensor.shape = {block.rows};
    tensor.bias = true;
    return tensor;
  };
  if (kind == ExchangedKind::dense) {
    return {gates_tensor(keras ? "kernel" : "weight", blocks[0], order, false, keras),
            bias("bias", blocks[1])};
  }
  const std::string suffix = keras ? "" : "_l" + std::to_string(layer);
  std::vector<ExchangedTensor> tensors = {
      gates_tensor((keras ? "kernel" : "weight_ih") + suffix, blocks[0], order, gru, keras),
      gates_tensor((keras ? "recurrent_kernel" : "weight_hh") + suffix, blocks[1], order, gru, keras),
      bias((keras ? "bias" : "bias_ih") + suffix, blocks[2])};
  if (keras && kind != ExchangedKind::gru_after) {
    return tensors;
  }
  // The second bias adds to the first, but for that of n in a GRU, which is multiplied by r.
  ExchangedTensor second = bias("bias_hh" + suffix, blocks[2]);
  for (ExchangedPart& part : second.parts) {
    part.written = false;
  }
  if (kind == ExchangedKind::gru_after) {
    second.parts[2].own = blocks[3].own;
    second.parts[2].written = true;
  }
  if (!keras) {
    tensors.push_back(std::move(second));
    return tensors;
  }
  tensors[2].shape = {2, blocks[2].rows};
  for (ExchangedPart part : second.parts) {
    part.first += blocks[2].rows;
    tensors[2].parts.push_back(part);
  }
  return tensors;
}

/// The modules that the layers of a network are in the other library. In PyTorch, cells of one kind and width
/// that stand right on each other are the layers of one module, unless `joins(n)` says of layer n that it is
/// not of the module of the layer before.
template <class Network, class Joins>
std::vector<ExchangedModule> exchanged_modules(const Network& network, WeightConvention convention,
                                               Joins&& joins) {
  using Scalar = typename Network::Scalar;
  ExchangedLayerList list;
  ExchangedLayers<Network>::append(list);
  std::vector<ExchangedBlock> blocks;
  std::size_t own = 0;  // parts are visited in the order in which they lie
  const std::vector<Scalar> none(static_cast<std::size_t>(network.sizes().parameters));
  network.visit_parameters(none.data(), [&](const std::string&, const Scalar*, int rows, int columns) {
    blocks.push_back({own, static_cast<std::size_t>(rows), static_cast<std::size_t>(columns)});
    own += blocks.back().rows * blocks.back().columns;
  });

  std::vector<ExchangedModule> modules;
  std::size_t next = 0, layer = 0, width = 0;
  for (std::size_t n = 0; n < list.layers.size(); ++n) {
    const ExchangedKind kind = list.layers[n].kind;
    const std::size_t count = kind == ExchangedKind::embedding   ? 1
                              : kind == ExchangedKind::dense     ? 2
                              : kind == ExchangedKind::gru_after ? 4
                                                                 : 3;
    const std::vector<ExchangedBlock> own_blocks(blocks.begin() + static_cast<std::ptrdiff_t>(next),
                                                 blocks.begin() + static_cast<std::ptrdiff_t>(next + count));
    next += count;
    if (convention == WeightConvention::pytorch && kind == ExchangedKind::gru_before) {
      fail("PyTorch has no GRU that resets before its product: expected GruReset::after");
    }
    const bool cell = kind != ExchangedKind::dense && kind != ExchangedKind::embedding;
    const bool continues = convention == WeightConvention::pytorch && cell && n > 0 &&
                           kind == list.layers[n - 1].kind && list.layers[n].run == list.layers[n - 1].run &&
                           own_blocks[1].columns == width && joins(n);
    width = cell ? own_blocks[1].columns : 0;
    layer = continues ? layer + 1 : 0;
    if (!continues) {
      modules.push_back({kind, {}, {}});
    }
    for (ExchangedTensor& tensor : exchanged_tensors(kind, convention, own_blocks, layer)) {
      modules.back().tensors.push_back(std::move(tensor));
    }
  }
  return modules;
}

/// How many layers a network has, those inside of others counted.
template <class Network>
std::size_t exchanged_layers() {
  ExchangedLayerList list;
  ExchangedLayers<Network>::append(list);
  return list.layers.size();
}

}  // namespace eddy
