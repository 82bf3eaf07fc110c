// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/pattern_file.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "core/base/diagnostics.hpp"
#include "core/base/hex.hpp"
#include "core/base/numbers.hpp"

namespace warpline::ids {
namespace {

constexpr char kOptions[] = "expected content, nocase, sid or msg";

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '.' || c == '-';
}

/// The reason why an option cannot be read, and its offset in the line.
struct Refusal {
  std::size_t offset;
  std::string message;
};

/// The options of one line, read from left to right; refusals are thrown and caught within this
/// file.
class LineReader {
 public:
  explicit LineReader(std::string_view line) : line_(line) {}

  std::size_t offset() const { return offset_; }

  /// Returns whether another option begins here; skips blanks and a comment.
  bool more() {
    skip_blanks();
    return offset_ < line_.size() && line_[offset_] != '#';
  }

  std::string_view word() {
    auto const begin = offset_;
    while (offset_ < line_.size() && is_word(line_[offset_])) ++offset_;
    if (offset_ == begin) throw Refusal{begin, kOptions};
    return line_.substr(begin, offset_ - begin);
  }

  void expect(char c, char const* where) {
    skip_blanks();
    if (offset_ >= line_.size() || line_[offset_] != c)
      throw Refusal{offset_, std::string("expected '") + c + "' " + where};
    ++offset_;
    skip_blanks();
  }

  std::uint32_t sid() {
    auto const begin = offset_;
    auto const value = to_number<std::uint32_t>(word_or_empty());
    if (value.value_or(0) == 0) throw Refusal{begin, "expected a sid from 1 to 4294967295"};
    return *value;
  }

  /// A quoted text; with `hex`, bytes between bars are in hex.
  std::string quoted(bool hex) {
    auto const open = offset_;
    if (offset_ < line_.size() && line_[offset_] == '!')
      throw Refusal{offset_, "a negated content cannot stand alone; expected '\"'"};
    if (offset_ >= line_.size() || line_[offset_] != '"') throw Refusal{offset_, "expected '\"'"};
    ++offset_;
    std::string bytes;
    while (offset_ < line_.size() && line_[offset_] != '"') {
      char const c = line_[offset_];
      if (c == '\\') {
        bytes += escaped();
      } else if (hex && c == '|') {
        hex_run(bytes);
      } else if (c == ';') {
        throw Refusal{offset_, "expected '\\;' for a semicolon in quotes, or '\"' to end them"};
      } else {
        bytes += c;
        ++offset_;
      }
    }
    if (offset_ >= line_.size()) throw Refusal{open, "the quotes are not closed; expected '\"'"};
    ++offset_;
    return bytes;
  }

  /// After a refusal: moves after the next `;` outside quotes, or to the line's end.
  void recover() {
    bool quotes = false;
    while (offset_ < line_.size()) {
      char const c = line_[offset_++];
      if (c == '\\' && offset_ < line_.size()) {
        ++offset_;
      } else if (c == '"') {
        quotes = !quotes;
      } else if (c == ';' && !quotes) {
        return;
      }
    }
  }
  void rewind(std::size_t offset) { offset_ = offset; }

 private:
  void skip_blanks() {
    while (offset_ < line_.size() && is_blank(line_[offset_])) ++offset_;
  }

  std::string_view word_or_empty() {
    auto const begin = offset_;
    while (offset_ < line_.size() && is_word(line_[offset_])) ++offset_;
    return line_.substr(begin, offset_ - begin);
  }

  char escaped() {
    char const c = offset_ + 1 < line_.size() ? line_[offset_ + 1] : '\0';
    if (c != '"' && c != ';' && c != '\\' && c != ':')
      throw Refusal{offset_, R"(expected \", \;, \\ or \: (other bytes are written in hex: |0a|))"};
    offset_ += 2;
    return c;
  }

  void hex_run(std::string& bytes) {
    auto const open = offset_++;
    while (offset_ < line_.size() && line_[offset_] != '|') {
      if (is_blank(line_[offset_])) {
        ++offset_;
        continue;
      }
      int const high = hex_value(line_[offset_]);
      int const low = offset_ + 1 < line_.size() ? hex_value(line_[offset_ + 1]) : -1;
      if (high < 0 || low < 0) {
        bool const unclosed = line_.find('|', offset_) == std::string_view::npos;
        if (unclosed) throw Refusal{open, "the hex bytes are not closed; expected '|'"};
        throw Refusal{high < 0 ? offset_ : offset_ + 1, "expected two hex digits for a byte"};
      }
      bytes += static_cast<char>(high * 16 + low);
      offset_ += 2;
    }
    if (offset_ >= line_.size()) throw Refusal{open, "the hex bytes are not closed; expected '|'"};
    ++offset_;
  }

  std::string_view line_;
  std::size_t offset_ = 0;
};

/// The options of one line so far.
struct Line {
  std::optional<std::string> content, message;
  std::optional<std::uint32_t> sid;
  bool nocase = false;
  std::size_t content_at = 0, sid_at = 0;
};

class FileReader {
 public:
  explicit FileReader(std::shared_ptr<Source const> source)
      : source_(std::move(source)), diagnostics_(source_) {}

  PatternSet read() {
    std::string_view rest = source_->text;
    for (number_ = 1; !rest.empty(); ++number_) {
      auto const end = rest.find('\n');
      auto line = rest.substr(0, end);
      if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
      read_line(line);
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    if (diagnostics_.empty() && set_.patterns.empty())
      diagnostics_.error({}, "holds no pattern; expected lines like: content:\"text\"; sid:1;");
    diagnostics_.throw_errors();
    set_.source = source_;
    return std::move(set_);
  }

 private:
  void error(std::size_t offset, std::string message) {
    diagnostics_.error({number_, static_cast<std::uint32_t>(offset + 1)}, std::move(message));
  }

  void read_line(std::string_view text) {
    LineReader reader(text);
    if (!reader.more()) return;
    auto const begin = reader.offset();
    auto const errors_before = diagnostics_.error_count();
    Line line;
    while (reader.more()) {
      auto const option = reader.offset();
      try {
        read_option(reader, line);
      } catch (Refusal& refusal) {
        error(refusal.offset, std::move(refusal.message));
        reader.rewind(option);
        reader.recover();
      }
    }
    if (diagnostics_.error_count() == errors_before) add(begin, std::move(line));
  }

  static void read_option(LineReader& reader, Line& line) {
    auto const offset = reader.offset();
    auto const name = reader.word();
    auto const refuse_if = [&](bool repeated) {
      if (repeated) throw Refusal{offset, std::string(name) + " is given twice in this line"};
    };
    if (name == "content") {
      refuse_if(line.content.has_value());
      reader.expect(':', "after content");
      line.content_at = reader.offset();
      line.content = reader.quoted(true);
      if (line.content->empty())
        throw Refusal{line.content_at, "the content is empty; expected at least one byte"};
      if (line.content->size() > kMaxPatternBytes)
        throw Refusal{line.content_at, "the content has " + std::to_string(line.content->size()) +
                                           " bytes; expected at most " +
                                           std::to_string(kMaxPatternBytes)};
    } else if (name == "nocase") {
      refuse_if(line.nocase);
      line.nocase = true;
    } else if (name == "sid") {
      refuse_if(line.sid.has_value());
      reader.expect(':', "after sid");
      line.sid_at = reader.offset();
      line.sid = reader.sid();
    } else if (name == "msg") {
      refuse_if(line.message.has_value());
      reader.expect(':', "after msg");
      auto const message_at = reader.offset();
      line.message = reader.quoted(false);
      if (line.message->size() > kMaxMessageBytes)
        throw Refusal{message_at, "the message has " + std::to_string(line.message->size()) +
                                      " bytes; expected at most " +
                                      std::to_string(kMaxMessageBytes)};
    } else {
      throw Refusal{offset, "unknown option '" + std::string(name) + "'; " + kOptions +
                                did_you_mean(name, {"content", "nocase", "sid", "msg"})};
    }
    reader.expect(';', "after the option");
  }

  void add(std::size_t begin, Line line) {
    if (!line.content) return error(begin, "the line has no content; expected content:\"...\";");
    auto const sid = line.sid.value_or(number_);
    auto const [known, fresh] = lines_by_sid_.emplace(sid, number_);
    if (!fresh) {
      auto const what = "sid " + std::to_string(sid) + " is already that of line " +
                        std::to_string(known->second);
      if (line.sid) return error(line.sid_at, what);
      return error(begin, what + "; expected a sid, since this line's number is taken");
    }
    if (set_.patterns.size() == kMaxPatterns)
      return error(begin, "too many patterns; expected at most " + std::to_string(kMaxPatterns));
    auto const column = static_cast<std::uint32_t>(line.content_at + 1);
    set_.patterns.push_back({std::move(*line.content),
                             line.nocase,
                             sid,
                             std::move(line.message).value_or(std::string()),
                             {number_, column}});
  }

  std::shared_ptr<Source const> source_;
  std::uint32_t number_ = 1;
  Diagnostics diagnostics_;
  std::unordered_map<std::uint32_t, std::uint32_t> lines_by_sid_;
  PatternSet set_;
};

}  // namespace

PatternSet parse_patterns(std::shared_ptr<Source const> source) {
  return FileReader(std::move(source)).read();
}

PatternSet load_patterns(std::string const& path) { return parse_patterns(read_source(path)); }

}  // namespace warpline::ids
