// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <vector>

#include "elements/ids/app/dns_json.hpp"
#include "elements/ids/app/dns_message.hpp"
#include "elements/ids/app/probe.hpp"
#include "elements/ids/app/sessions.hpp"
#include "elements/ids/app/transaction_ring.hpp"

namespace warpline::ids {
namespace {

using dns::Parse;

// What rules and records see of the questions of a message. Pointers can make each question of six bytes
// a name of 1,025.
constexpr unsigned kMaxQuestions = 1024;      ///< as Suricata's rules
constexpr std::size_t kMaxNames = 64 * 1024;  ///< bytes of all names; no message is longer

struct Question {
  std::uint32_t offset;    ///< in the message
  std::uint32_t name_end;  ///< in `DnsTransaction::names`
};

struct DnsTransaction {
  TransactionState state;
  bool is_request = false;
  std::vector<std::uint8_t> message;
  std::vector<std::uint8_t> names;  ///< of the questions, one after the other
  std::vector<Question> questions;  ///< of a request

  void clear() {
    state.clear();
    message.clear();
    names.clear();
    questions.clear();
  }
  std::size_t memory() const {
    return message.capacity() + names.capacity() + questions.capacity() * sizeof(Question);
  }
  Bytes bytes() const { return {message.data(), static_cast<std::uint32_t>(message.size())}; }
};

class DnsSession final : public AppSession {
 public:
  explicit DnsSession(bool over_tcp) : over_tcp_(over_tcp) {}

  Status add(bool to_server, Bytes bytes) override {
    if (over_tcp_) return add_stream(to_server, bytes);
    message(to_server, bytes);
    return Status::kContinue;
  }

  Status skip(bool to_server, std::uint32_t) override {
    auto& stream = streams_[to_server];
    stream.pending.clear();
    stream.after_gap = true;
    return Status::kContinue;
  }

  void close(bool) override {}

  void reset() override {
    transactions_.reset();
    for (auto& stream : streams_) {
      stream.pending.clear();
      stream.after_gap = false;
    }
  }

  std::uint64_t first() const override { return transactions_.first(); }
  std::uint64_t end() const override { return transactions_.end(); }
  TransactionState& state(std::uint64_t number) override { return transactions_[number].state; }
  bool is_complete(std::uint64_t, bool) const override { return true; }
  bool has_direction(std::uint64_t number, bool to_server) const override {
    return transactions_[number].is_request == to_server;
  }
  void remove_first() override { transactions_.remove_first(); }

  std::optional<AppBuffer> buffer(std::uint64_t number, bool to_server, Buffer buffer,
                                  unsigned instance) override {
    auto const& transaction = transactions_[number];
    bool const is_there = to_server && transaction.is_request && buffer == Buffer::kDnsQuery;
    auto const& questions = transaction.questions;
    if (!is_there || instance >= questions.size()) return std::nullopt;
    auto const begin = instance == 0 ? 0 : questions[instance - 1].name_end;
    return AppBuffer{{transaction.names.data() + begin, questions[instance].name_end - begin}};
  }

  std::optional<std::uint32_t> value(std::uint64_t number, bool, AppField field) const override {
    if (field != AppField::kDnsOpcode) return std::nullopt;
    return dns::read_header(transactions_[number].bytes()).opcode();
  }

  unsigned records(std::uint64_t number) const override {
    auto const& transaction = transactions_[number];
    if (transaction.is_request) return static_cast<unsigned>(transaction.questions.size());
    return dns::read_header(transaction.bytes()).questions > 0 ? 1 : 0;
  }
  void write_record(std::uint64_t number, unsigned index, JsonWriter& out) const override {
    auto const& transaction = transactions_[number];
    if (!transaction.is_request) return dns::write_response(out, transaction.bytes(), true);
    out.field("version", std::uint64_t{2});
    dns::write_question(out, transaction.bytes(), transaction.questions[index].offset, number);
  }
  void write(std::uint64_t number, JsonWriter& out) const override {
    auto const count = records(number);
    auto const& transaction = transactions_[number];
    out.field("version", std::uint64_t{2});
    if (count == 0) return;
    out.open(transaction.is_request ? "query" : "answer", transaction.is_request ? '[' : '{');
    if (!transaction.is_request) dns::write_response(out, transaction.bytes(), false);
    for (unsigned i = 0; transaction.is_request && i < count && !out.overflow(); ++i) {
      out.element();
      out.open('{');
      dns::write_question(out, transaction.bytes(), transaction.questions[i].offset, number);
      out.close('}');
    }
    out.close(transaction.is_request ? ']' : '}');
  }

  std::size_t memory() const override {
    return sizeof *this + transactions_.memory() + streams_[0].pending.capacity() +
           streams_[1].pending.capacity();
  }

 private:
  struct Stream {
    std::vector<std::uint8_t> pending;  ///< of a message that is not whole yet
    bool after_gap = false;
  };

  /// Makes the transaction of a message; false if it is not valid.
  bool message(bool to_server, Bytes bytes) {
    if (dns::check(bytes, !to_server) != Parse::kOk) return false;
    auto const header = dns::read_header(bytes);
    if (to_server && header.is_response()) return false;
    auto& transaction = transactions_.add();
    transaction.is_request = to_server;
    transaction.message.assign(bytes.data, bytes.data + bytes.size);
    if (!to_server) return true;
    dns::Reader reader(bytes);
    dns::Name name;
    std::uint16_t type = 0;
    for (unsigned i = 0; i < std::min<unsigned>(header.questions, kMaxQuestions); ++i) {
      auto const offset = bytes.size - reader.left();
      reader.question(&name, type);
      if (transaction.names.size() + name.size > kMaxNames) break;
      transaction.names.insert(transaction.names.end(), name.bytes.data(),
                               name.bytes.data() + name.size);
      transaction.questions.push_back(
          {offset, static_cast<std::uint32_t>(transaction.names.size())});
    }
    return true;
  }

  Status add_stream(bool to_server, Bytes bytes) {
    auto& [pending, after_gap] = streams_[to_server];
    bool const is_copy = !pending.empty();
    if (is_copy) {
      pending.insert(pending.end(), bytes.data, bytes.data + bytes.size);
      bytes = {pending.data(), static_cast<std::uint32_t>(pending.size())};
    }
    if (after_gap) {
      if (probe_dns(bytes, true) == Probe::kNo) return Status::kFailed;
      after_gap = false;
    }
    while (bytes.size >= dns::kLengthSize) {
      auto const size = static_cast<std::uint32_t>(bytes.data[0] << 8 | bytes.data[1]);
      if (bytes.size - dns::kLengthSize < size) break;
      if (size > 0 && !message(to_server, {bytes.data + dns::kLengthSize, size}))
        return Status::kFailed;
      bytes = bytes.after(dns::kLengthSize + size);
    }
    if (is_copy)
      pending.erase(pending.begin(), pending.end() - bytes.size);
    else
      pending.assign(bytes.data, bytes.data + bytes.size);
    return Status::kContinue;
  }

  TransactionRing<DnsTransaction> transactions_;
  Stream streams_[2];  ///< to the client, to the server
  bool over_tcp_;
};

}  // namespace

std::unique_ptr<AppSession> make_dns_session(bool over_tcp) {
  return std::make_unique<DnsSession>(over_tcp);
}

}  // namespace warpline::ids
