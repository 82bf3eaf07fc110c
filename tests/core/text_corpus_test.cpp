// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/text_corpus.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace warpline {
namespace {

TEST(TextCorpus, IsTheSameForTheSameSeedAndAsLongAsAsked) {
  EXPECT_EQ(text_corpus(9, 10000), text_corpus(9, 10000));
  EXPECT_EQ(text_corpus(9, 10000).substr(0, 777), text_corpus(9, 777));
  EXPECT_NE(text_corpus(9, 1000), text_corpus(10, 1000));
  EXPECT_EQ(text_corpus(9, 1).size(), 1u);
  EXPECT_EQ(text_corpus(9, 0), "");
}

TEST(TextCorpus, HoldsTextOfEveryKind) {
  auto const text = text_corpus(1, 200000);
  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isprint(c) || c == '\r' || c == '\n';
  }));
  for (auto const* kind : {"GET /", "POST /", "HTTP/1.1 200 OK\r\n", "<!DOCTYPE html>",
                           "\"id\":", "Subject: ", "function ", ". The ", "Cookie: "})
    EXPECT_NE(text.find(kind), std::string::npos) << kind;
}

}  // namespace
}  // namespace warpline
