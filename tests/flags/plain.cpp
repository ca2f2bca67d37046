#include "unit.inl"

const flags::Unit flags::plain{make, learn, predict, learn_sized};
