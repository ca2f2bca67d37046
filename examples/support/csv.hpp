#pragma once
// A table from a CSV stream, read with libcsv, in which every complaint names the file, the line and the
// column.

#include <csv.h>

#include <charconv>
#include <cmath>
#include <cstddef>
#include <functional>
#include <istream>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace forecast {

/// What is wrong with the input, and where: `file:line: column "x": "abc" is not a number`.
struct CsvError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// One cell and the line of the file on which it starts (a quoted cell may hold line breaks).
struct CsvCell {
  std::string text;
  std::size_t line = 0;
};

using CsvRow = std::vector<CsvCell>;

/// The rows of a file, all as wide as its header; cells stay text until somebody asks for a number.
struct CsvTable {
  std::string source;
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  /// Index of the column with that name; throws with the names there are.
  [[nodiscard]] std::size_t column(std::string_view name) const {
    std::string known;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i] == name) return i;
      known += (i == 0 ? "" : ", ") + columns[i];
    }
    throw CsvError(source + ":1: no column \"" + std::string(name) + "\"; the columns are: " + known);
  }

  /// Throws a complaint about one cell.
  [[noreturn]] void reject(const CsvRow& row, std::size_t column, std::string_view complaint) const {
    const CsvCell& cell = row[column];
    throw CsvError(source + ":" + std::to_string(cell.line) + ": column \"" + columns[column] + "\": " +
                   (cell.text.empty() ? "is empty" : "\"" + cell.text + "\" " + std::string(complaint)));
  }

  /// The cell as a finite number; throws where it is empty, something else, NaN or infinite.
  [[nodiscard]] double number(const CsvRow& row, std::size_t column) const {
    double value = 0;
    if (!parse_number(row[column].text, value)) reject(row, column, "is not a number");
    if (!std::isfinite(value)) reject(row, column, "is not a finite number");
    return value;
  }

  /// True where the text is a number from its first to its last character; it may be NaN or infinite.
  [[nodiscard]] static bool parse_number(std::string_view text, double& value) {
    if (text.starts_with('+')) text.remove_prefix(1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) value = std::numeric_limits<double>::infinity();
    return error != std::errc::invalid_argument && end == text.data() + text.size();
  }
};

/// Called with each row that cannot be used; it may count and return (the row is left out), or throw.
using BadRow = std::function<void(const CsvError&)>;

/// The default: the first bad row ends the reading.
inline void no_bad_rows(const CsvError& error) { throw error; }

/// Reads a stream through libcsv, a physical line at a time: that is how callbacks know where they are.
class CsvReader {
 public:
  CsvReader(std::string source, BadRow bad_row) : bad_row_(std::move(bad_row)) {
    table_.source = std::move(source);
    start();
  }
  ~CsvReader() { csv_free(&parser_); }
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  CsvTable read(std::istream& in) {
    std::string text;
    while (next_line(in, text)) {
      if (++line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);  // byte-order mark
      if (row_.empty() && !inside_quotes_) row_line_ = cell_line_ = line_;
      inside_quotes_ = true;  // until the parser reports the end of a row, or an empty line
      if (csv_parse(&parser_, text.data(), text.size(), on_cell, on_row, this) != text.size()) recover();
    }
    if (in.bad()) throw CsvError(table_.source + ": cannot be read");
    if (csv_fini(&parser_, on_cell, on_row, this) != 0)
      throw CsvError(table_.source + ":" + std::to_string(cell_line_) +
                     ": a quoted cell starts here and never ends");
    finish_row();
    if (table_.columns.empty()) throw CsvError(table_.source + ": is empty");
    if (table_.rows.empty()) throw CsvError(table_.source + ": no rows below the header");
    return std::move(table_);
  }

 private:
  void start() {
    if (csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI | CSV_REPALL_NL) != 0) throw std::bad_alloc();
  }

  // Up to and with the next "\n", or "\r" where no "\n" follows it.
  static bool next_line(std::istream& in, std::string& text) {
    text.clear();
    for (int c = in.get(); c != std::istream::traits_type::eof(); c = in.get()) {
      text.push_back(static_cast<char>(c));
      if (c == '\n' || (c == '\r' && in.peek() != '\n')) break;
    }
    return !text.empty();
  }

  // A quote where none may be: the rest of that line is lost, the next one starts a row.
  void recover() {
    const auto error = csv_error(&parser_);
    csv_free(&parser_);
    start();
    row_.clear();
    inside_quotes_ = false;
    const std::string where = table_.source + ":" + std::to_string(line_) + ": ";
    if (error != CSV_EPARSE) throw CsvError(where + csv_strerror(error));
    complain(CsvError(where + "a quotation mark inside a cell (quote the cell, and double the mark)"));
  }

  static void on_cell(void* text, std::size_t size, void* self) {
    static_cast<CsvReader*>(self)->add_cell(text, size);
  }
  static void on_row(int, void* self) { static_cast<CsvReader*>(self)->finish_row(); }

  void add_cell(const void* text, std::size_t size) {
    row_.push_back(
        {size == 0 ? std::string() : std::string(static_cast<const char*>(text), size), cell_line_});
    cell_line_ = line_;
  }

  void finish_row() {
    inside_quotes_ = false;
    const CsvRow row = std::exchange(row_, {});
    if (row.empty()) return;  // an empty line
    if (table_.columns.empty()) return name_columns(row);
    if (row.size() == table_.columns.size()) return table_.rows.push_back(row);
    complain(CsvError(table_.source + ":" + std::to_string(row_line_) + ": " + std::to_string(row.size()) +
                      (row.size() == 1 ? " cell" : " cells") + " where the header has " +
                      std::to_string(table_.columns.size())));
  }

  void name_columns(const CsvRow& header) {
    for (const CsvCell& cell : header) {
      for (const std::string& earlier : table_.columns)
        if (earlier == cell.text)
          throw CsvError(table_.source + ":1: column \"" + cell.text + "\" appears twice");
      table_.columns.push_back(cell.text);
    }
  }

  void complain(const CsvError& error) {
    if (table_.columns.empty()) throw error;  // without a header nothing can be understood
    bad_row_(error);
  }

  csv_parser parser_{};
  BadRow bad_row_;
  CsvTable table_;
  CsvRow row_;
  std::size_t line_ = 0, row_line_ = 0, cell_line_ = 0;
  bool inside_quotes_ = false;
};

/// Reads all of `in`; `source` is what messages call it.
inline CsvTable read_csv(std::istream& in, std::string source, BadRow bad_row = no_bad_rows) {
  return CsvReader(std::move(source), std::move(bad_row)).read(in);
}

}  // namespace forecast
