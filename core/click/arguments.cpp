// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/arguments.hpp"

#include <algorithm>
#include <utility>

#include "core/base/hex.hpp"
#include "core/click/limits.hpp"

namespace warpline {

bool Argument::has_keyword(std::string_view keyword) const {
  return words.size() > 1 && !words[0].quoted && words[0].text == keyword;
}

Argument Argument::value() const {
  Argument value;
  auto const start = words[1].offset;
  value.text = text.substr(start);
  value.position = words[1].position;
  value.words.assign(words.begin() + 1, words.end());
  value.quoted = value.words.size() == 1 && value.words[0].quoted;
  for (auto& word : value.words) word.offset -= start;
  return value;
}

std::vector<Argument> parse_arguments(std::shared_ptr<Source const> source) {
  Diagnostics errors(source);
  if (source->text.size() > click::kMaxSourceBytes) errors.fatal({}, "the text is too long");
  click::Cursor cursor(source->text);
  auto const forms = click::ArgumentScanner(cursor, errors).read_all();
  for (auto const& form : forms)
    for (auto const& piece : form.pieces)
      if (piece.kind == click::Piece::Kind::kParameter)
        errors.error(piece.position,
                     "'$" + piece.text + "' is not a parameter; none can be used here");
  errors.throw_errors();
  std::vector<Argument> arguments;
  for (auto const& form : forms) arguments.push_back(click::fill_in(form, click::Lookup{}, errors));
  return arguments;
}

namespace click {
namespace {

bool ends_text(char c) {
  constexpr std::string_view kSpecial = "(),;\"'\\$";
  return is_blank(c) || kSpecial.find(c) != std::string_view::npos;
}

class Builder {
 public:
  explicit Builder(Diagnostics& errors) : errors_(errors) {}

  void append(std::string_view text, Position position, bool quoted) {
    if (!std::exchange(open_, true)) {
      argument_.words.push_back({{}, position, 0, false});
      ++size_;
    }
    size_ += text.size();
    if (size_ > kMaxArgumentBytes)
      errors_.fatal(position, "an argument has at most " + std::to_string(kMaxArgumentBytes) +
                                  " bytes, with its parameters filled in");
    argument_.words.back().text += text;
    if (quoted) argument_.words.back().quoted = true;
  }
  void end_word() { open_ = false; }

  Argument finish(Position position) {
    for (auto& word : argument_.words) {
      if (&word != &argument_.words.front()) argument_.text += ' ';
      word.offset = argument_.text.size();
      argument_.text += word.text;
    }
    argument_.position = position;
    argument_.quoted = argument_.words.size() == 1 && argument_.words[0].quoted;
    return std::move(argument_);
  }

 private:
  Diagnostics& errors_;
  Argument argument_;
  bool open_ = false;
  std::size_t size_ = 0;
};

}  // namespace

Argument fill_in(ArgumentTemplate const& form, Lookup const& lookup, Diagnostics& errors) {
  Builder builder(errors);
  for (auto const& piece : form.pieces) {
    if (piece.kind == Piece::Kind::kBlank) {
      builder.end_word();
    } else if (piece.kind == Piece::Kind::kText) {
      builder.append(piece.text, piece.position, piece.quoted);
    } else if (auto const& value = lookup(piece.text); piece.quoted || piece.nested) {
      builder.append(value.text, piece.position, piece.quoted);
    } else {
      for (auto const& word : value.words) {
        if (&word != &value.words.front()) builder.end_word();
        builder.append(word.text, piece.position, word.quoted);
      }
    }
  }
  return builder.finish(form.position);
}

std::vector<ArgumentTemplate> ArgumentScanner::read_parenthesised(Position open) {
  return read(open);
}

std::vector<ArgumentTemplate> ArgumentScanner::read_all() { return read(std::nullopt); }

std::vector<ArgumentTemplate> ArgumentScanner::read(std::optional<Position> open) {
  bool more = false;
  bool closed = true;
  for (;;) {
    if (cursor_.skip_blanks(errors_)) add_text(Piece::Kind::kBlank, " ");
    auto const c = cursor_.peek();
    if (cursor_.at_end() || (c == ';' && open)) {
      closed = !open;
      if (open)
        errors_.error(*open,
                      "this '(' is not closed before " +
                          (cursor_.at_end() ? std::string("the end of the text")
                                            : "the ';' at " + errors_.place(cursor_.position())));
      break;
    }
    if (c == ')' && depth_ == 0) {
      if (open) break;
      errors_.error(cursor_.position(), "this ')' closes nothing");
      cursor_.advance();
    } else if (c == ',' && depth_ == 0) {
      finish_argument(cursor_.position());
      more = true;
      cursor_.advance();
    } else if (!read_part()) {
      cursor_.advance();
    }
  }
  if ((more && closed) || !current_.pieces.empty()) finish_argument(cursor_.position());
  if (open && closed) cursor_.advance();
  return std::move(done_);
}

/// After a quote without an end it is unclear what is text: further errors on its line would
/// mislead.
void ArgumentScanner::report(Position position, std::string message) {
  if (position.line != doubtful_line_) errors_.error(position, std::move(message));
}

bool ArgumentScanner::read_part() {
  auto const position = cursor_.position();
  switch (cursor_.peek()) {
    case '"':
      read_double_quoted();
      return true;
    case '\'':
      read_single_quoted();
      return true;
    case '$':
      read_parameter(false);
      return true;
    case '\\':
      report(position, "a backslash can stand only in quotes ('...' takes it as it is)");
      return false;
    case ';':
      report(position, "a ';' can stand only in quotes");
      return false;
    case '(':
    case ')':
      add_text(Piece::Kind::kText, cursor_.rest().substr(0, 1));
      depth_ += cursor_.peek() == '(' ? 1 : std::size_t(-1);
      return false;
    case ',':
      add_text(Piece::Kind::kText, ",");
      return false;
    default:
      read_text();
      return true;
  }
}

void ArgumentScanner::read_text() {
  auto const start = cursor_.offset();
  auto const position = cursor_.position();
  while (!cursor_.at_end() && !ends_text(cursor_.peek())) {
    if (cursor_.sees("//") || cursor_.sees("/*")) break;
    if (auto const length = placeholder_length(cursor_.rest())) {
      report(cursor_.position(), placeholder_message(cursor_.rest().substr(0, length)));
      cursor_.advance(length);
      continue;
    }
    auto const byte = static_cast<unsigned char>(cursor_.peek());
    if (byte < 0x20 || byte == 0x7f)
      report(cursor_.position(), printable(cursor_.rest()) + " can stand only in quotes");
    cursor_.advance();
  }
  Piece piece{Piece::Kind::kText, false, depth_ > 0, std::string(cursor_.since(start)), position};
  current_.pieces.push_back(std::move(piece));
}

void ArgumentScanner::add_text(Piece::Kind kind, std::string_view text) {
  // Blanks in inner parentheses are part of the word.
  if (kind == Piece::Kind::kBlank && depth_ > 0) kind = Piece::Kind::kText;
  if (kind == Piece::Kind::kBlank && current_.pieces.empty()) return;
  current_.pieces.push_back({kind, false, depth_ > 0, std::string(text), cursor_.position()});
}

void ArgumentScanner::finish_argument(Position end) {
  auto& pieces = current_.pieces;
  while (!pieces.empty() && pieces.back().kind == Piece::Kind::kBlank) pieces.pop_back();
  if (pieces.empty()) {
    report(end, "expected an argument here; '\"\"' is an empty one");
  } else {
    current_.position = pieces.front().position;
    done_.push_back(std::move(current_));
  }
  current_ = {};
}

void ArgumentScanner::read_parameter(bool quoted) {
  Piece piece{Piece::Kind::kText, quoted, depth_ > 0, "$", cursor_.position()};
  cursor_.advance();
  bool const braced = cursor_.peek() == '{';
  if (braced) cursor_.advance();
  auto const length = parameter_name_length(cursor_.rest());
  if (length > kMaxNameBytes)
    errors_.fatal(piece.position,
                  "a name has at most " + std::to_string(kMaxNameBytes) + " characters");
  if (length > 0) {
    piece.kind = Piece::Kind::kParameter;
    piece.text = cursor_.rest().substr(0, length);
    cursor_.advance(length);
  }  // otherwise a plain '$', unless a '{' follows
  if (braced && (length == 0 || cursor_.peek() != '}')) {
    report(piece.position, "expected '${name}'");
    piece.kind = Piece::Kind::kText;
  } else if (braced) {
    cursor_.advance();
  }
  current_.pieces.push_back(std::move(piece));
}

/// Reports a string without an end on its line and ignores the quote: what follows is then usually
/// the text after the intended end of the string.
bool ArgumentScanner::refuse_open_string(std::size_t end) {
  if (end != std::string_view::npos) return false;
  report(cursor_.position(), std::string("this string is not closed; expected ") +
                                 (cursor_.peek() == '"' ? "'\"'" : "\"'\"") + " on the same line");
  doubtful_line_ = cursor_.position().line;
  cursor_.advance();
  return true;
}

void ArgumentScanner::read_single_quoted() {
  auto const line = cursor_.rest().substr(0, cursor_.rest().find('\n'));
  auto const end = line.find('\'', 1);
  if (refuse_open_string(end)) return;
  current_.pieces.push_back({Piece::Kind::kText, true, depth_ > 0,
                             std::string(line.substr(1, end - 1)), cursor_.position()});
  cursor_.advance(end + 1);
}

void ArgumentScanner::read_double_quoted() {
  auto const line = cursor_.rest().substr(0, cursor_.rest().find('\n'));
  std::size_t end = 1;
  while (end < line.size() && line[end] != '"') end += line[end] == '\\' ? 2u : 1u;
  if (refuse_open_string(end < line.size() ? end : std::string_view::npos)) return;
  Piece const empty{Piece::Kind::kText, true, depth_ > 0, {}, cursor_.position()};
  auto piece = empty;
  cursor_.advance();
  while (cursor_.peek() != '"') {
    if (cursor_.peek() == '\\') {
      read_escape(piece);
    } else if (cursor_.peek() == '$') {
      current_.pieces.push_back(std::exchange(piece, empty));
      read_parameter(true);
    } else {
      piece.text += cursor_.peek();
      cursor_.advance();
    }
  }
  cursor_.advance();
  current_.pieces.push_back(std::move(piece));
}

void ArgumentScanner::read_escape(Piece& piece) {
  constexpr std::string_view kThemselves = "\\\"'$";
  auto const c = cursor_.peek(1);
  if (c == '<') return read_hex_data(piece);
  if (kThemselves.find(c) != std::string_view::npos) {
    piece.text += c;
  } else if (c == 'n' || c == 't' || c == 'r') {
    piece.text += c == 'n' ? '\n' : c == 't' ? '\t' : '\r';
  } else if (c == 'x' && hex_value(cursor_.peek(2)) >= 0 && hex_value(cursor_.peek(3)) >= 0) {
    piece.text += static_cast<char>(hex_value(cursor_.peek(2)) * 16 + hex_value(cursor_.peek(3)));
    cursor_.advance(2);
  } else {
    report(cursor_.position(),
           "unknown escape; expected '\\\\', '\\\"', '\\$', '\\n', '\\t', '\\r', '\\x' and two "
           "digits, or '\\<' hex digits '>' ('...' takes a backslash as it is)");
  }
  cursor_.advance(2);
}

void ArgumentScanner::read_hex_data(Piece& piece) {
  auto const position = cursor_.position();
  cursor_.advance(2);
  int high = -1;
  for (;; cursor_.advance()) {
    auto const c = cursor_.peek();
    if (c == ' ') continue;
    auto const value = hex_value(c);
    if (value < 0) break;
    if (high < 0) {
      high = value;
    } else {
      piece.text += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  if (cursor_.peek() != '>' || high >= 0)
    report(position, "expected pairs of hexadecimal digits between '\\<' and '>'");
  else
    cursor_.advance();
}

}  // namespace click
}  // namespace warpline
