#pragma once
// What the listings of README.md and docs/ may use without declaring it. A listing that declares a name
// itself hides the one here.

#include <eddy/eddy.hpp>

#include <Eigen/Core>

#include <iostream>
#include <memory>

inline eddy::Lstm<float, 3, 32, 1> model;  // three inputs, one output

inline const Eigen::Vector3f x(0.1f, -0.2f, 0.3f);  // a sample
inline const Eigen::Vector<float, 1> y(0.5f);       // and its target

inline const Eigen::MatrixXf X = Eigen::MatrixXf::Constant(3, 64, 0.1f);  // samples of 64 streams
inline const Eigen::MatrixXf Y = Eigen::MatrixXf::Constant(1, 64, 0.5f);  // and their targets
