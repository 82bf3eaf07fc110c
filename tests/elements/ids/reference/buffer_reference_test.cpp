// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/buffer_reference.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/verify/buffer_program.hpp"

namespace warpline::ids {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : generator_(seed) {}
  unsigned below(unsigned limit) { return static_cast<unsigned>(generator_() % limit); }
  bool chance(unsigned percent) { return below(100) < percent; }
  /// Few letters, so that random contents occur in random buffers.
  std::string letters(unsigned length) {
    std::string text;
    for (unsigned i = 0; i < length; ++i) text += "abAB"[below(4)];
    return text;
  }

 private:
  std::mt19937 generator_;
};

std::string random_content(Random& random, bool is_first) {
  auto const length = 1 + random.below(3);
  auto options = std::string("content:") + (random.chance(15) ? "!" : "") + '"' +
                 random.letters(length) + "\";";
  if (random.chance(30)) options += " nocase;";
  auto const number = [&](unsigned limit) { return std::to_string(random.below(limit)); };
  if (!is_first && random.chance(60)) {
    if (random.chance(70))
      options += " distance:" + std::to_string(static_cast<int>(random.below(9)) - 4) + ";";
    if (random.chance(60)) options += " within:" + std::to_string(length + random.below(6)) + ";";
  } else {
    if (random.chance(30)) options += " offset:" + number(8) + ";";
    if (random.chance(30)) options += " depth:" + std::to_string(length + random.below(12)) + ";";
  }
  if (random.chance(8)) options += " endswith;";
  return options;
}

std::string random_keyword(Random& random, bool is_first, bool has_variable) {
  auto const offset = std::to_string(static_cast<int>(random.below(8)) - (is_first ? 0 : 2));
  std::string const relative = !is_first && random.chance(60) ? ",relative" : "";
  switch (random.below(8)) {
    case 0:
      return " isdataat:" + std::string(random.chance(30) ? "!" : "") +
             std::to_string(random.below(12)) + relative + ";";
    case 1:
      return " byte_test:1," + std::string(random.chance(20) ? "!" : "") +
             (random.chance(50) ? ">" : "=") + ",97," + offset + relative + ";";
    case 2:
      return " byte_jump:1," + offset + relative + ",bitmask 0x07" +
             (random.chance(30) ? ",from_beginning" : "") + ";";
    case 3:
      if (!has_variable) return " byte_extract:1," + offset + ",v" + relative + ",bitmask 0x03;";
      return " content:\"" + random.letters(1) + "\"; distance:v;";
    default:
      return " " + random_content(random, is_first);
  }
}

/// Random keywords on random buffers: the program gives what the reference gives.
TEST(BufferReference, IsWhatTheProgramDoes) {
  unsigned matched = 0, compared = 0;
  for (unsigned seed = 1; seed <= 20000; ++seed) {
    Random random(seed);
    std::string options;
    bool has_variable = false;
    for (unsigned i = 0, count = 1 + random.below(5); i < count; ++i) {
      options += random_keyword(random, i == 0, has_variable);
      has_variable = has_variable || options.find("byte_extract") != std::string::npos;
    }
    RuleParser parser(default_variables());
    parser.read(std::make_shared<Source>(
        Source{"t.rules", "alert tcp any any -> any any (" + options + " sid:1;)"}));
    auto const rules = parser.take_rules();
    ASSERT_EQ(rules.size(), 1u) << options << "\n" << parser.report().errors.at(0).render();
    BufferProgram const program(rules[0].buffers);
    auto const evaluation = std::make_unique<BufferProgram::Evaluation>();
    for (unsigned i = 0; i < 4; ++i) {
      auto const text = random.letters(random.below(24));
      reference::BufferReference expected(rules[0].buffers, text);
      bool const result = expected.matches();
      if (!expected.within_steps(BufferProgram::kMaxSteps)) continue;
      evaluation->variables.fill(0);
      ASSERT_EQ(program.matches({reinterpret_cast<std::uint8_t const*>(text.data()),
                                 static_cast<std::uint32_t>(text.size())},
                                *evaluation),
                result)
          << "seed " << seed << ": " << options << " on \"" << text << '"';
      matched += result ? 1 : 0;
      ++compared;
    }
  }
  EXPECT_GT(matched, compared / 20) << "random rules that never match prove nothing";
  EXPECT_LT(matched, compared * 6 / 10);
}

}  // namespace
}  // namespace warpline::ids
