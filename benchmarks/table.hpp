#pragma once

#include "contender.hpp"
#include "roofline.hpp"

#include <iosfwd>
#include <string>
#include <vector>

namespace bench {

/// A contender on a case, with the ns a sample took it in each repetition.
struct Measurement {
  Case what;
  const Contender* who;
  std::vector<double> ns = {};

  double best() const;
  double median() const;
};

enum class Layout { text, markdown };

/// Writes one table: a block for each kind of case, with a column for each size; of eddy the time and its
/// share of the limit, of each peer how many times as long it took. All from the best repetitions.
void write_table(std::ostream& out, const std::vector<Measurement>& measurements, const Roofline& roofline,
                 Layout layout);

/// All of it as JSON, with every repetition.
void write_json(std::ostream& out, const std::vector<Measurement>& measurements, const Roofline& roofline);

}  // namespace bench
