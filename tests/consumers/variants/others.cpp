// Models of other types, for a program of several files.

#include "others.hpp"

#include "sine.hpp"

float others::loss_of_gru() {
  eddy::Gru<float, 1, 4, 1> model;
  float loss = 0;
  for (int t = 0; t < 20; ++t) {
    loss = model.partial_fit(sine::value(t), sine::value(t + 1));
  }
  return loss;
}
