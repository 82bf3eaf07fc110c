// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/transaction_rules.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/elements/ids/rules/test_rule.hpp"

namespace warpline::ids {
namespace {

/// One transaction with a response whose body grows. Rules see it from `shown_from` on.
class GrowingBody final : public AppSession {
 public:
  std::string body;
  std::size_t shown_from = 0;

  Status add(bool, Bytes) override { return Status::kContinue; }
  Status skip(bool, std::uint32_t) override { return Status::kContinue; }
  void close(bool) override {}
  void reset() override {}
  std::uint64_t first() const override { return 0; }
  std::uint64_t end() const override { return 1; }
  TransactionState& state(std::uint64_t) override { return state_; }
  bool is_complete(std::uint64_t, bool) const override { return false; }
  std::optional<AppBuffer> buffer(std::uint64_t, bool to_server, Buffer buffer,
                                  unsigned instance) override {
    if (to_server || buffer != Buffer::kFileData || instance > 0) return std::nullopt;
    return AppBuffer{{reinterpret_cast<std::uint8_t const*>(body.data()) + shown_from,
                      static_cast<std::uint32_t>(body.size() - shown_from)},
                     shown_from};
  }
  void remove_first() override {}
  void write(std::uint64_t, JsonWriter&) const override {}
  std::size_t memory() const override { return 0; }

 private:
  TransactionState state_;
};

std::vector<std::uint32_t> selected(TransactionRules& rules, GrowingBody& session) {
  std::vector<std::uint32_t> indices;
  for (auto const& one : rules.select(session, AppProtocol::kHttp, false))
    indices.push_back(one.rule);
  return indices;
}

TEST(TransactionRules, SearchNewBytesOfABodyAndThePatternsThatCrossIntoThem) {
  std::string const pattern = "0123456789abcdefghijklmnopqrstuv";  // as long as patterns are
  RuleSet const set(
      testing::read_all(testing::rule_text("http", "file.data; content:\"" + pattern + "\";"))
          .rules);
  // Each cut of the pattern, with and without bytes before it in the second piece.
  for (std::size_t cut = 0; cut <= pattern.size(); ++cut) {
    for (auto const before : {0u, 10u}) {
      TransactionRules rules(set, {});
      GrowingBody session;
      session.body = std::string(100, '.') + pattern.substr(0, cut);
      EXPECT_EQ(selected(rules, session).size(), cut == pattern.size());
      session.shown_from = 100 - before;
      session.body += pattern.substr(cut) + "....";
      EXPECT_EQ(selected(rules, session).size(), 1u) << cut;
      session.shown_from = session.body.size();
      session.body += "..";
      EXPECT_EQ(selected(rules, session).size(), 1u) << "what was found stays";
    }
  }
}

TEST(TransactionRules, SearchABodyThatIsShownFromItsBeginningAgain) {
  RuleSet const set(testing::read_all(testing::rule_text("http", "file.data; content:\"late\";") +
                                      "alert http any any -> any any (file.data; "
                                      "to_uppercase; content:\"EARLYLATE\"; sid:2;)\n")
                        .rules);
  ASSERT_EQ(set.rules().size(), 2u);
  TransactionRules rules(set, {});
  GrowingBody session;
  session.body = std::string(1000, 'x') + "early";
  EXPECT_TRUE(selected(rules, session).empty());
  EXPECT_TRUE(selected(rules, session).empty());
  session.body += "late";
  EXPECT_EQ(selected(rules, session), (std::vector<std::uint32_t>{0, 1}));
}

}  // namespace
}  // namespace warpline::ids
