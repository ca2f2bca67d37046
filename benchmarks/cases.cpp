#include "cases.hpp"

#include <eddy/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace bench {
namespace {

constexpr Scalar both_scalars[] = {Scalar::single_precision, Scalar::double_precision};
const std::vector<int> step_sizes = {8, 16, 32, 64, 128, 256, 512}, fit_sizes = {16, 32, 64, 128, 256};
constexpr Cell all_cells[] = {Cell::lstm, Cell::gru, Cell::gru_after, Cell::rnn};

const char* id(Verb verb) { return verb == Verb::step ? "step" : verb == Verb::predict ? "predict" : "fit"; }
const char* title(Verb verb) { return verb == Verb::fit ? "partial_fit" : id(verb); }

const char* id(Cell cell) {
  switch (cell) {
    case Cell::rnn:
      return "rnn";
    case Cell::lstm:
      return "lstm";
    case Cell::gru:
      return "gru";
    case Cell::gru_after:
      break;
  }
  return "gru-after";
}

const char* title(Cell cell) {
  switch (cell) {
    case Cell::rnn:
      return "RNN";
    case Cell::lstm:
      return "LSTM";
    case Cell::gru:
      return "GRU";
    case Cell::gru_after:
      break;
  }
  return "GRU (reset after)";
}

const char* id(Scalar scalar) { return scalar == Scalar::single_precision ? "float" : "double"; }

void add(std::vector<Case>& cases, Case c, const std::vector<int>& hidden) {
  for (const int h : hidden) {
    c.hidden = h;
    cases.push_back(c);
  }
}

void add_batch(std::vector<Case>& cases, Case c) {
  for (const int n : {1, 8, 64, 1024}) {
    c.streams = n;
    cases.push_back(c);
  }
}

template <class T>
std::vector<T> uniform(int count, double limit, eddy::Random& random) {
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) {
    value = static_cast<T>(random.uniform(limit));
  }
  return values;
}

}  // namespace

std::vector<Case> default_cases() {
  const std::vector<int> few = {8, 32, 128, 512};
  std::vector<Case> cases;
  for (const Cell cell : all_cells) {
    add(cases, {.verb = Verb::step, .cell = cell}, cell == Cell::rnn ? few : step_sizes);
  }
  add(cases, {.verb = Verb::step, .scalar = Scalar::double_precision}, few);
  add(cases, {.verb = Verb::predict}, few);
  add(cases, {.verb = Verb::fit}, fit_sizes);
  add(cases, {.verb = Verb::fit, .rule = Rule::sgd}, fit_sizes);
  add(cases, {.verb = Verb::fit, .stride = 4}, fit_sizes);
  add(cases, {.verb = Verb::fit, .stride = 16}, fit_sizes);
  add(cases, {.verb = Verb::fit, .window = 1}, fit_sizes);
  add(cases, {.verb = Verb::fit, .rehearsal = true}, fit_sizes);
  add(cases, {.verb = Verb::fit, .cell = Cell::gru_after}, fit_sizes);
  add(cases, {.verb = Verb::fit, .scalar = Scalar::double_precision}, {32, 128});
  add_batch(cases, {.verb = Verb::step, .hidden = 64});
  add_batch(cases, {.verb = Verb::fit, .hidden = 128});
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const Scalar scalar : both_scalars) {
    for (const Cell cell : all_cells) {
      for (const int inputs : {1, 8, 32}) {
        for (const Verb verb : {Verb::step, Verb::predict}) {
          add(cases, {.verb = verb, .cell = cell, .scalar = scalar, .inputs = inputs}, step_sizes);
        }
      }
      for (const Rule rule : {Rule::adam, Rule::sgd}) {
        for (const int window : {1, 8, 16, 32}) {
          for (const int stride : std::set<int>{1, 4, window}) {
            if (stride <= window) {
              add(cases,
                  {.verb = Verb::fit,
                   .cell = cell,
                   .scalar = scalar,
                   .window = window,
                   .stride = stride,
                   .rule = rule},
                  fit_sizes);
            }
          }
        }
      }
      add(cases, {.verb = Verb::fit, .cell = cell, .scalar = scalar, .rehearsal = true}, fit_sizes);
    }
    for (const int hidden : {16, 64, 128, 256}) {
      for (const Verb verb : {Verb::step, Verb::fit}) {
        add_batch(cases, {.verb = verb, .scalar = scalar, .hidden = hidden});
      }
    }
  }
  return cases;
}

std::string name(const Case& c) {
  std::string result = id(c.verb);
  result += std::string("/") + id(c.cell) + "/" + id(c.scalar) + "/x" + std::to_string(c.inputs) + "/h" +
            std::to_string(c.hidden);
  if (c.verb == Verb::fit) {
    result += "/w" + std::to_string(c.window) + "/s" + std::to_string(c.stride) +
              (c.rule == Rule::adam ? "/adam" : "/sgd") + (c.rehearsal ? "/rehearsal" : "");
  }
  if (c.streams > 0) {
    result = "batch/" + result + "/n" + std::to_string(c.streams);
  }
  return result;
}

std::string heading(const Case& c) {
  std::string result = std::string(title(c.verb)) + ", " + title(c.cell) + ", " + id(c.scalar) + ", " +
                       std::to_string(c.inputs) + (c.inputs == 1 ? " input" : " inputs");
  if (c.verb == Verb::fit) {
    result += ", window " + std::to_string(c.window) + ", stride " + std::to_string(c.stride) +
              (c.rule == Rule::adam ? ", Adam" : ", SGD") + (c.rehearsal ? ", default rehearsal" : "");
  }
  if (c.streams > 0) {
    result += ", " + std::to_string(c.hidden) + " hidden units, many streams";
  }
  return result;
}

bool same_row(Case a, Case b) {
  if (a.streams > 0 && b.streams > 0) {
    a.streams = b.streams;
  } else {
    a.hidden = b.hidden;
  }
  return a == b;
}

template <class T>
Weights<T> make_weights(const Case& c) {
  eddy::Random random(1);
  const double limit = 1 / std::sqrt(static_cast<double>(c.hidden));
  const int rows = gates(c.cell) * c.hidden;
  Weights<T> weights;
  weights.gates = gates(c.cell);
  weights.inputs = c.inputs;
  weights.hidden = c.hidden;
  weights.from_input = uniform<T>(rows * c.inputs, limit, random);
  weights.from_hidden = uniform<T>(rows * c.hidden, limit, random);
  weights.bias = uniform<T>(rows, limit, random);
  weights.bias_hn = uniform<T>(c.cell == Cell::gru_after ? c.hidden : 0, limit, random);
  weights.read_out = uniform<T>(c.hidden, limit, random);
  weights.read_out_bias = uniform<T>(1, limit, random);
  return weights;
}

template <class T>
SampleMemory<T> make_samples(const Case& c) {
  eddy::Random random(2);
  const int count = c.streams > 0 ? (std::max)(4 * c.streams, 64) : c.verb == Verb::fit ? 32 : 64;
  SampleMemory<T> memory{uniform<T>(count * c.inputs, 1, random), uniform<T>(count, 1, random), {}};
  memory.samples = {memory.x.data(), memory.y.data(), c.inputs, count};
  return memory;
}

template Weights<float> make_weights(const Case&);
template Weights<double> make_weights(const Case&);
template SampleMemory<float> make_samples(const Case&);
template SampleMemory<double> make_samples(const Case&);

}  // namespace bench
