// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/selector_words.hpp"

#include <set>
#include <string>
#include <string_view>

#include "elements/ipsec/config/policy_words.hpp"

namespace warpline::ipsec {
namespace {

class SelectorReader {
 public:
  SelectorReader(SaCursor& cursor, PassedOver& passed_over)
      : cursor_(cursor), passed_over_(passed_over) {}

  TrafficSelector read(Word const& field) {
    while (!cursor_.at_end() && read_word(cursor_.peek().text)) {
    }
    bool const ports = seen_.contains("sport") || seen_.contains("dport");
    bool const types = seen_.contains("type") || seen_.contains("code");
    if (!seen_.contains("src") && !seen_.contains("dst"))
      cursor_.fail(field, "expected 'src PREFIX' or 'dst PREFIX' after 'sel'");
    else if ((ports || types) && !cursor_.failed())
      if (auto const error = ports_error(selector_.protocol, types); !error.empty())
        cursor_.fail(field, error);
    return selector_;
  }

 private:
  /// Reads a word of the selector and its value; false if the next word does not belong to it.
  bool read_word(std::string_view name) {
    bool const any = !seen_.empty();
    if (name == "uid" || name == "dev") {
      if (!any) return false;
      auto const& word = cursor_.take();
      if (name == "uid")
        passed_over_.take(word);
      else
        passed_over_.take_one(word);
      return true;
    }
    bool const is_side = name == "src" || name == "dst";
    bool const is_other = name == "proto" || name == "sport" || name == "dport" || name == "type" ||
                          name == "code" || name == "key" || PassedOver::is_figure(name);
    if (!(is_side || (is_other && any)) || !seen_.emplace(name).second) return false;
    auto const& word = cursor_.take();
    if (name == "src")
      read_prefix(word, selector_.source, selector_.destination);
    else if (name == "dst")
      read_prefix(word, selector_.destination, selector_.source);
    else if (name == "proto")
      read_protocol(word);
    else if (name == "key" || PassedOver::is_figure(name))
      refuse(word);
    else
      read_ports(word, name == "sport" || name == "type" ? selector_.source_port
                                                         : selector_.destination_port);
    return true;
  }

  void refuse(Word const& word) {
    cursor_.fail(word,
                 quoted(word.text) +
                     " is not supported; expected a selector of addresses, protocol and ports");
    cursor_.skip_row();
  }
  void read_prefix(Word const& side, std::optional<IpPrefix>& into,
                   std::optional<IpPrefix> const& other) {
    auto const* const word = cursor_.value(side, "an address or ADDRESS/LENGTH");
    if (word == nullptr) return;
    auto const prefix = parse_prefix(std::string(word->text));
    if (!prefix)
      cursor_.fail(*word,
                   quoted(word->text) + ": expected an IPv4 or IPv6 address or ADDRESS/LENGTH");
    else if (other && other->address.version != prefix->address.version)
      cursor_.fail(*word, "expected an IPv" + std::to_string(other->address.version) +
                              " prefix, as on the selector's other side");
    into = prefix.value_or(IpPrefix{});
  }
  void read_protocol(Word const& name) {
    auto const* const word = cursor_.value(name, "an IP protocol");
    if (word == nullptr) return;
    selector_.protocol = parse_protocol(word->text);
    if (selector_.protocol) return;
    cursor_.fail(*word, quoted(word->text) + ": " + protocol_expected(word->text));
    selector_.protocol = 0;
  }
  void read_ports(Word const& name, PortRange& into) {
    bool const is_port = name.text == "sport" || name.text == "dport";
    std::string const expected =
        is_port ? "a port, or a range like 8000-8099" : "a number up to 255, or FIRST-LAST";
    auto const* const word = cursor_.value(name, expected);
    if (word == nullptr) return;
    if (auto const parsed = parse_ports(word->text, is_port ? 0xffff : 0xff))
      into = *parsed;
    else
      cursor_.fail(*word, quoted(word->text) + ": expected " + expected);
  }

  SaCursor& cursor_;
  PassedOver& passed_over_;
  TrafficSelector selector_;
  std::set<std::string, std::less<>> seen_;
};

}  // namespace

TrafficSelector read_selector(SaCursor& cursor, PassedOver& passed_over, Word const& field) {
  return SelectorReader(cursor, passed_over).read(field);
}

}  // namespace warpline::ipsec
