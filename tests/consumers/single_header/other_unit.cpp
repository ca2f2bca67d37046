// A second unit with the same header: whatever the header defines is defined once for both.

#include EDDY_HEADER

int other_unit() {
  eddy::Lstm<float> model(2, 9, 1);
  return model.parameters().size() == 0;
}
