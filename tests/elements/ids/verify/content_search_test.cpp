// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "elements/ids/verify/buffer_program.hpp"

/// The search for contents, which looks at blocks of bytes at a time.
namespace warpline::ids {
namespace {

class ContentSearch {
 public:
  explicit ContentSearch(std::string const& bytes, bool nocase = false)
      : program_(std::vector<BufferMatch>{match(bytes, nocase)}) {}

  bool finds(std::string const& text) {
    // A block of its own, so that sanitizers see a read beyond its end.
    auto const copy = std::make_unique<std::uint8_t[]>(text.size());
    std::copy(text.begin(), text.end(), copy.get());
    return program_.matches({copy.get(), static_cast<std::uint32_t>(text.size())}, *evaluation_);
  }

 private:
  static BufferMatch match(std::string const& bytes, bool nocase) {
    ContentMatch content;
    content.bytes = bytes;
    content.nocase = nocase;
    BufferMatch result;
    result.match = content;
    return result;
  }

  BufferProgram program_;
  std::unique_ptr<BufferProgram::Evaluation> evaluation_ =
      std::make_unique<BufferProgram::Evaluation>();
};

TEST(ContentSearch, FindsAContentAtEveryPlaceOfEveryLength) {
  for (std::size_t const length : {1u, 2u, 3u, 16u, 70u}) {
    std::string content(length, 'b');
    content.back() = 'c';
    ContentSearch search(content), nocase(content, true);
    for (std::size_t size = 0; size < 300; size += 1 + size / 20) {
      EXPECT_FALSE(search.finds(std::string(size, 'a')));
      EXPECT_FALSE(search.finds(std::string(size, 'b'))) << size;
      EXPECT_EQ(search.finds(std::string(size, 'c')), length == 1 && size > 0);
      for (std::size_t place = 0; place + length <= size; ++place) {
        std::string text(size, place % 2 == 0 ? 'a' : 'b');
        text.replace(place, length, content);
        ASSERT_TRUE(search.finds(text)) << length << " at " << place << " of " << size;
        ASSERT_TRUE(nocase.finds(text)) << length << " at " << place << " of " << size;
      }
    }
  }
}

/// Places where the first and the last byte are right, many and few.
TEST(ContentSearch, AgreesWithTheLibraryOnTextsOfFewLetters) {
  std::mt19937 random(4);
  unsigned found = 0;
  for (unsigned round = 0; round < 20'000; ++round) {
    auto const word = [&](std::size_t size) {
      std::string text(size, ' ');
      for (auto& c : text) c = "aab"[random() % 3];
      return text;
    };
    auto const content = word(1 + random() % 14), text = word(random() % 600);
    bool const expected = text.find(content) != std::string::npos;
    ASSERT_EQ(ContentSearch(content).finds(text), expected) << content << " in " << text;
    found += expected;
  }
  EXPECT_GT(found, 5'000u);
  EXPECT_LT(found, 19'000u);
}

}  // namespace
}  // namespace warpline::ids
