// A model of long double, with sizes at run time: the kernels know float and double.
// expected: the scalar of a model, a layer or a scaler is float or double

#include <eddy/eddy.hpp>

int main() {
  eddy::Gru<long double> model(3, 8, 1);
  model.step(eddy::Vector<long double>::Ones(3));
}
