#pragma once
// What a checkpoint does to whatever shows its state.

#include <eddy/io/checkpoint.hpp>

#include <sstream>

namespace eddy::testing {

/// A checkpoint of objects, as its bytes.
template <class... T>
std::string saved(const T&... objects) {
  std::ostringstream out;
  save(out, objects...);
  return out.str();
}

/// Loads a checkpoint from its bytes; returns what is wrong with it, or nothing.
template <class... T>
std::string try_load_from(const std::string& bytes, T&... objects) {
  std::istringstream in(bytes);
  return try_load(in, objects...);
}

/// Makes `to` go on where `from` is; both were constructed alike.
template <class T>
void copy_state(const T& from, T& to) {
  std::stringstream checkpoint;
  save(checkpoint, from);
  load(checkpoint, to);
}

}  // namespace eddy::testing
