// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/app/app_protocol.hpp"
#include "elements/ids/json_writer.hpp"
#include "elements/ids/rules/buffers.hpp"

namespace warpline::ids {

/// A buffer of a transaction. The bytes stay until the session's next call that is not `const`.
struct AppBuffer {
  Bytes bytes{};
  /// Of bodies, bytes of the whole body before `bytes`: those that rules have seen and need not see
  /// again.
  std::uint64_t offset = 0;
};

/// How far a body of a transaction was searched.
struct SearchedBody {
  std::uint16_t buffer = 0;  ///< as the detector counts buffers
  std::uint64_t end = 0;     ///< bytes of the whole body
};

/// What the detector remembers of a transaction.
struct TransactionState {
  std::vector<std::uint32_t> candidates[2];  ///< rules whose pattern occurred, by direction
  std::vector<std::uint64_t> matched[2];     ///< rules that matched, by `Rule::key`, in order
  std::vector<std::uint32_t> settled[2];     ///< rules that matched or never will, in order
  std::uint64_t searched[2]{};               ///< bits: buffers that were searched, by direction
  std::vector<SearchedBody> bodies[2];       ///< that were searched, by direction
  bool complete[2]{};                        ///< rules have seen the complete direction
  bool is_recorded = false;                  ///< its record was written

  bool has_matched(unsigned direction, std::uint64_t key) const {
    return std::binary_search(matched[direction].begin(), matched[direction].end(), key);
  }
  bool is_settled(unsigned direction, std::uint32_t rule) const {
    return std::binary_search(settled[direction].begin(), settled[direction].end(), rule);
  }
  void settle(unsigned direction, std::uint32_t rule) { insert(settled[direction], rule); }
  void add_match(unsigned direction, std::uint64_t key) { insert(matched[direction], key); }
  /// Other rules will search the buffers.
  void forget_search() {
    for (auto& rules : candidates) rules.clear();
    for (auto& rules : settled) rules.clear();
    for (auto& searched_bodies : bodies) searched_bodies.clear();
    searched[0] = searched[1] = 0;
  }
  void clear() {
    forget_search();
    for (auto& rules : matched) rules.clear();
    complete[0] = complete[1] = is_recorded = false;
  }

 private:
  template <class Value>
  static void insert(std::vector<Value>& values, Value value) {
    auto const place = std::lower_bound(values.begin(), values.end(), value);
    if (place == values.end() || *place != value) values.insert(place, value);
  }
};

/// The parser of one flow's application protocol. Takes the bytes of both directions and makes
/// transactions, which are numbered from 0. Directions: true for the bytes from the client.
/// One thread. Never throws; refuses what it cannot parse by `Status::kFailed`.
class AppSession {
 public:
  enum class Status : std::uint8_t {
    kContinue,
    kFailed,            ///< the bytes are not of this protocol: nothing more is parsed
    kDone,              ///< nothing more will be parsed
    kBeginsEncryption,  ///< like kContinue; rules of payloads see no more
    kEncrypted,         ///< like kDone; rules of payloads see no more
    kNewProtocol,       ///< like kDone, and the protocol of the next bytes is to be detected
  };

  virtual ~AppSession() = default;

  /// Parses the next bytes of a direction; of a datagram protocol, one message.
  virtual Status add(bool to_server, Bytes bytes) = 0;
  /// `size` bytes of a direction are missing.
  virtual Status skip(bool to_server, std::uint32_t size) = 0;
  /// No more bytes of this direction come.
  virtual void close(bool to_server) = 0;
  /// Makes the session as a new one. Keeps memory for the next flow.
  virtual void reset() = 0;

  /// The transactions that are in memory: numbers from `first` to `end` - 1.
  virtual std::uint64_t first() const = 0;
  virtual std::uint64_t end() const = 0;
  /// Transactions from this number on have no bytes of a direction yet.
  virtual std::uint64_t begun(bool to_server) const {
    (void)to_server;
    return end();
  }
  virtual TransactionState& state(std::uint64_t number) = 0;
  /// True if no more bytes of this direction can belong to the transaction.
  virtual bool is_complete(std::uint64_t number, bool to_server) const = 0;
  /// False if no bytes of this direction can belong to the transaction, which rules then do not
  /// inspect in it: requests and responses of DNS are transactions of their own.
  virtual bool has_direction(std::uint64_t number, bool to_server) const {
    (void)number, (void)to_server;
    return true;
  }
  /// A buffer of a transaction; empty if it does not exist, or does not exist yet. `instance`: of
  /// buffers that occur several times, from 0: names of a DNS query, single headers.
  virtual std::optional<AppBuffer> buffer(std::uint64_t number, bool to_server, Buffer buffer,
                                          unsigned instance = 0) = 0;
  /// A number that a keyword compares, as it is for this direction; empty if it is not known.
  virtual std::optional<std::uint32_t> value(std::uint64_t number, bool to_server,
                                             AppField field) const {
    (void)number, (void)to_server, (void)field;
    return std::nullopt;
  }
  /// Rules have seen all buffers of a direction as they are now: bodies may forget bytes.
  virtual void set_inspected(std::uint64_t number, bool to_server) {
    (void)number, (void)to_server;
  }
  /// Forgets the transaction `first()`.
  virtual void remove_first() = 0;

  /// Writes the members of the EVE object that has the protocol's name, as alerts have them.
  virtual void write(std::uint64_t number, JsonWriter& out) const = 0;
  /// How many EVE records the transaction makes, e.g. one for each question of a DNS request.
  virtual unsigned records(std::uint64_t number) const {
    (void)number;
    return 1;
  }
  /// Writes the members of the record `index`, counted from 0.
  virtual void write_record(std::uint64_t number, unsigned index, JsonWriter& out) const {
    (void)index;
    write(number, out);
  }
  /// Bytes of memory that the session holds.
  virtual std::size_t memory() const = 0;

  /// Makes the session as a new one, with what rules remember of it.
  void restart() {
    reset();
    inspected_[0] = inspected_[1] = 0;
  }
  /// Rules have seen the complete transactions before this number, by direction: 0 from the client.
  std::uint64_t& inspected(unsigned direction) { return inspected_[direction]; }

 private:
  std::uint64_t inspected_[2]{};
};

}  // namespace warpline::ids
