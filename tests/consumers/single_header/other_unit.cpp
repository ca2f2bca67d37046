// A second unit with the single header: what it defines must be defined once for both.

#include EDDY_HEADER

float of_another_unit() { return eddy::Lstm<float>(2, 9, 1).parameters()(0); }
