// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "tests/core/click/parse.hpp"
#include "tests/support/source_dir.hpp"

namespace warpline::test {
namespace {

struct Fence {
  std::string language, text;
  std::size_t line;
};

std::vector<Fence> fences() {
  std::ifstream file(source_dir() + "/docs/pipeline_language.md");
  std::vector<Fence> result;
  bool open = false;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.rfind("```", 0) == 0) {
      open = !open;
      if (open) result.push_back({line.substr(3), {}, number});
    } else if (open) {
      result.back().text += line + '\n';
    }
  }
  return result;
}

TEST(PipelineLanguageDocument, EveryExampleParsesWithoutWarnings) {
  std::size_t examples = 0;
  for (auto const& fence : fences()) {
    if (fence.language != "click") continue;
    ++examples;
    EXPECT_EQ(errors_of(fence.text), "") << "line " << fence.line;
    auto const pipeline = parse(fence.text);
    EXPECT_FALSE(pipeline.connections.empty()) << "line " << fence.line;
    EXPECT_TRUE(pipeline.warnings.empty()) << "line " << fence.line;
  }
  EXPECT_EQ(examples, 8U);
}

TEST(PipelineLanguageDocument, ShowsTheErrorsThatAreReported) {
  auto const all = fences();
  std::size_t examples = 0;
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i].language != "click-error") continue;
    ++examples;
    ASSERT_EQ(all[i + 1].language, "text");
    try {
      parse_pipeline(std::make_shared<Source const>(Source{"FILE.click", all[i].text}));
      ADD_FAILURE() << "no error, line " << all[i].line;
    } catch (ConfigError const& error) {
      EXPECT_EQ(error.what() + std::string("\n"), all[i + 1].text);
    }
  }
  EXPECT_EQ(examples, 1U);
}

TEST(PipelineLanguageDocument, NamesTheElementsOfACompoundAsTheyAre) {
  for (auto const& fence : fences()) {
    if (fence.text.find("elementclass Guarded") == std::string::npos) continue;
    auto const text = elements_of(parse(fence.text));
    for (auto const* name : {"g/kind ", "g/CheckIPHeader@1 ", "g/Queue@2 ", "g/Print@3 "})
      EXPECT_NE(text.find(name), std::string::npos) << name;
    return;
  }
  FAIL() << "no such example";
}

}  // namespace
}  // namespace warpline::test
