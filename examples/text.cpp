// Predicts a file byte by byte with a recurrent network that learns from each byte as it comes, in one pass,
// and says how many bits a byte it took: what a compressor with this model would need.
//
//   text book.txt
//   text book.txt --hidden 64                                        1% worse, and more than twice as fast
//   text book.txt --contexts 0 --layers 2 --learning-rate 0.0025    the network alone
//   other-program | text - --limit 1000000
//
// Each byte is predicted, paid for with −log2 of the probability that it was given, and only then learned
// from.

#include "support/account.hpp"
#include "support/alphabet.hpp"
#include "support/contexts.hpp"
#include "support/curves.hpp"

#include <eddy/eddy.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <numbers>
#include <stdexcept>
#include <string>

using namespace text;

constexpr std::int64_t most = 1'000'000'000'000;  // bytes

struct Options {
  std::string file, picture;
  std::int64_t limit = 0;  // 0: none
  bool progress = true;

  std::string cell = "lstm";
  int layers = 1;
  int hidden = 128;
  int width = 32;
  int window = 16;
  double learning_rate = 3e-3;
  std::int64_t steady = 100'000;
  int contexts = 6;
  int context_bits = 16;
  double context_rate = 0.8;
  int classes = 128;
  std::uint64_t seed = 1;
};

/// Cross-entropy under the sum of the network's logits and those of others, who learn from the same error.
struct SharedCrossEntropy {
  struct Others {
    Eigen::VectorXf logits, error;
  };
  Others* others = nullptr;

  static constexpr bool takes_class_index = true;
  static constexpr int target_size(int outputs) { return outputs; }

  template <class Prediction, class Target, class Weight, class Gradient>
  typename Prediction::Scalar evaluate(const Prediction& prediction, const Target& target, const Weight&,
                                       Gradient&& gradient) const {
    others->logits += prediction;
    const auto largest = others->logits.maxCoeff();
    gradient = (others->logits.array() - largest).exp();
    const auto sum = gradient.sum();
    gradient = gradient / sum - target;
    others->error = gradient;
    return std::log(sum) + largest - others->logits.dot(target);
  }
};

// Error goes back once a window, through all of it.
template <class Network>
using Model = eddy::Online<Network, SharedCrossEntropy, eddy::Scheduled<eddy::Adam, eddy::InverseSquareRoot>,
                           eddy::TruncatedBptt<eddy::Dynamic, eddy::Dynamic>, eddy::NoRehearsal>;

template <class Network>
static void run(const Network& network, std::istream& input, const std::string& name,
                const Options& options) {
  SharedCrossEntropy::Others others{Eigen::VectorXf::Zero(options.classes),
                                    Eigen::VectorXf::Zero(options.classes)};
  Model<Network> model(
      network,
      {.loss = {&others},
       .optimizer = {.optimizer = {.learning_rate = options.learning_rate},
                     .schedule = {.period = std::max<std::int64_t>(1, options.steady / options.window)}},
       .credit = {.window = options.window, .stride = options.window},
       .seed = options.seed});
  Contexts contexts(options.classes, options.contexts, options.context_bits, options.context_rate);
  Alphabet alphabet(options.classes);

  Account account(options.progress);
  picture::Chart chart{.title = "Bits for a byte, over the newest 20,000",
                       .horizontal = "thousands of bytes",
                       .vertical = "bits a byte",
                       .curves = {{"what a compressor with this model would need", {}}}};
  std::uint64_t history = 0;  // the last eight bytes, the newest lowest
  for (int next; (next = input.get()) != EOF;) {
    const auto byte = static_cast<unsigned char>(next), newest = static_cast<unsigned char>(history & 0xff);
    contexts.look_up(history, others.logits);
    const float nats = model.partial_fit(alphabet.class_of(newest), alphabet.class_of(byte));
    if (!model.last_update().applied && model.last_update().status != eddy::UpdateStatus::pending)
      throw std::runtime_error(std::string(eddy::describe(model.last_update().status)) +
                               ": try a lower --learning-rate");
    contexts.learn(others.error);
    account.pay(static_cast<double>(nats) / std::numbers::ln2 + alphabet.extra_bits(byte));

    alphabet.add(byte);
    history = history << 8 | byte;
    if (account.bytes() % 1000 == 0) chart.curves[0].values.push_back(account.recent());
    if (account.bytes() == options.limit) break;
  }
  if (input.bad() || (input.fail() && !input.eof()))
    throw std::runtime_error(name + ": cannot be read: " + std::strerror(errno));
  if (account.bytes() == 0) throw std::runtime_error(name + ": is empty");

  if (!options.picture.empty() && !chart.save(options.picture))
    throw std::runtime_error(options.picture + ": cannot be written");
  account.close(name);
  std::printf("%d different bytes, %s weights, %s updates, %s skipped\n", alphabet.size(),
              grouped(static_cast<double>(model.parameters().size())).c_str(),
              grouped(static_cast<double>(model.last_update().updates)).c_str(),
              grouped(static_cast<double>(model.last_update().skipped)).c_str());
}

// A vector for each symbol, one or two layers of cells, a read-out. The upper of two layers sees the vector,
// too, and the read-out sees everything.
template <class Cell>
static void run(std::istream& input, const std::string& name, const Options& options) {
  const int width = options.width, hidden = options.hidden, classes = options.classes;
  const eddy::Embedding<float> embedding(classes, width);
  if (options.layers == 1) {
    run(eddy::Sequential(embedding, Cell(width, hidden), eddy::Dense<float>(hidden, classes)), input, name,
        options);
  } else {
    run(eddy::Sequential(embedding, eddy::Skip(Cell(width, hidden)), eddy::Skip(Cell(hidden + width, hidden)),
                         eddy::Dense<float>(2 * hidden + width, classes)),
        input, name, options);
  }
}

static void run(const Options& options) {
  std::ifstream file;
  if (options.file != "-") {
    file.open(options.file, std::ios::binary);
    if (!file) throw std::runtime_error(options.file + ": cannot be opened: " + std::strerror(errno));
  }
  std::istream& input = options.file == "-" ? std::cin : file;
  const std::string name = options.file == "-" ? "standard input" : options.file;
  if (options.cell == "gru") {
    run<eddy::GruCell<float>>(input, name, options);
  } else {
    run<eddy::LstmCell<float>>(input, name, options);
  }
}

/// Reads the command line into `options`; what CLI11 throws, `app.exit` explains.
static void declare(CLI::App& app, Options& options) {
  app.description(
      "Predicts a file byte by byte, with a recurrent network that learns as it goes.\n"
      "Every byte is paid for with -log2 of the probability that it was given before it was seen.");
  const CLI::Validator finite(
      [](std::string& text) { return text.find("nan") == std::string::npos ? "" : "not a number"; }, "");
  app.option_defaults()->always_capture_default();

  app.add_option("file", options.file, "the file; - is standard input")->required();
  app.add_option("--limit", options.limit, "bytes to read; 0: all")->check(CLI::Range(std::int64_t{0}, most));
  app.add_flag("!--no-progress", options.progress, "print the final lines only");
  app.add_option("--seed", options.seed, "of the initial weights")->check(CLI::Range(0, 1'000'000'000));
  app.add_option("--classes", options.classes,
                 "different bytes to tell apart, and one more; 257 for what is not text")
      ->check(CLI::Range(2, 257));

  app.add_option("--picture", options.picture, "draw the cost of a byte to this SVG file");

  app.option_defaults()->group("Network");
  app.add_option("--cell", options.cell, "the cell")->check(CLI::IsMember({"lstm", "gru"}));
  app.add_option("--layers", options.layers, "of cells")->check(CLI::Range(1, 2));
  app.add_option("--hidden", options.hidden, "units of a layer")->check(CLI::Range(1, 4'096));
  app.add_option("--width", options.width, "values that stand for a byte")->check(CLI::Range(1, 4'096));
  app.add_option("--window", options.window, "bytes from update to update, which error goes back through")
      ->check(CLI::Range(1, 10'000));
  app.add_option("--learning-rate", options.learning_rate, "of Adam")->check(CLI::Range(1e-9, 1.0) & finite);
  app.add_option("--steady", options.steady, "bytes after which the learning rate begins to fall")
      ->check(CLI::Range(std::int64_t{1}, most));

  app.option_defaults()->group("Contexts");
  app.add_option("--contexts", options.contexts, "longest context in bytes; 0: the network alone")
      ->check(CLI::Range(0, 8));
  app.add_option("--context-bits", options.context_bits,
                 "log2 of the contexts kept for each length, of 4 bytes a class each")
      ->check(CLI::Range(1, 24));
  app.add_option("--context-rate", options.context_rate, "how fast a context learns")
      ->check(CLI::Range(1e-9, 100.0) & finite);
}

int main(int argc, char** argv) try {
  Options options;
  CLI::App app;
  declare(app, options);
  CLI11_PARSE(app, argc, argv);
  std::ios::sync_with_stdio(false);
  run(options);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "text: %s\n", error.what());
  return 1;
}
