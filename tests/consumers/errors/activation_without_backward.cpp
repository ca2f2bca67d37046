// An activation that lacks `backward`.
// expected: A::backward\(

#include <eddy/eddy.hpp>

struct Sine {
  static constexpr bool elementwise = true;
  template <class Values>
  static void apply(Values&& a) {
    a = a.array().sin();
  }
};

int main() {
  eddy::Online<eddy::Dense<float, 3, 1, Sine>> model;
  model.step(Eigen::Vector3f(1, 2, 3));
}
