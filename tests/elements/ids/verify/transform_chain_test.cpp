// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/verify/transform_chain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace warpline::ids {
namespace {

using Kind = Transform::Kind;

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}
std::string text_of(Bytes bytes) { return {reinterpret_cast<char const*>(bytes.data), bytes.size}; }

std::string apply(Transforms transforms, std::string_view text) {
  TransformChain::Memory memory;
  return text_of(TransformChain(std::move(transforms)).apply(bytes_of(text), memory));
}

std::string hex(std::string const& bytes) {
  std::string result;
  for (char const c : bytes) {
    constexpr char kDigits[] = "0123456789abcdef";
    result += kDigits[static_cast<unsigned char>(c) >> 4];
    result += kDigits[c & 15];
  }
  return result;
}

/// Results of Suricata 7.0.10: its user guide, chapter "Transformations", and rules on a capture.
TEST(TransformChain, ChangesWhiteSpace) {
  EXPECT_EQ(apply({{Kind::kStripWhitespace}}, " a  \t b\r\n"), "ab");
  EXPECT_EQ(apply({{Kind::kCompressWhitespace}}, "a  \t b\t c"), "a b\tc") << "the first one stays";
  EXPECT_EQ(apply({{Kind::kStripWhitespace}}, " \v\f"), "");
  EXPECT_EQ(apply({{Kind::kCompressWhitespace}}, ""), "");
}

TEST(TransformChain, ChangesLetters) {
  EXPECT_EQ(apply({{Kind::kToLowercase}}, "This is Content\xc4"), "this is content\xc4");
  EXPECT_EQ(apply({{Kind::kToUppercase}}, "This is Content\xe4"), "THIS IS CONTENT\xe4");
  EXPECT_EQ(apply({{Kind::kDotPrefix}}, "example.com"), ".example.com");
  EXPECT_EQ(apply({{Kind::kDotPrefix}}, ""), ".");
}

TEST(TransformChain, DecodesUrls) {
  EXPECT_EQ(apply({{Kind::kUrlDecode}}, "/a+b%20cXY?q=%zz%4"), "/a b cXY?q=%zz%4");
  EXPECT_EQ(apply({{Kind::kUrlDecode}}, "%41%62%2B%2b%"), "Ab++%");
  EXPECT_EQ(apply({{Kind::kUrlDecode}}, "%2541"), "%41") << "once";
}

/// Vectors of RFC 1321, appendix A.5, and FIPS 180-4: "abc", and no bytes.
TEST(TransformChain, MakesDigests) {
  EXPECT_EQ(hex(apply({{Kind::kMd5}}, "abc")), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(apply({{Kind::kMd5}}, "")), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(hex(apply({{Kind::kSha1}}, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(apply({{Kind::kSha1}}, "")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(hex(apply({{Kind::kSha256}}, "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(apply({{Kind::kSha256}}, std::string(100, 'a'))),
            "2816597888e4a0d3a36b82b83316ab32680eb8f00f8cd3b904d681246d285a0e");
}

TEST(TransformChain, TakesWhatAGroupMatches) {
  auto const expression = [](std::string text) { return Transform{Kind::kExpression, text}; };
  EXPECT_EQ(apply({expression("[a-zA-Z]+\\s+(.*)\\s+HTTP")}, "GET /z4d4kWk.jpg HTTP/1.1"),
            "/z4d4kWk.jpg");
  EXPECT_EQ(apply({expression("(nomatch)")}, "/a+b"), "/a+b") << "without a match nothing changes";
  EXPECT_EQ(apply({expression("(zz)?/")}, "/a+b"), "/a+b") << "nor if the group matches nothing";
  EXPECT_EQ(apply({expression("(A)")}, "a"), "a");
  EXPECT_EQ(apply({expression("^/(.*)$"), expression("^(a)")}, "/a+b"), "a");
  EXPECT_THROW(TransformChain({expression("(")}), ConfigError);
}

TEST(TransformChain, AppliesOneAfterTheOther) {
  EXPECT_EQ(apply({{Kind::kDotPrefix}, {Kind::kToUppercase}}, "a b"), ".A B");
  EXPECT_EQ(apply({{Kind::kExpression, "b(.*)"}, {Kind::kDotPrefix}}, "abcd"), ".cd");
  EXPECT_EQ(apply({{Kind::kToUppercase}, {Kind::kExpression, "B(.*)"}, {Kind::kDotPrefix}}, "abcd"),
            ".CD");
  EXPECT_EQ(apply({{Kind::kDotPrefix}, {Kind::kMd5}}, "www.example.com"),
            apply({{Kind::kMd5}}, ".www.example.com"));
  EXPECT_EQ(apply({{Kind::kMd5}, {Kind::kDotPrefix}}, "a").size(), 17u);
}

TEST(TransformChain, LeavesTheBufferAsItIs) {
  std::string const text = "A b+c";
  TransformChain::Memory memory;
  auto const result =
      TransformChain({{Kind::kUrlDecode}, {Kind::kToLowercase}}).apply(bytes_of(text), memory);
  EXPECT_EQ(text_of(result), "a b c");
  EXPECT_EQ(text, "A b+c");
}

}  // namespace
}  // namespace warpline::ids
