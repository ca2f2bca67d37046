#include "table.hpp"

#include "cases.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace bench {
namespace {

bool is_eddy(const Contender& contender) { return contender.id.rfind("eddy", 0) == 0; }

/// Three significant digits, but no fewer than all before the point.
std::string digits(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(value < 10 ? 2 : value < 100 ? 1 : 0) << value;
  return text.str();
}

int columns(const std::string& text) {  // UTF-8
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string padded(const std::string& text, int width, bool left) {
  const std::string space(static_cast<std::size_t>((std::max)(width - columns(text), 0)), ' ');
  return left ? text + space : space + text;
}

class Writer {
 public:
  Writer(std::ostream& out, Layout layout) : out_(out), layout_(layout) {}

  void head(const std::string& title, const std::vector<std::string>& cells) {
    if (layout_ == Layout::markdown) {
      out_ << "\n**" << title << "**\n\n";
      row("", cells);
      out_ << "|---|";
      for (std::size_t k = 0; k < cells.size(); ++k) {
        out_ << "---:|";
      }
      out_ << '\n';
    } else {
      out_ << '\n' << title << '\n';
      row("", cells);
    }
  }

  void row(const std::string& title, const std::vector<std::string>& cells) {
    const bool markdown = layout_ == Layout::markdown;
    out_ << (markdown ? "| " + title + " |" : "  " + padded(title, 46, true));
    for (const std::string& cell : cells) {
      out_ << (markdown ? " " + cell + " |" : padded(cell, 10, false));
    }
    out_ << '\n';
  }

 private:
  std::ostream& out_;
  Layout layout_;
};

}  // namespace

double Measurement::best() const { return *std::min_element(ns.begin(), ns.end()); }

double Measurement::median() const {
  std::vector<double> sorted = ns;
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

void write_table(std::ostream& out, const std::vector<Measurement>& measurements, const Roofline& roofline,
                 Layout layout) {
  Writer writer(out, layout);
  std::vector<bool> written(measurements.size());
  for (std::size_t first = 0; first < measurements.size(); ++first) {
    const Case& kind = measurements[first].what;
    if (written[first]) {
      continue;
    }
    std::vector<Case> cases;
    std::vector<const Contender*> who;
    for (std::size_t k = first; k < measurements.size(); ++k) {
      const Measurement& m = measurements[k];
      if (!same_row(kind, m.what)) {
        continue;
      }
      written[k] = true;
      if (std::find(cases.begin(), cases.end(), m.what) == cases.end()) {
        cases.push_back(m.what);
      }
      if (std::find(who.begin(), who.end(), m.who) == who.end()) {
        who.push_back(m.who);
      }
    }
    std::stable_sort(who.begin(), who.end(), [](auto* a, auto* b) { return a->rank < b->rank; });
    const auto find = [&](const Case& c, const Contender* contender) -> const Measurement* {
      for (const Measurement& m : measurements) {
        if (m.what == c && m.who == contender) {
          return &m;
        }
      }
      return nullptr;
    };

    const bool microseconds = kind.verb == Verb::fit;
    std::vector<std::string> cells;
    for (const Case& c : cases) {
      cells.push_back(c.streams > 0 ? std::to_string(c.streams) : "H = " + std::to_string(c.hidden));
    }
    writer.head(heading(kind), cells);
    for (const Contender* contender : who) {
      cells.clear();
      std::vector<std::string> shares;
      for (const Case& c : cases) {
        const Measurement* const m = find(c, contender);
        const Measurement* const ours = find(c, who.front());
        if (!m || !ours) {
          cells.push_back("");
          shares.push_back("");
        } else if (is_eddy(*contender)) {
          cells.push_back(digits(m->best() / (microseconds ? 1000 : 1)));
          shares.push_back(digits(100 * limit(c, roofline, contender->lock_step) / m->best()) + "%");
        } else {
          cells.push_back(digits(m->best() / ours->best()) + "×");
        }
      }
      writer.row(contender->title + (is_eddy(*contender) ? microseconds ? ", µs" : ", ns" : ""), cells);
      if (is_eddy(*contender)) {
        writer.row("… share of the limit", shares);
      }
    }
  }
}

void write_json(std::ostream& out, const std::vector<Measurement>& measurements, const Roofline& roofline) {
  out << "{\n  \"roofline\": {\"instruction_set\": \"" << roofline.instruction_set
      << "\", \"float_gflops\": " << roofline.float_flops_per_ns
      << ", \"double_gflops\": " << roofline.double_flops_per_ns;
  for (const auto& level : roofline.levels) {
    out << ", \"" << level.name << "_gb_per_s\": " << level.bytes_per_ns;
  }
  out << "},\n  \"measurements\": [";
  const char* separator = "\n";
  for (const Measurement& m : measurements) {
    const auto ours = std::find_if(measurements.begin(), measurements.end(), [&](const Measurement& other) {
      return other.what == m.what && other.who->id == "eddy";
    });
    out << separator << "    {\"case\": \"" << name(m.what) << "\", \"contender\": \"" << m.who->id
        << "\", \"best_ns\": " << m.best() << ", \"median_ns\": " << m.median()
        << ", \"limit_ns\": " << limit(m.what, roofline, m.who->lock_step);
    if (ours != measurements.end()) {
      out << ", \"times_eddy\": " << m.best() / ours->best();
    }
    out << ", \"ns\": [";
    for (std::size_t k = 0; k < m.ns.size(); ++k) {
      out << (k ? ", " : "") << m.ns[k];
    }
    out << "]}";
    separator = ",\n";
  }
  out << "\n  ]\n}\n";
}

}  // namespace bench
