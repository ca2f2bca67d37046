#pragma once
// Curves over samples, as one SVG file that needs nothing else, for light and dark viewers.

#include "axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <initializer_list>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace picture {

/// A value for each sample from the first on; NaN where there is none.
struct Curve {
  std::string name;
  std::vector<double> values;
};

/// What stands where in a picture of curves.
struct Chart {
  std::string title, horizontal, vertical;
  std::vector<Curve> curves = {};
  std::vector<std::pair<double, std::string>> marks = {};  ///< samples at which something happened

  /// One more sample: a value for each curve.
  void add(std::initializer_list<float> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      curves[i].values.push_back(static_cast<double>(values.begin()[i]));
    }
  }

  /// Writes the picture; returns whether that went well.
  [[nodiscard]] bool save(const std::string& path) const {
    std::ofstream svg(path);
    draw(svg);
    return svg.good();
  }

 private:
  static constexpr double left = 70, right = 780, top = 66, bottom = 300;

  void draw(std::ostream& svg) const {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    std::size_t samples = 2;
    for (const Curve& curve : curves) {
      samples = (std::max)(samples, curve.values.size());
      for (const double value : curve.values) {
        if (std::isfinite(value)) {
          low = (std::min)(low, value);
          high = (std::max)(high, value);
        }
      }
    }
    const double margin = high > low ? 0.05 * (high - low) : 1;
    low -= margin;
    high += margin;
    const auto x = [&](double sample) {
      return left + (right - left) * sample / static_cast<double>(samples - 1);
    };
    const auto y = [&](double value) { return bottom + (top - bottom) * (value - low) / (high - low); };
    const auto text = [&](std::string_view style, double at_x, double at_y, std::string_view words) {
      svg << "<text class='" << style << "' x='" << at_x << "' y='" << at_y << "'>" << words << "</text>\n";
    };
    const auto line = [&](std::string_view style, double x1, double y1, double x2, double y2) {
      svg << "<line class='" << style << "' x1='" << x1 << "' y1='" << y1 << "' x2='" << x2 << "' y2='" << y2
          << "'/>\n";
    };

    // Colours of Okabe & Ito (2008), which colour-blind readers can tell apart; as in the picture of
    // forecast.
    svg << "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 800 350' font-family='Helvetica, Arial, "
           "sans-serif'>\n<style>\n"
           ".paper { fill: #ffffff } .title { font-size: 15px; font-weight: bold } text { fill: #1f2328 }\n"
           ".tick { font-size: 12px } .middle { text-anchor: middle } .end { text-anchor: end }\n"
           ".grid { stroke: #e3e6ea } .frame { fill: none; stroke: #8c959f }\n"
           ".mark { stroke: #8c959f; stroke-dasharray: 4 3 }\n"
           ".curve { fill: none; stroke-width: 1.6; stroke-linejoin: round }\n"
           ".c0 { stroke: #0072b2 } .c1 { stroke: #d55e00 } .c2 { stroke: #009e73 } .c3 { stroke: #cc79a7 }\n"
           ".c4 { stroke: #e69f00 }\n"
           "@media (prefers-color-scheme: dark) {\n"
           ".paper { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #2a313a } .c0 { stroke: #4aa8ff "
           "} "
           "}\n</style>\n<rect class='paper' width='800' height='350'/>\n";
    text("title", left, 22, title);
    for (const auto& tick : forecast::linear_ticks(low, high, 5)) {
      line("grid", left, y(tick.at), right, y(tick.at));
      text("tick end", left - 8, y(tick.at) + 4, tick.label);
    }
    for (const auto& tick : forecast::linear_ticks(0, static_cast<double>(samples - 1), 8)) {
      line("grid", x(tick.at), top, x(tick.at), bottom);
      text("tick middle", x(tick.at), bottom + 18, tick.label);
    }
    text("tick middle", (left + right) / 2, bottom + 38, horizontal);
    svg << "<text class='tick middle' transform='translate(18 " << (top + bottom) / 2 << ") rotate(-90)'>"
        << vertical << "</text>\n";
    for (const auto& [sample, words] : marks) {
      line("mark", x(sample), top, x(sample), bottom);
      text("tick", x(sample) + 4, top + 14, words);
    }
    double from = left;
    for (std::size_t i = 0; i < curves.size(); ++i) {
      const std::string style = "curve c" + std::to_string(i);
      svg << "<path class='" << style << "' d='";
      bool pen_down = false;
      const std::size_t stride = samples / 700 + 1;
      for (std::size_t k = 0; k < curves[i].values.size(); k += stride) {
        // Of the samples that share a point, the largest: a peak must not fall between two points.
        const auto begin = curves[i].values.begin() + static_cast<std::ptrdiff_t>(k);
        const auto end = curves[i].values.begin() +
                         static_cast<std::ptrdiff_t>((std::min)(k + stride, curves[i].values.size()));
        const double value = *std::max_element(begin, end);
        const bool there = std::isfinite(value);
        if (there) {
          svg << (pen_down ? 'L' : 'M') << std::round(10 * x(static_cast<double>(k))) / 10 << ' '
              << std::round(10 * y(value)) / 10;
        }
        pen_down = there;
      }
      svg << "'/>\n";
      line(style, from, 44, from + 16, 44);
      text("tick", from + 20, 48, curves[i].name);
      from += 36 + 6.8 * static_cast<double>(curves[i].name.size());
    }
    svg << "<rect class='frame' x='" << left << "' y='" << top << "' width='" << right - left << "' height='"
        << bottom - top << "'/>\n</svg>\n";
  }
};

/// Draws to the path after `--picture` on a command line, if there is one; returns whether that went well.
inline bool draw(int count, char** words, const Chart& chart) {
  for (int i = 1; i + 1 < count; ++i) {
    if (std::string_view(words[i]) == "--picture" && !chart.save(words[i + 1])) {
      std::fprintf(stderr, "%s cannot be written\n", words[i + 1]);
      return false;
    }
  }
  return true;
}

}  // namespace picture
