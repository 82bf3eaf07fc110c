// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/suite.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace warpline::ipsec {
namespace {

constexpr SuiteInfo kSuites[kSuiteCount] = {
    {Suite::kAes128CtrHmacSha1,
     "aes128-ctr-hmac-sha1-96",
     {"aes128ctr-sha1", "aes128ctr-sha1_96", "aes128-ctr-hmac-sha1"},
     "rfc3686(ctr(aes))",
     "hmac(sha1)",
     16,
     4,
     20,
     "RFC 3686, RFC 2404"},
    {Suite::kAes128Gcm,
     "aes128-gcm",
     {"aes128gcm16", "aes128gcm128", "aes128-gcm16"},
     "rfc4106(gcm(aes))",
     "",
     16,
     4,
     0,
     "RFC 4106"},
};

bool same_name(std::string_view a, std::string_view b) {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::span<SuiteInfo const, kSuiteCount> suites() { return kSuites; }

std::optional<Suite> find_suite(std::string_view name) {
  for (auto const& suite : kSuites) {
    if (same_name(name, suite.name)) return suite.suite;
    for (auto const alias : suite.aliases)
      if (!alias.empty() && same_name(name, alias)) return suite.suite;
  }
  return std::nullopt;
}

std::string unknown_suite(std::string_view name) {
  std::vector<std::string> names;
  std::string known;
  for (auto const& suite : kSuites) {
    names.emplace_back(suite.name);
    for (auto const alias : suite.aliases) names.emplace_back(alias);
    known += (known.empty() ? "" : " or ") + std::string(suite.name);
  }
  return "unknown suite '" + std::string(name) + "'; expected " + known + did_you_mean(name, names);
}

}  // namespace warpline::ipsec
