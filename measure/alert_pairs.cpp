// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/alert_pairs.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <string_view>
#include <utility>

namespace warpline::bench {
namespace {

/// The value of the first member with this name: of the event itself, since its own members come
/// before those of other objects. Empty if there is none.
std::string_view value_of(std::string_view line, std::string_view name) {
  auto const key = '"' + std::string(name) + "\":";
  auto const found = line.find(key);
  if (found == line.npos) return {};
  auto value = line.substr(found + key.size());
  bool const is_text = value.starts_with('"');
  if (is_text) value.remove_prefix(1);
  return value.substr(0, value.find_first_of(is_text ? "\"" : ",}"));
}

/// An address of IPv6 in its shortest form: Suricata writes all digits.
std::string shortest(std::string_view address) {
  std::string text(address);
  in6_addr bytes{};
  char out[INET6_ADDRSTRLEN];
  if (inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
  return inet_ntop(AF_INET6, &bytes, out, sizeof out) != nullptr ? out : text;
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return result;
}

}  // namespace

AlertPairs read_alert_pairs(std::string const& path) {
  AlertPairs pairs;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.find(R"("event_type":"alert")") == line.npos) continue;
    auto const end = [&](char const* address, char const* port) {
      return shortest(value_of(line, address)) + ' ' + std::string(value_of(line, port));
    };
    auto ends = std::pair(end("src_ip", "src_port"), end("dest_ip", "dest_port"));
    if (ends.second < ends.first) std::swap(ends.first, ends.second);
    pairs.insert(lower(value_of(line, "proto")) + ' ' + ends.first + ' ' + ends.second + ' ' +
                 std::string(value_of(line, "signature_id")));
  }
  return pairs;
}

PairDifference difference_of(AlertPairs const& first, AlertPairs const& second) {
  PairDifference difference;
  for (auto const& pair : first)
    ++(second.contains(pair) ? difference.equal : difference.only_first);
  difference.only_second = second.size() - difference.equal;
  return difference;
}

}  // namespace warpline::bench
