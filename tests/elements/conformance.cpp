// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/conformance.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/element/element.hpp"
#include "elements/ipsec/model/suite.hpp"
#include "tests/elements/element_files.hpp"
#include "tests/support/traffic.hpp"

namespace warpline::test {
namespace {

std::vector<std::string> every_suite() {
  std::vector<std::string> all;
  for (auto const& suite : ipsec::suites())
    all.push_back("e :: IPsecEncrypt(" + std::string(suite.name) + ", sa/gateway.sa)");
  return all;
}

/// Marks every packet with an SA, which may not exist.
struct TestAnySa final : PacketElement<TestAnySa> {
  using Sets = Annotations<Annotation::kSa>;
  explicit TestAnySa(Args&) {}
  Verdict operator()(Packet& packet) const {
    packet.tag = 0;
    for (unsigned i = 0; i < packet.length && i < 64; ++i)
      packet.tag = packet.tag * 0x9e3779b1u + packet.data[i];
    return forward();
  }
};
WARPLINE_ELEMENT(TestAnySa);

std::vector<std::string> every_suite_back() {
  std::vector<std::string> all;
  for (auto const& suite : ipsec::suites())
    all.push_back("b :: IPsecEncrypt(" + std::string(suite.name) +
                  ", sa/gateway.sa) -> e :: IPsecDecrypt(sa/gateway.sa)");
  all.push_back("b :: TestAnySa -> e :: IPsecDecrypt(sa/gateway.sa)");
  return all;
}

/// How the test configures a class: `e` is the element, whatever stands before it prepares packets.
std::map<std::string, std::vector<std::string>> const kConfigurations = {
    {"FlowHash", {"e :: FlowHash"}},
    {"IDS",
     {"e :: IDS(RULES rules/web.rules)", "e :: IDS(RULES rules/web.rules, MODE ips)",
      "e :: IDS(RULES rules/many.rules, MODE ips)"}},
    {"IDSMatch",
     {"e :: IDSMatch(PATTERNS rules/web.patterns)",
      "e :: IDSMatch(PATTERNS rules/web.patterns, DROP true)", "e :: IDSMatch(SYNTHETIC 300)"}},
    {"IPsecEncrypt", every_suite()},
    {"IPsecDecrypt", every_suite_back()},
    {"IPsecAES",
     {"b :: IPsecESPencap(sa/gateway.sa) -> e :: IPsecAES(sa/gateway.sa)",
      "b :: TestAnySa -> e :: IPsecAES(sa/gateway.sa)"}},
    {"IPsecAuthHMACSHA1",
     {"a :: IPsecESPencap(sa/gateway.sa) -> b :: IPsecAES(sa/gateway.sa)"
      " -> e :: IPsecAuthHMACSHA1(sa/gateway.sa)",
      "b :: TestAnySa -> e :: IPsecAuthHMACSHA1(sa/gateway.sa)"}},
};

}  // namespace

std::vector<ConformanceCase> conformance_cases() {
  std::vector<ConformanceCase> cases;
  for (auto const& name : Registry::instance().names()) {
    auto const& entry = *Registry::instance().find(name);
    if (!entry.offloadable || is_test_element(entry)) continue;
    auto const configuration = kConfigurations.find(name);
    if (configuration == kConfigurations.end()) {
      cases.push_back({name, ""});
      continue;
    }
    for (std::size_t i = 0; i < configuration->second.size(); ++i)
      cases.push_back({name + (i == 0 ? "" : std::to_string(i + 1)), configuration->second[i]});
  }
  // Segments of several elements, and one whose results another one's packets depend on.
  cases.push_back({"Chain",
                   "a :: IPsecESPencap(sa/gateway.sa) -> b :: IPsecAES(sa/gateway.sa)"
                   " -> c :: IPsecAuthHMACSHA1(sa/gateway.sa) -> d :: FlowHash"
                   " -> e :: IDSMatch(PATTERNS rules/web.patterns, DROP true) -> f :: FlowHash"});
  // Results of an element come in after some of its packets were dropped by the one before.
  cases.push_back({"Results",
                   "d :: IDSMatch(PATTERNS rules/web.patterns, DROP true)"
                   " -> e :: IDSMatch(SYNTHETIC 300, DROP true)"});
  cases.push_back({"MoreResults",
                   "d :: FlowHash -> e :: IDSMatch(PATTERNS rules/web.patterns, DROP true)"
                   " -> f :: FlowHash"});
  return cases;
}

/// A frame of that length: most often a correct one, else one that something is wrong with.
Frame frame_of(std::mt19937_64& random, std::size_t length) {
  switch (random() % 8) {
    case 0:
      return random_bytes(random, length);
    case 1: {
      auto frame = udp_frame(random, length);
      if (length > 0) frame[random() % std::min<std::size_t>(length, 42)] ^= 0x11;
      return frame;
    }
    default:
      return udp_frame(random, length);
  }
}

void expect_same(Outcome const& given, Outcome const& expected) {
  EXPECT_EQ(given.drops_at, expected.drops_at);
  EXPECT_EQ(given.transmitted, expected.transmitted);
  for (std::size_t port = 0; port < expected.sent.size(); ++port) {
    ASSERT_EQ(given.sent[port].size(), expected.sent[port].size());
    for (std::size_t i = 0; i < expected.sent[port].size(); ++i)
      ASSERT_EQ(given.sent[port][i], expected.sent[port][i]) << "packet " << i;
  }
}

}  // namespace warpline::test
