#pragma once

#include "specification.hpp"

#include <eddy/update.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace eddy::properties {

using Values = std::vector<double>;

/// A label in one of the forms that a user may give it.
struct Label {
  enum class Form { values, class_index, weights, tasks };
  Form form = Form::values;
  Values values;   ///< always: a class index, and labels of tasks, are written as a vector, too
  Values weights;  ///< one for each target
  int index = 0;   ///< the class; −1 for a task without
};

/// Is shown the parts of a state: their paths and numbers, as they lie in memory.
struct StateVisit {
  static constexpr bool shapes_only = false;

  virtual ~StateVisit() = default;
  virtual void part(const std::string& path, const char* bytes, std::size_t count, std::size_t size) = 0;

  template <class Number>
  void operator()(const std::string& path, const Number* data, std::size_t count) {
    part(path, reinterpret_cast<const char*>(data), count, sizeof(Number));
  }
};

/// A model with its own stream, number 0, two more streams and a batch, behind an interface in double.
class Subject {
 public:
  virtual ~Subject() = default;

  virtual std::unique_ptr<Subject> copy() const = 0;
  virtual std::unique_ptr<Subject> moved() = 0;        ///< move-constructed and move-assigned from this
  virtual std::unique_ptr<Subject> fresh() const = 0;  ///< constructed alike
  virtual std::string save() const = 0;
  virtual std::string try_load(const std::string& checkpoint) = 0;  ///< what is wrong, or nothing
  virtual bool valid() const = 0;
  virtual void visit_state(StateVisit& visit) const = 0;

  virtual Values step(int stream, const Values& x) = 0;
  virtual Values predict(int stream, const Values& x) const = 0;
  virtual double fit(int stream, const Values& x, const Label& y) = 0;
  virtual double fit(int stream, const Label& y) = 0;
  virtual double fit_at(int stream, std::int64_t when, const Label& y) = 0;
  virtual std::int64_t time(int stream) const = 0;
  virtual Values prediction(int stream) const = 0;
  virtual void reset(int stream) = 0;

  // Matrices are column after column; a mask is empty or has an entry for each stream.
  virtual bool has_batch() const = 0;
  virtual Values step_batch(const Values& x, const std::vector<char>& mask) = 0;
  virtual double fit_batch(const Values& x, const Values& y, const std::vector<char>& mask) = 0;
  virtual double fit_batch(const Values& y) = 0;
  virtual double fit_batch_at(std::int64_t when, const Values& y) = 0;
  virtual std::int64_t batch_time() const = 0;
  virtual void reset_batch(int stream) = 0;  ///< −1: all of them

  virtual Update<double> last_update() const = 0;
  virtual Values parameters() const = 0;
  virtual void set_parameters(const Values& values) = 0;
  virtual Values gradient() const = 0;
  virtual std::vector<Values> moments() const = 0;
  virtual Values state() const = 0;
  virtual void set_learning_rate(double rate) = 0;
  virtual void reset_optimizer() = 0;
  virtual bool freeze(int layer, bool frozen) = 0;  ///< false if the model cannot
  virtual void forget_rehearsed() = 0;
};

/// A kind of model: how it is drawn and made.
struct Form {
  std::string name;
  std::function<std::unique_ptr<Subject>(const Specification&)> make;
  Specification fixed;  ///< what the type fixes; without parts, everything is drawn
  std::string type;     ///< C++; empty where it is put together from the parts
};

/// All forms of the program, by name. A translation unit with models enlists its own before the program
/// begins, so that a program of some of them has those forms and no others.
const std::vector<Form>& forms();
const Form& form_of(const Specification& specification);
bool enlist(std::vector<Form> forms);

inline std::unique_ptr<Subject> make_subject(const Specification& specification) {
  return form_of(specification).make(specification);
}

}  // namespace eddy::properties
