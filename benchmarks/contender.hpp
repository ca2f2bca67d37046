#pragma once

#include <functional>
#include <string>
#include <vector>

/// What the benchmarks are made of: a case says what is to be done, a contender does it.
///
/// Nothing here depends on Eigen or eddy, and all memory passes as plain pointers and vectors: contenders are
/// compiled with flags of their own (-march=native changes how Eigen aligns).
namespace bench {

enum class Verb { step, predict, fit };
enum class Cell { rnn, lstm, gru, gru_after };
enum class Scalar { single_precision, double_precision };
enum class Rule { sgd, adam };

/// One thing to be timed: a recurrent cell with a linear read-out to one output.
struct Case {
  Verb verb = Verb::step;
  Cell cell = Cell::lstm;
  Scalar scalar = Scalar::single_precision;
  int inputs = 8, hidden = 32;
  int streams = 0;  ///< with one set of weights; 0: the model's own stream

  // Of fit alone.
  int window = 16, stride = 1;
  Rule rule = Rule::adam;
  bool rehearsal = false;  ///< eddy's default; else none

  friend bool operator==(const Case&, const Case&) = default;
};

constexpr int gates(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::rnn ? 1 : 3; }

constexpr double learning_rate(Rule rule) { return rule == Rule::adam ? 1e-3 : 1e-2; }

/// The weights that all contenders of a case share, column-major, gates in eddy's order: i, f, g, o; r, z, n,
/// z weighing the new state.
template <class T>
struct Weights {
  int gates = 1, inputs = 1, hidden = 1;
  std::vector<T> from_input;     ///< [gates · hidden, inputs]
  std::vector<T> from_hidden;    ///< [gates · hidden, hidden]
  std::vector<T> bias;           ///< [gates · hidden]
  std::vector<T> bias_hn;        ///< [hidden], of `Cell::gru_after` alone
  std::vector<T> read_out;       ///< [hidden]
  std::vector<T> read_out_bias;  ///< [1]

  /// The same GRU for libraries that let z weigh the old state: σ(−a) = 1 − σ(a).
  Weights with_z_of_old_state() const {
    Weights other = *this;
    for (std::vector<T>* matrix : {&other.from_input, &other.from_hidden, &other.bias}) {
      for (std::size_t k = 0; k < matrix->size(); ++k) {
        const std::size_t gate = k / static_cast<std::size_t>(hidden) % 3;
        (*matrix)[k] = gate == 1 ? -(*matrix)[k] : (*matrix)[k];
      }
    }
    return other;
  }
};

/// Samples to run over: inputs x [inputs, count], column-major, and a target each, NaN where nothing is to be
/// learned. With several streams sample k belongs to stream k mod streams.
template <class T>
struct Samples {
  const T* x;
  const T* y;
  int inputs, count;
  bool reset = false;  ///< whether to forget the stream first, not what was learned
};

/// Runs over all samples once, goes on from where it was, and writes the prediction made for each, before it
/// learned from it.
template <class T>
using Runner = std::function<void(const Samples<T>&, T* predictions)>;

/// Something that can do a case; returns an empty runner where it cannot.
template <class T>
using Make = std::function<Runner<T>(const Case&, const Weights<T>&)>;

struct Contender {
  std::string id;     ///< in the names of benchmarks and in JSON
  std::string title;  ///< in the table
  int rank = 0;       ///< its place there
  Make<float> with_float = {};
  Make<double> with_double = {};
  bool lock_step = false;      ///< whether it takes many streams at once
  bool exact_gradient = true;  ///< if not, only predictions without learning are checked beyond a window of 1
};

/// All contenders that were linked; shared libraries that hide their symbols enter theirs, too.
[[gnu::visibility("default")]] std::vector<Contender>& contenders();

/// A contender enters by being linked: `const bench::Entry entry({…});` in its own source file.
struct Entry {
  explicit Entry(Contender contender) { contenders().push_back(std::move(contender)); }
};

}  // namespace bench
