// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/classification_file.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/diagnostics.hpp"
#include "core/base/text.hpp"
#include "elements/ids/rules/option_reader.hpp"

namespace warpline::ids {
namespace {

struct Class {
  std::string_view name, text;
  std::uint8_t priority;
};
constexpr Class kClasses[] = {
    {"not-suspicious", "Not Suspicious Traffic", 3},
    {"unknown", "Unknown Traffic", 3},
    {"bad-unknown", "Potentially Bad Traffic", 2},
    {"attempted-recon", "Attempted Information Leak", 2},
    {"successful-recon-limited", "Information Leak", 2},
    {"successful-recon-largescale", "Large Scale Information Leak", 2},
    {"attempted-dos", "Attempted Denial of Service", 2},
    {"successful-dos", "Denial of Service", 2},
    {"attempted-user", "Attempted User Privilege Gain", 1},
    {"unsuccessful-user", "Unsuccessful User Privilege Gain", 1},
    {"successful-user", "Successful User Privilege Gain", 1},
    {"attempted-admin", "Attempted Administrator Privilege Gain", 1},
    {"successful-admin", "Successful Administrator Privilege Gain", 1},
    {"rpc-portmap-decode", "Decode of an RPC Query", 2},
    {"shellcode-detect", "Executable code was detected", 1},
    {"string-detect", "A suspicious string was detected", 3},
    {"suspicious-filename-detect", "A suspicious filename was detected", 2},
    {"suspicious-login", "An attempted login using a suspicious username was detected", 2},
    {"system-call-detect", "A system call was detected", 2},
    {"tcp-connection", "A TCP connection was detected", 4},
    {"trojan-activity", "A Network Trojan was detected", 1},
    {"unusual-client-port-connection", "A client was using an unusual port", 2},
    {"network-scan", "Detection of a Network Scan", 3},
    {"denial-of-service", "Detection of a Denial of Service Attack", 2},
    {"non-standard-protocol", "Detection of a non-standard protocol or event", 2},
    {"protocol-command-decode", "Generic Protocol Command Decode", 3},
    {"web-application-activity", "access to a potentially vulnerable web application", 2},
    {"web-application-attack", "Web Application Attack", 1},
    {"misc-activity", "Misc activity", 3},
    {"misc-attack", "Misc Attack", 2},
    {"icmp-event", "Generic ICMP event", 3},
    {"inappropriate-content", "Inappropriate Content was Detected", 1},
    {"policy-violation", "Potential Corporate Privacy Violation", 1},
    {"default-login-attempt", "Attempt to login by a default username and password", 2},
    {"targeted-activity", "Targeted Malicious Activity was Detected", 1},
    {"exploit-kit", "Exploit Kit Activity Detected", 1},
    {"external-ip-check", "Device Retrieving External IP Address Detected", 2},
    {"domain-c2", "Domain Observed Used for C2 Detected", 1},
    {"pup-activity", "Possibly Unwanted Program Detected", 2},
    {"credential-theft", "Successful Credential Theft Detected", 1},
    {"social-engineering", "Possible Social Engineering Attempted", 2},
    {"coin-mining", "Crypto Currency Mining Activity Detected", 2},
    {"command-and-control", "Malware Command and Control Activity Detected", 1},
};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name(std::string_view text) {
  auto const in_name = [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, in_name);
}

/// Calls `read` with what follows `config KEY:` in each line; reports other lines, and what `read`
/// refuses. Throws after the last line.
template <class Read>
void read_config_lines(std::shared_ptr<Source const> const& source, std::string_view key,
                       Read const& read) {
  Diagnostics diagnostics(source);
  std::string_view rest = source->text;
  for (std::uint32_t number = 1; !rest.empty(); ++number) {
    auto const end = rest.find('\n');
    auto text = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    auto line = trimmed({text, 0});
    if (line.text.empty() || line.text.starts_with('#')) continue;
    try {
      for (auto const word : {std::string_view("config"), key, std::string_view(":")}) {
        if (!line.text.starts_with(word))
          OptionReader::refuse(line, "expected 'config " + std::string(key) + ":'");
        line = rest_of(line, word.size());
      }
      read(line);
    } catch (OptionError& error) {
      diagnostics.error({number, static_cast<std::uint32_t>(error.offset + 1)},
                        std::move(error.message));
    }
  }
  diagnostics.throw_errors();
}

/// Adds a value; refuses a second one that differs.
template <class Map>
void add(Map& map, std::string key, typename Map::mapped_type const& value, Word const& place) {
  auto const [entry, is_new] = map.emplace(std::move(key), value);
  if (!is_new && entry->second != value)
    OptionReader::refuse(place, quoted(entry->first) + " is listed twice, with other values");
}

}  // namespace

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

Classifications default_classifications() {
  Classifications classes;
  for (auto const& entry : kClasses)
    classes.emplace(entry.name, Classification{std::string(entry.text), entry.priority});
  return classes;
}

Classifications read_classifications(std::shared_ptr<Source const> const& source) {
  Classifications classes;
  read_config_lines(source, "classification", [&](Word const& line) {
    auto const first = line.text.find(','), last = line.text.rfind(',');
    if (first == last) OptionReader::refuse(line, "expected NAME,TEXT,PRIORITY");
    auto const name = trimmed({line.text.substr(0, first), line.offset});
    auto const text =
        trimmed({line.text.substr(first + 1, last - first - 1), line.offset + first + 1});
    auto const priority = number<std::uint8_t>(rest_of(line, last + 1), 1, 255);
    if (!is_name(name.text))
      OptionReader::refuse(name, "expected a class of letters, digits, '-' and '_'");
    if (text.text.empty()) OptionReader::refuse(text, "expected the text of the class");
    add(classes, lower_case(name.text), {std::string(text.text), priority}, name);
  });
  return classes;
}

ReferenceUrls read_reference_urls(std::shared_ptr<Source const> const& source) {
  ReferenceUrls urls;
  read_config_lines(source, "reference", [&](Word const& line) {
    auto const blank = line.text.find_first_of(" \t");
    if (blank == std::string_view::npos) OptionReader::refuse(line, "expected KIND URL");
    Word const kind{line.text.substr(0, blank), line.offset};
    auto const url = rest_of(line, blank);
    if (!is_name(kind.text))
      OptionReader::refuse(kind, "expected a kind of letters, digits, '-' and '_'");
    if (url.text.find_first_of(" \t") != std::string_view::npos)
      OptionReader::refuse(url, "expected one address without blanks");
    add(urls, lower_case(kind.text), std::string(url.text), kind);
  });
  return urls;
}

}  // namespace warpline::ids
