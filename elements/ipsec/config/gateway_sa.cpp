// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/numbers.hpp"
#include "elements/ipsec/config/gateway_sa_toml.hpp"

#include <algorithm>

#include "elements/ipsec/config/values_toml.hpp"

namespace warpline::ipsec {
namespace {

bool bool_of(toml::node const& node) {
  auto const value = node.value_exact<bool>();
  if (!value) throw ConfigError("expected true or false");
  return *value;
}

std::uint64_t count_of(toml::node const& node) {
  auto const number = node.value_exact<std::int64_t>();
  if (!number || *number < 1) throw ConfigError("expected a number above 0");
  return static_cast<std::uint64_t>(*number);
}

std::uint16_t port_of(toml::node const& node) {
  auto const number = node.value_exact<std::int64_t>();
  if (!number || *number < 1 || *number > 0xffff) throw ConfigError("expected a port, 1 to 65535");
  return static_cast<std::uint16_t>(*number);
}

/// The text of the file in place of a masked value.
std::string_view hidden_text_of(toml::node const& node, HiddenDigits const& digits,
                                std::string const& expected) {
  auto const masked = text_of(node, expected);
  auto const text = digits.find(place_of(node.source()), masked);
  if (!text) throw ConfigError("expected " + expected + " in quotes, without escapes");
  return *text;
}

Secret key_of(toml::node const& node, HiddenDigits const& digits) {
  std::size_t bad = 0;
  auto key = Secret::of_hex(hidden_text_of(node, digits, "hexadecimal digits"), bad);
  if (!key) throw ConfigError("expected an even number of hexadecimal digits");
  return *std::move(key);
}

/// Bits as a number in hexadecimal digits, the lowest 32 first.
std::vector<std::uint32_t> bitmap_of(toml::node const& node, HiddenDigits const& hidden) {
  constexpr std::size_t kDigits = 8;  // of a word
  std::string const expected =
      "0x and 1 to " + std::to_string(ReplayWindow::kMax / 4) + " hexadecimal digits";
  auto digits = hidden_text_of(node, hidden, expected);
  if (!digits.starts_with("0x")) throw ConfigError("expected " + expected);
  digits.remove_prefix(2);
  if (digits.empty() || digits.size() > ReplayWindow::kMax / 4)
    throw ConfigError("expected " + expected);
  std::vector<std::uint32_t> words;
  while (!digits.empty()) {
    auto const word = digits.substr(digits.size() - std::min(kDigits, digits.size()));
    digits.remove_suffix(word.size());
    auto const number = to_number<std::uint32_t>(word, 16);
    if (!number) throw ConfigError("expected " + expected);
    words.push_back(*number);
  }
  return words;
}

std::uint64_t sequence_of(toml::node const& node) {
  auto const number = node.value_exact<std::int64_t>();
  if (!number || *number < 0) throw ConfigError("expected a sequence number");
  return static_cast<std::uint64_t>(*number);
}

/// Reads a table inside an SA's.
void read_inner(toml::node const& node, char const* name, Diagnostics& diagnostics, bool& failed,
                TomlKeys const& keys) {
  TomlTableReader reader(name, diagnostics);
  reader.read(node, keys);
  failed = failed || reader.failed();
}

void read_lifetime(toml::node const& node, char const* name, Diagnostics& diagnostics, bool& failed,
                   Lifetime& lifetime) {
  read_inner(node, name, diagnostics, failed,
             {{"packets", [&](auto const& value) { lifetime.packets = count_of(value); }},
              {"bytes", [&](auto const& value) { lifetime.bytes = count_of(value); }},
              {"seconds", [&](auto const& value) { lifetime.seconds = count_of(value); }}});
}

std::string digits_text(std::size_t bytes, std::string const& parts) {
  return std::to_string(2 * bytes) + " hexadecimal digits (" + parts + ")";
}

/// The suite determines the key's length, and whether there is a second key.
void check_keys(SaConfig const& sa, std::map<std::string, Position> const& positions,
                TomlTableReader& reader) {
  auto const& suite = info(sa.suite);
  std::size_t const key_size = std::size_t{suite.key_size} + suite.salt_size;
  auto parts = std::to_string(suite.key_size) + " bytes of key";
  if (suite.salt_size > 0)
    parts +=
        ", then " + std::to_string(suite.salt_size) + (suite.aead() ? " of salt" : " of nonce");
  auto const check = [&](char const* name, Secret const& key, std::size_t size,
                         std::string const& what) {
    auto const entry = positions.find(name);
    if (key.bytes().size() == size) return;
    auto const message = std::string(name) + ": " + std::string(suite.name) + " has " +
                         (size == 0 ? "none" : digits_text(size, what));
    if (entry != positions.end())
      reader.fail(entry->second,
                  message + "; there are " + std::to_string(2 * key.bytes().size()) + " digits");
    else
      reader.fail(sa.position,
                  "this SA has no " + quoted(name) + "; expected " + digits_text(size, what));
  };
  check("key", sa.key, key_size, parts);
  check("authentication_key", sa.authentication, suite.authentication_key_size,
        std::to_string(suite.authentication_key_size) + " bytes");
}

}  // namespace

std::optional<SaConfig> read_sa(toml::node const& node, HiddenDigits const& digits,
                                Diagnostics& diagnostics) {
  SaConfig sa;
  sa.position = place_of(node.source());
  TomlTableReader reader("[[sa]]", diagnostics);
  bool inner_failed = false, suite_known = false;
  TrafficSelector selector;
  bool selects = false;
  auto const positions = reader.read(
      node,
      {{"direction",
        [&](auto const& value) {
          sa.direction = choice_of<Direction>(
              value, {{"out", Direction::kOutbound}, {"in", Direction::kInbound}});
        }},
       {"source", [&](auto const& value) { sa.form.source = address_of(value); }},
       {"destination", [&](auto const& value) { sa.form.destination = address_of(value); }},
       {"spi",
        [&](auto const& value) {
          sa.spi = number_of(value, 1, kSpiExpected);
          if (is_reserved_spi(sa.spi))
            diagnostics.warning_once(place_of(value.source()), kReservedSpi);
        }},
       {"mode",
        [&](auto const& value) {
          sa.form.mode = choice_of<SaMode>(
              value, {{"tunnel", SaMode::kTunnel}, {"transport", SaMode::kTransport}});
        }},
       {"suite",
        [&](auto const& value) {
          auto const name = text_of(value, "the name of a suite");
          auto const suite = find_suite(name);
          if (!suite) throw ConfigError(unknown_suite(name));
          sa.choose(*suite);
          suite_known = true;
        }},
       {"key", [&](auto const& value) { sa.key = key_of(value, digits); }},
       {"authentication_key",
        [&](auto const& value) { sa.authentication = key_of(value, digits); }},
       {"reqid", [&](auto const& value) { sa.reqid = number_of(value, 0, "a number below 2^32"); }},
       {"esn", [&](auto const& value) { sa.form.esn = bool_of(value); }},
       {"replay_window",
        [&](auto const& value) {
          std::string const expected = "packets, 0 for none, or 64 to 4096";
          sa.replay_window = number_of(value, 0, expected);
          if (sa.replay_window != 0 &&
              (sa.replay_window < ReplayWindow::kMin || sa.replay_window > ReplayWindow::kMax))
            throw ConfigError("expected " + expected);
        }},
       {"last_sequence", [&](auto const& value) { sa.last_sequence = sequence_of(value); }},
       {"last_received", [&](auto const& value) { sa.last_received = sequence_of(value); }},
       {"replay_bitmap", [&](auto const& value) { sa.received = bitmap_of(value, digits); }},
       {"copy_df",
        [&](auto const& value) {
          sa.form.df = bool_of(value) ? DfPolicy::kCopy : DfPolicy::kClear;
        }},
       {"copy_dscp",
        [&](auto const& value) {
          if (!bool_of(value)) sa.form.dscp = 0;
        }},
       {"encapsulation",
        [&](auto const& value) {
          auto& udp = sa.form.udp.emplace();
          read_inner(
              value, "encapsulation = { }", diagnostics, inner_failed,
              {{"source_port", [&](auto const& port) { udp.source = port_of(port); }},
               {"destination_port", [&](auto const& port) { udp.destination = port_of(port); }},
               {"zero_checksum_ipv6",
                [&](auto const& zero) { udp.zero_checksum6 = bool_of(zero); }}});
        }},
       {"selector",
        [&](auto const& value) {
          selects = true;
          read_inner(
              value, "selector = { }", diagnostics, inner_failed,
              {{"source", [&](auto const& side) { selector.source = prefix_of(side); }},
               {"destination", [&](auto const& side) { selector.destination = prefix_of(side); }},
               {"protocol", [&](auto const& side) { selector.protocol = protocol_of(side); }},
               {"source_port",
                [&](auto const& side) { selector.source_port = ports_of(side, 0xffff); }},
               {"destination_port",
                [&](auto const& side) { selector.destination_port = ports_of(side, 0xffff); }}});
        }},
       {"lifetime", [&](auto const& value) {
          read_inner(value, "lifetime = { }", diagnostics, inner_failed,
                     {{"soft",
                       [&](auto const& entry) {
                         read_lifetime(entry, "soft = { }", diagnostics, inner_failed, sa.soft);
                       }},
                      {"hard", [&](auto const& entry) {
                         read_lifetime(entry, "hard = { }", diagnostics, inner_failed, sa.hard);
                       }}});
        }}});
  if (!node.is_table()) return std::nullopt;
  for (auto const* const key : {"source", "destination", "spi", "suite"})
    if (!positions.contains(key)) reader.fail(sa.position, "this SA has no " + quoted(key));
  if (reader.failed() || inner_failed) return std::nullopt;

  if (suite_known) check_keys(sa, positions, reader);
  if (sa.form.source.version != sa.form.destination.version)
    reader.fail(positions.at("destination"), "destination: expected an IPv" +
                                                 std::to_string(sa.form.source.version) +
                                                 " address, like the source");
  bool const ports = !selector.source_port.is_any() || !selector.destination_port.is_any();
  if (auto const error = ports_error(selector.protocol, false); ports && !error.empty())
    reader.fail(positions.at("selector"), "selector: " + error);
  if (!sa.form.esn && sa.last_sequence > 0xffffffff)
    reader.fail(positions.at("last_sequence"), "last_sequence: beyond 2^32 only with 'esn = true'");
  if (!sa.form.esn && sa.last_received > 0xffffffff)
    reader.fail(positions.at("last_received"), "last_received: beyond 2^32 only with 'esn = true'");
  if (positions.contains("replay_bitmap") && !positions.contains("last_received"))
    reader.fail(
        positions.at("replay_bitmap"),
        "replay_bitmap: expected 'last_received' beside it, which its lowest bit stands for");
  if (reader.failed()) return std::nullopt;
  if (selects) sa.selector = selector;
  return sa;
}

}  // namespace warpline::ipsec
