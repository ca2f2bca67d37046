#pragma once
// The picture of a run: one SVG file that needs nothing else, for light and dark viewers.

#include "axis.hpp"
#include "options.hpp"
#include "series.hpp"
#include "track.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace forecast {

inline std::string escaped(std::string_view text) {
  std::string xml;
  for (const char c : text)
    xml += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return xml;
}

/// The least and the greatest of the finite values put in.
struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;

  void include(double value) {
    if (!std::isfinite(value)) return;
    low = (std::min)(low, value);
    high = (std::max)(high, value);
  }
  [[nodiscard]] bool empty() const { return low > high; }
};

/// A rectangle of the picture with axes: rows from left to right, values upwards, linear or logarithmic.
class Panel {
 public:
  static constexpr double left = 70, right = 930;

  Panel(std::ostream& svg, double top, double bottom, std::size_t first, std::size_t end, Range values,
        bool logarithmic)
      : svg_(svg), top_(top), bottom_(bottom), first_(first), end_(end), logarithmic_(logarithmic) {
    if (values.empty()) values = {1, 2};
    const double margin = values.high > values.low ? 0.05 * (values.high - values.low) : 1;
    low_ = logarithmic ? std::log(values.low / 1.05) : values.low - margin;
    high_ = logarithmic ? std::log(values.high * 1.05) : values.high + margin;
  }

  void axes(const Series& series) const {
    for (const Tick& tick :
         logarithmic_ ? logarithmic_ticks(std::exp(low_), std::exp(high_)) : linear_ticks(low_, high_, 5)) {
      line("grid", left, y(tick.at), right, y(tick.at));
      text("tick end", left - 8, y(tick.at) + 4, tick.label);
    }
    for (const Tick& tick : row_ticks(series, first_, end_, 8)) {
      line("grid", x(tick.at), top_, x(tick.at), bottom_);
      text("tick middle", x(tick.at), bottom_ + 18, tick.label);
    }
    svg_ << "<rect class='frame' x='" << left << "' y='" << top_ << "' width='" << right - left
         << "' height='" << bottom_ - top_ << "'/>\n";
  }

  /// A line through a value a row, interrupted where there is none; at most about 600 points.
  void curve(std::string_view style, const std::vector<double>& values) const {
    const std::size_t stride = (end_ - first_) / 600 + 1;
    svg_ << "<path class='curve " << style << "' d='";
    bool pen_down = false;
    for (std::size_t row = first_; row < end_; row += stride) {
      const double height = y(values[row]);
      if (std::isfinite(height))
        svg_ << (pen_down ? 'L' : 'M') << x(static_cast<double>(row)) << ' ' << height;
      pen_down = std::isfinite(height);
    }
    svg_ << "'/>\n";
  }

  void title(std::string_view words) const { text("title", left, top_ - 32, words); }

  /// Entries in a line between the title and the panel; `from` is where the next may stand.
  void legend(double& from, std::string_view style, const std::string& words) const {
    line("curve " + std::string(style), from, top_ - 14, from + 16, top_ - 14);
    text("tick", from + 20, top_ - 10, words);
    from += 32 + 6.6 * static_cast<double>(words.size());
  }

 private:
  [[nodiscard]] double x(double row) const {
    return left + (right - left) * (row - static_cast<double>(first_)) /
                      std::max(1.0, static_cast<double>(end_ - first_) - 1);
  }
  // Held near the panel: a curve may leave it for a while.
  [[nodiscard]] double y(double value) const {
    const double place = ((logarithmic_ ? std::log(value) : value) - low_) / (high_ - low_);
    return std::isfinite(place) ? bottom_ + (top_ - bottom_) * (std::clamp)(place, 0.0, 1.0) : place;
  }
  void line(std::string_view style, double x1, double y1, double x2, double y2) const {
    svg_ << "<line class='" << style << "' x1='" << x1 << "' y1='" << y1 << "' x2='" << x2 << "' y2='" << y2
         << "'/>\n";
  }
  void text(std::string_view style, double at_x, double at_y, std::string_view words) const {
    svg_ << "<text class='" << style << "' x='" << at_x << "' y='" << at_y << "'>" << escaped(words)
         << "</text>\n";
  }

  std::ostream& svg_;
  double top_, bottom_;
  std::size_t first_, end_;
  bool logarithmic_;
  double low_, high_;
};

/// Above, the truth and the model's predictions for the last rows; below, all errors so far, over the whole
/// stream.
inline void draw(std::ostream& svg, const Series& series, const std::vector<Track>& tracks,
                 const Options& options) {
  svg.precision(4);  // a tenth of a point, so that the file stays small
  // Colours of Okabe & Ito (2008), which colour-blind readers can tell apart.
  svg << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 960 680' font-family='Helvetica, Arial, "
         "sans-serif'>\n"
         "<style>\n"
         ".paper { fill: #ffffff } .title { font-size: 15px; font-weight: bold } text { fill: #1f2328 }\n"
         ".tick { font-size: 12px } .middle { text-anchor: middle } .end { text-anchor: end }\n"
         ".grid { stroke: #e3e6ea } .frame { fill: none; stroke: #8c959f }\n"
         ".curve { fill: none; stroke-width: 1.6; stroke-linejoin: round } .truth { stroke: #1f2328; "
         "stroke-width: 1.2 }\n"
         ".c0 { stroke: #0072b2; stroke-width: 2.2 } .c1 { stroke: #d55e00 } .c2 { stroke: #009e73 }\n"
         ".c3 { stroke: #cc79a7 } .c4 { stroke: #e69f00 } .c5 { stroke: #56b4e9 }\n"
         "@media (prefers-color-scheme: dark) {\n"
         ".paper { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #2a313a } .truth { stroke: #e6edf3 "
         "}\n"
         ".c0 { stroke: #4aa8ff } }\n"
         "</style>\n<rect class='paper' width='960' height='680'/>\n";

  const std::size_t end = series.size(), first = end - (std::min)(options.last, end);
  Range values;
  for (std::size_t row = first; row < end; ++row) {
    values.include(series.target[row]);
    values.include(tracks.front().predictions()[row]);
  }
  const Panel upper(svg, 76, 320, first, end, values, false);
  upper.axes(series);
  upper.curve("truth", series.target);
  upper.curve("c0", tracks.front().predictions());
  upper.title(series.target_name + ", predicted " + std::to_string(options.horizon) +
              (options.horizon == 1 ? " row ahead" : " rows ahead") + ": the last " +
              std::to_string(end - first) + " rows");
  double at = Panel::left;
  upper.legend(at, "truth", "truth");
  upper.legend(at, "c0", tracks.front().name());

  // The first tenth of the scored rows swings too much to set the scale.
  const std::size_t scored = (std::max)(options.warm_up, options.horizon);
  Range errors;
  for (const Track& track : tracks)
    for (std::size_t row = scored + (end - scored) / 10; row < end; ++row)
      if (track.running_error()[row] > 1e-300) errors.include(track.running_error()[row]);
  const Panel lower(svg, 416, 640, scored, end, errors, true);
  lower.axes(series);
  for (std::size_t i = tracks.size(); i-- > 0;)
    lower.curve("c" + std::to_string(i), tracks[i].running_error());
  lower.title("Mean absolute error so far (logarithmic)");
  at = Panel::left;
  for (std::size_t i = 0; i < tracks.size(); ++i)
    lower.legend(at, "c" + std::to_string(i),
                 tracks[i].name() + " " + short_number(tracks[i].mean_absolute_error(), 3));
  svg << "</svg>\n";
}

}  // namespace forecast
