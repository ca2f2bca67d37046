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
  enum class Form { values, class_index, weight, weights };
  Form form = Form::values;
  Values values;   ///< for the forms with values
  Values weights;  ///< one number for `weight`, one for each target for `weights`
  int index = 0;
};

/// All numbers of a state, as bytes.
struct Snapshot {
  std::string bytes;
  std::vector<std::pair<std::string, std::size_t>> runs;  ///< where each part begins
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
  virtual void snapshot(Snapshot& snapshot, bool with_runs) const = 0;
  virtual Values numbers(const std::string& path) const = 0;  ///< of the part of the state of that name
  virtual std::uint64_t random_state() const = 0;

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

/// All forms; each translation unit with models adds its own.
const std::vector<Form>& forms();
const Form& form_of(const Specification& specification);

void add_sized_double(std::vector<Form>& forms);
void add_sized_float(std::vector<Form>& forms);
void add_fixed(std::vector<Form>& forms);

inline std::unique_ptr<Subject> make_subject(const Specification& specification) {
  return form_of(specification).make(specification);
}

}  // namespace eddy::properties
