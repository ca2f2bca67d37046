// The loops of roofline.cpp, compiled once for each instruction set; `lanes_bytes` is the width of a register
// there. Twelve chains hide the latency of an FMA, eight that of an addition.

template <class T>
using Lanes [[gnu::vector_size(lanes_bytes)]] = T;

template <class T>
double multiply_add(long rounds) {
  constexpr int chains = 12;
  Lanes<T> a[chains], b = {}, c = {};
  b += T(0.999);
  c += T(0.001);
  for (int i = 0; i < chains; ++i) {
    a[i] = c + T(i);  // chains that are equal would be computed once
  }
  for (long round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < chains; ++i) {
      a[i] = a[i] * b + c;
    }
  }
  for (int i = 1; i < chains; ++i) {
    a[0] += a[i];
  }
  sink = static_cast<double>(a[0][0]);
  return 2.0 * chains * static_cast<double>(rounds) * static_cast<double>(lanes_bytes / sizeof(T));
}

inline double read(const float* memory, long count, long rounds) {
  constexpr int chains = 8;
  constexpr long block = chains * static_cast<long>(lanes_bytes / sizeof(float));
  const auto* lanes = reinterpret_cast<const Lanes<float>*>(memory);
  Lanes<float> sum[chains] = {};
  for (long round = 0; round < rounds; ++round) {
    for (long k = 0; k < count / block; ++k) {
#pragma GCC unroll 8
      for (int i = 0; i < chains; ++i) {
        sum[i] += lanes[k * chains + i];
      }
    }
    asm volatile("" : : "r"(memory) : "memory");  // each round reads anew
  }
  for (int i = 1; i < chains; ++i) {
    sum[0] += sum[i];
  }
  sink = static_cast<double>(sum[0][0]);
  return static_cast<double>(count / block * block) * sizeof(float) * static_cast<double>(rounds);
}
