// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/elements/ids/differential/random_rules.hpp"

namespace warpline::ids::differential {
namespace {

/// Writes keywords whose contents come from one place of one text, from its beginning to its end.
class PayloadWriter {
 public:
  PayloadWriter(RandomSource& random, std::vector<std::string> const& texts, PayloadKeywords kind)
      : random_(random),
        plain_(kind == PayloadKeywords::kPlain),
        suricata_(kind == PayloadKeywords::kSuricata7) {
    text_ = texts.empty() ? "" : random_.one_of(texts);
    if (text_.empty()) text_ = random_.letters(20);
    place_ = random_.below(text_.size());
    if (random_.chance(30)) place_ = std::min<std::size_t>(place_, random_.below(8));
  }

  std::string write() {
    for (auto count = random_.between(1, 4); count > 0; --count) keyword();
    return rules_;
  }

 private:
  std::string number(int value) const { return std::to_string(value); }
  int below(unsigned limit) { return static_cast<int>(random_.below(limit)); }

  static std::string quoted(std::string const& bytes) {
    std::string text;
    for (char const c : bytes) {
      constexpr char kDigits[] = "0123456789abcdef";
      bool const plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      auto const byte = static_cast<unsigned char>(c);
      if (plain)
        text += c;
      else
        text += std::string("|") + kDigits[byte >> 4] + kDigits[byte & 15] + '|';
    }
    return text;
  }

  void keyword() {
    if (plain_) return content(false);
    switch (random_.below(12)) {
      case 0:
        rules_ += " isdataat:" + std::string(random_.chance(30) ? "!" : "") + number(below(20)) +
                  relative() + ";";
        break;
      case 1:
        rules_ += " byte_test:" + number(1 + below(2)) + "," + (random_.chance(20) ? "!" : "") +
                  random_.one_of(std::vector<std::string>{"<", ">", "=", "<=", ">=", "&"}) + "," +
                  number(random_.chance(50) ? 97 : below(200)) + "," + number(offset()) +
                  relative() + (random_.chance(20) ? ",little" : "") + ";";
        break;
      case 2:
        rules_ += " byte_jump:1," + number(offset()) + relative() + small_number("0x07") +
                  (random_.chance(20) ? ",from_beginning" : "") +
                  (random_.chance(20) ? ",align" : "") +
                  (random_.chance(20) ? ",post_offset " + number(below(5) - 2) : "") + ";";
        relative_ = true;
        break;
      case 3:
        variable();
        break;
      case 4:
        pcre();
        break;
      case 5:
        content(true);
        break;
      default:
        content(false);
    }
  }

  /// Makes numbers of most letters small. Suricata 7.0.10 has masks in byte_math only.
  std::string small_number(std::string const& mask) const {
    return suricata_ ? ",string,hex" : ",bitmask " + mask;
  }
  int offset() { return relative_ ? below(10) - 4 : below(12); }
  std::string relative() { return relative_ && random_.chance(60) ? ",relative" : ""; }

  void variable() {
    auto const name = "v" + number(variables_++);
    if (random_.chance(60))
      rules_ += " byte_extract:1," + number(offset()) + "," + name + relative() +
                small_number("0x0f") + ";";
    else
      rules_ += " byte_math:bytes 1,offset " + number(offset()) + ",oper " +
                random_.one_of(std::vector<std::string>{"+", "-", "*", "/", "<<", ">>"}) +
                ",rvalue " + number(1 + below(3)) + ",result " + name +
                (relative_ && random_.chance(50) ? ",relative" : "") + ",bitmask 0x0f;";
    switch (random_.below(4)) {
      case 0:
        rules_ += " content:\"" + quoted(random_.letters(1)) + "\"; offset:" + name + ";";
        break;
      case 1:
        rules_ += " content:\"" + quoted(random_.letters(1)) + "\"; distance:" + name + ";";
        break;
      case 2:
        rules_ += " isdataat:" + name + (relative_ ? ",relative" : "") + ";";
        break;
      default:
        rules_ += " byte_test:1,>," + name + "," + number(below(6)) + ";";
    }
    relative_ = true;
  }

  void pcre() {
    auto const begin = std::min(place_, text_.size());
    auto const word = text_.substr(begin, 2 + random_.below(3));
    std::string expression;
    for (char const c : word)
      expression += c == '\n' ? "\\n" : random_.chance(30) ? "." : std::string(1, c);
    if (random_.chance(20)) expression += "[a-c]";
    if (random_.chance(20)) expression += random_.chance(50) ? "*" : "?";
    if (random_.chance(15)) expression = "^" + expression;
    if (random_.chance(10)) expression += "$";
    rules_ += " pcre:" + std::string(random_.chance(15) ? "!" : "") + "\"/" + expression + "/" +
              (random_.chance(20) ? "i" : "") + (random_.chance(20) ? "s" : "") +
              (random_.chance(15) ? "m" : "") + (relative_ && random_.chance(50) ? "R" : "") +
              "\";";
    place_ = begin + word.size();
    relative_ = true;
  }

  void content(bool negated) {
    auto const skip = random_.below(plain_ ? 20 : 6);
    auto begin = std::min(place_ + skip, text_.size());
    auto length = std::min<std::size_t>(
        random_.chance(10) ? random_.between(20, 45) : random_.between(1, 7), text_.size() - begin);
    auto bytes = text_.substr(begin, length);
    if (bytes.empty() || negated || random_.chance(6))
      bytes = random_.letters(random_.between(1, 3));
    bool const nocase = random_.chance(25);
    if (nocase)
      for (auto& c : bytes)
        if (c >= 'A' && c <= 'Z' && random_.chance(50)) c = static_cast<char>(c + 32);
    length = bytes.size();
    rules_ += std::string(" content:") + (negated ? "!" : "") + "\"" + quoted(bytes) + "\";";
    if (nocase) rules_ += " nocase;";
    bool const fast = !negated && !has_fast_ && random_.chance(15);
    if (fast) {
      rules_ += " fast_pattern;";
      has_fast_ = true;
    }
    auto const near = [&](std::size_t value) {
      return number(static_cast<int>(value) + (random_.chance(70) ? 0 : below(5) - 2));
    };
    if (relative_ && (plain_ || random_.chance(50))) {
      auto const within = length + skip + static_cast<std::size_t>(below(5));
      if (plain_ || random_.chance(60))
        rules_ += " within:" + number(static_cast<int>(within)) + ";";
      if (random_.chance(50)) rules_ += " distance:" + near(random_.chance(70) ? skip : 0) + ";";
    } else if (!plain_ || !relative_) {
      if (random_.chance(20))
        rules_ +=
            " offset:" + number(static_cast<int>(random_.chance(80) ? begin : begin / 2)) + ";";
      if (random_.chance(20))
        rules_ += " depth:" +
                  number(static_cast<int>(length + (random_.chance(70) ? begin : 0)) + below(3)) +
                  ";";
      else if (!negated && begin == 0 && random_.chance(30))
        rules_ += " startswith;";
    }
    if (!plain_ && begin + length == text_.size() && random_.chance(40)) rules_ += " endswith;";
    if (!negated) {
      relative_ = true;
      place_ = begin + length;
    }
  }

  RandomSource& random_;
  bool plain_, suricata_, relative_ = false, has_fast_ = false;
  std::string text_, rules_;
  std::size_t place_ = 0;
  int variables_ = 0;
};

}  // namespace

std::string random_payload_keywords(RandomSource& random, std::vector<std::string> const& texts,
                                    PayloadKeywords kind) {
  return PayloadWriter(random, texts, kind).write();
}

}  // namespace warpline::ids::differential
