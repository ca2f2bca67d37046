#pragma once

#include <eddy/eddy.hpp>

namespace flags {

// 16 floats, as wide as a register of AVX-512. Eigen aligns such a vector by the flags of the translation
// unit; what units with different flags exchange has to be told not to.
using Input = Eigen::Matrix<float, 16, 1, Eigen::DontAlign>;
using Fixed = eddy::Lstm<float, 16, 20, 16>;
using Sized = eddy::Gru<double>;

/// What a translation unit does with models that others made.
struct Unit {
  Fixed (*make)();
  float (*learn)(Fixed& model, const Input& x, const Input& y);
  Input (*predict)(const Fixed& model, const Input& x);
  double (*learn_sized)(Sized& model, double x);
};

extern const Unit plain, wide;

}  // namespace flags
