#pragma once
// What the listings of docs/exchange.md may use: a model of two outputs.

#include <eddy/eddy.hpp>
#include <eddy/io/safetensors.hpp>

#include <Eigen/Core>

inline eddy::Lstm<float, 3, 4, 2> model;

inline const Eigen::Vector3f x(0.1f, -0.2f, 0.3f);  // a sample
inline const Eigen::Vector2f y(0.5f, -0.5f);        // and its target
