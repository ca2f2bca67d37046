// Two translation units with different instruction sets in one program share models, whichever of their
// functions the linker keeps. Succeeds if what one made the other goes on with, and both get the same
// numbers.

#include "model.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace {

void expect(bool truth, const char* what) {
  if (!truth) {
    std::fprintf(stderr, "failed: %s\n", what);
    std::exit(EXIT_FAILURE);
  }
}

}  // namespace

int main() {
  using flags::Input;
  flags::Fixed a = flags::plain.make(), b = flags::wide.make();
  expect(a.parameters() == b.parameters(), "the same initial weights");
  flags::Sized c(3, 10, 2), d = c;
  for (int t = 0; t < 300; ++t) {
    const Input x =
        Input::NullaryExpr([&](Eigen::Index i) { return std::sin(0.1f * static_cast<float>(t + i)); });
    const Input y = x.reverse();
    // Each model goes through both units, in turns.
    const auto& first = t % 2 == 0 ? flags::plain : flags::wide;
    const auto& second = t % 2 == 0 ? flags::wide : flags::plain;
    const float loss = first.learn(a, x, y);
    expect(loss == second.learn(b, x, y), "the same loss");
    expect(first.predict(a, x) == second.predict(a, x), "the same prediction");
    expect(first.learn_sized(c, x(0)) == second.learn_sized(d, x(0)), "the same loss in double");
  }
  expect(a.parameters() == b.parameters() && c.parameters() == d.parameters(), "the same weights");
  std::puts("two translation units with different flags agree");
}
