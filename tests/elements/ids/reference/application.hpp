// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "elements/ids/rules/rule.hpp"
#include "tests/elements/ids/reference/http_reader.hpp"

namespace warpline::ids::reference {

/// True if the rule looks at transactions.
bool looks_at_transactions(Rule const& rule);

/// The bytes of a buffer after transforms.
std::string transformed(std::string bytes, Transforms const& transforms);

/// The transactions of a flow as rules see them. With each packet, all that was read so far is parsed
/// again from the beginning.
class Application {
 public:
  struct Transaction {
    Exchange exchange;
    std::set<std::size_t> matched[2];  ///< rules, by index
    bool seen[2]{}, body_seen[2]{};    ///< by rules: all of a direction
  };

  /// Reads a stream up to the end of `text`, which begins with its first byte. `closed`: no more come.
  void read_stream(bool to_server, std::string const& text, bool closed);
  void read_datagram(bool to_server, std::uint32_t server_port, std::string const& payload);

  AppProtocol protocol() const { return protocol_; }
  /// True if something was read of this direction since the last call.
  bool take_changed(bool to_server);
  std::vector<Transaction>& transactions() { return transactions_; }
  /// Rules have seen this direction of all transactions.
  void set_seen(bool to_server);

  /// True if the keywords of a rule that look at transactions match. `run`: evaluates the keywords of
  /// one buffer.
  using Run = std::function<bool(std::vector<BufferMatch> const&, std::string const&)>;
  static bool matches(Rule const& rule, Transaction const& transaction, bool to_server,
                      Run const& run);

 private:
  AppProtocol protocol_ = AppProtocol::kUnknown;
  std::string texts_[2];  // by direction: of the client, of the server
  bool changed_[2]{};
  std::vector<Transaction> transactions_;
};

}  // namespace warpline::ids::reference
