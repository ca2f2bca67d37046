#pragma once

#include <string>
#include <vector>

namespace bench {

/// A stream to forecast: at each row y is known and x, what else is; y is wanted `horizon` rows ahead.
struct Stream {
  std::string name;
  int horizon = 1, season = 0;  ///< rows; season 0: none is known
  std::size_t scored_from = 0;  ///< first row whose forecast counts
  bool absolute = false;        ///< scored by the mean absolute error; else by the NRMSE
  std::vector<double> y = {};
  std::vector<std::vector<float>> x = {};  ///< a row each, all of one length, which may be 0
};

}  // namespace bench
