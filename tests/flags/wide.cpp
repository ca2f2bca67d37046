#include "unit.inl"

const flags::Unit flags::wide{make, learn, predict, learn_sized};
