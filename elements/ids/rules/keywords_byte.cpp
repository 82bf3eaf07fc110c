// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <utility>

#include "elements/ids/rules/keywords.hpp"

namespace warpline::ids {
namespace {

constexpr std::int64_t kMaxOffset = 65535;
constexpr std::int64_t kMaxBinary = 8, kMaxText = 23;
constexpr std::int64_t kMaxValue = std::int64_t{0xffffffff};

/// A word such as `relative` or `offset 4`: its name, and what follows it.
struct Setting {
  Word name, value;
};
Setting split_setting(Word const& part) {
  auto const blank = part.text.find_first_of(" \t");
  if (blank == std::string_view::npos) return {part, {{}, part.offset + part.text.size()}};
  return {{part.text.substr(0, blank), part.offset}, rest_of(part, blank)};
}

/// What the words of the four keywords have in common; `string` needs its base for `byte_jump`'s
/// relatives, too, and the base stands beside it.
struct FormatReader {
  NumberFormat format{};
  bool has_base = false, has_endian = false;

  /// Returns false if the word is none of a number's format.
  bool take(Setting const& word, OptionReader const& option) {
    auto const& name = word.name.text;
    if (name == "string") {
      format.text = true;
    } else if (name == "hex" || name == "dec" || name == "oct") {
      format.base = name == "hex" ? 16 : name == "dec" ? 10 : 8;
      has_base = true;
    } else if (name == "big" || name == "little") {
      if (has_endian) OptionReader::refuse(word.name, "the byte order is given twice");
      format.little_endian = name == "little";
      has_endian = true;
    } else if (name == "bitmask") {
      format.mask = number<std::uint32_t>(word.value, 1, 0xffffffff);
    } else if (name == "dce") {
      throw UnsupportedOption{std::string(option.keyword()) + " dce"};
    } else {
      return false;
    }
    return true;
  }

  void check(OptionReader const& option) const {
    if (has_base && !format.text) option.refuse("a base (hex, dec, oct) needs `string`");
    if (format.text && has_endian) option.refuse("`string` excludes big and little");
  }
};

void check_size(OptionReader const& option, Operand const& size, NumberFormat const& format,
                std::int64_t max_binary) {
  if (size.variable || format.text || size.value <= max_binary) return;
  option.refuse("a binary number has at most " + std::to_string(max_binary) + " bytes");
}

/// Refuses fewer parts than `min`; returns all.
std::vector<Word> parts_of(OptionReader const& option, std::size_t min, char const* expected) {
  auto parts = option.parts();
  if (parts.size() < min) option.refuse(std::string("expected ") + expected);
  return parts;
}

void read_byte_test(OptionReader& option) {
  using enum ByteTest::Comparison;
  auto const parts = parts_of(option, 4, "bytes, an operator, a value and an offset");
  ByteTest test;
  test.size = option.operand(parts[0], 0, kMaxText);  // 0: all digits
  auto sign = parts[1];
  if (sign.text.starts_with('!')) {
    test.negated = true;
    sign = rest_of(sign, 1);
  }
  static constexpr std::pair<std::string_view, ByteTest::Comparison> kSigns[] = {
      {"<", kLess},          {">", kGreater}, {"=", kEqual}, {"<=", kLessEqual},
      {">=", kGreaterEqual}, {"&", kAnd},     {"^", kOr}};
  auto const comparison = value_of(kSigns, sign.text);
  bool const not_equal = sign.text.empty() && test.negated;  // `!` alone
  if (!comparison && !not_equal)
    OptionReader::refuse(parts[1], "expected <, >, =, <=, >=, & or ^, perhaps after !");
  test.comparison = comparison.value_or(kEqual);
  test.value = option.operand(parts[2], 0, kMaxValue);
  test.offset = option.operand(parts[3], -kMaxOffset, kMaxOffset);
  FormatReader format;
  for (std::size_t i = 4; i < parts.size(); ++i) {
    auto const setting = split_setting(parts[i]);
    if (setting.name.text == "relative")
      test.relative = true;
    else if (!format.take(setting, option))
      OptionReader::refuse(parts[i],
                           "expected relative, big, little, string, hex, dec, oct or bitmask");
  }
  format.check(option);
  check_size(option, test.size, format.format, kMaxBinary);
  test.format = format.format;
  option.add_relative(test);
}

void read_byte_jump(OptionReader& option) {
  auto const parts = parts_of(option, 2, "bytes and an offset");
  ByteJump jump;
  jump.size = option.operand(parts[0], 0, kMaxText);
  jump.offset = option.operand(parts[1], -kMaxOffset, kMaxOffset);
  FormatReader format;
  for (std::size_t i = 2; i < parts.size(); ++i) {
    auto const setting = split_setting(parts[i]);
    auto const& name = setting.name.text;
    if (name == "relative")
      jump.relative = true;
    else if (name == "align")
      jump.align = true;
    else if (name == "from_beginning")
      jump.from_beginning = true;
    else if (name == "from_end")
      jump.from_end = true;
    else if (name == "multiplier")
      jump.multiplier = number<std::uint16_t>(setting.value, 1, 65535);
    else if (name == "post_offset")
      jump.post_offset = number<std::int32_t>(setting.value, -65535, 65535);
    else if (!format.take(setting, option))
      OptionReader::refuse(parts[i],
                           "expected relative, multiplier, big, little, string, hex, dec, oct, "
                           "align, from_beginning, from_end, post_offset or bitmask");
  }
  if (jump.from_beginning && jump.from_end) option.refuse("from_beginning excludes from_end");
  format.check(option);
  check_size(option, jump.size, format.format, kMaxBinary);
  jump.format = format.format;
  option.add_relative(jump);
}

void read_byte_extract(OptionReader& option) {
  auto const parts = parts_of(option, 3, "bytes, an offset and a name");
  ByteExtract extract;
  extract.size = number<std::uint8_t>(parts[0], 1, kMaxText);
  extract.offset = number<std::int32_t>(parts[1], -65535, 65535);
  FormatReader format;
  for (std::size_t i = 3; i < parts.size(); ++i) {
    auto const setting = split_setting(parts[i]);
    auto const& name = setting.name.text;
    if (name == "relative") {
      extract.relative = true;
    } else if (name == "multiplier") {
      extract.multiplier = number<std::uint16_t>(setting.value, 1, 65535);
    } else if (name == "align") {
      extract.align = number<std::uint8_t>(setting.value, 2, 4);
      if (extract.align == 3) OptionReader::refuse(setting.value, "expected 2 or 4");
    } else if (!format.take(setting, option)) {
      OptionReader::refuse(parts[i],
                           "expected relative, multiplier, big, little, string, hex, dec, oct, "
                           "align or bitmask");
    }
  }
  format.check(option);
  check_size(option, {extract.size}, format.format, kMaxBinary);
  extract.format = format.format;
  extract.variable = option.new_variable(parts[2]);
  option.add_relative(extract);
}

void read_byte_math(OptionReader& option) {
  using enum ByteMath::Operation;
  ByteMath math;
  FormatReader format;
  bool has_size = false, has_offset = false, has_operation = false, has_operand = false;
  std::optional<Word> result;
  for (auto const& part : option.parts()) {
    auto const setting = split_setting(part);
    auto const& name = setting.name.text;
    auto const& value = setting.value;
    if (name == "bytes") {
      math.size = option.operand(value, 1, 10);
      has_size = true;
    } else if (name == "offset") {
      math.offset = number<std::int32_t>(value, -65535, 65535);
      has_offset = true;
    } else if (name == "oper") {
      static constexpr std::pair<std::string_view, ByteMath::Operation> kSigns[] = {
          {"+", kAdd},    {"-", kSubtract},   {"*", kMultiply},
          {"/", kDivide}, {"<<", kShiftLeft}, {">>", kShiftRight}};
      auto const operation = value_of(kSigns, value.text);
      if (!operation) OptionReader::refuse(value, "expected +, -, *, /, << or >>");
      math.operation = *operation;
      has_operation = true;
    } else if (name == "rvalue") {
      math.operand = option.operand(value, 0, kMaxValue);
      has_operand = true;
    } else if (name == "result") {
      result = value;
    } else if (name == "relative") {
      math.relative = true;
    } else if (name == "endian") {
      format.take({value, {}}, option);
    } else if (name == "string") {
      format.format.text = true;
      format.take({value, {}}, option);
    } else if (!format.take(setting, option)) {
      OptionReader::refuse(part,
                           "expected bytes, offset, oper, rvalue, result, relative, endian, "
                           "string, dce or bitmask");
    }
  }
  if (!has_size || !has_offset || !has_operation || !has_operand || !result)
    option.refuse("expected bytes, offset, oper, rvalue and result");
  if (math.operation == kDivide && !math.operand.variable && math.operand.value == 0)
    option.refuse("a division by 0");
  check_size(option, math.size, format.format, 4);
  math.format = format.format;
  math.variable = option.new_variable(*result);
  option.add_relative(math);
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"byte_test", kPayload, kNeeded, "compares a number in the buffer", read_byte_test},
    {"byte_jump", kPayload, kNeeded, "moves by a number in the buffer", read_byte_jump},
    {"byte_extract", kPayload, kNeeded, "keeps a number of the buffer", read_byte_extract},
    {"byte_math", kPayload, kNeeded, "computes with a number of the buffer", read_byte_math},
};

}  // namespace

std::span<Keyword const> byte_keywords() { return kTable; }

}  // namespace warpline::ids
