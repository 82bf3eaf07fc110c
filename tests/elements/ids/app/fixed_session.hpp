// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/ids/app/app_session.hpp"

namespace warpline::test {

/// A session of a protocol that does not exist. Each call of `add` makes a transaction, complete in
/// both directions, whose first buffer is these bytes.
class FixedSession final : public ids::AppSession {
 public:
  Status add(bool to_server, Bytes bytes) override {
    transactions_.push_back({{bytes.data, bytes.data + bytes.size}, to_server, {}});
    return Status::kContinue;
  }
  Status skip(bool, std::uint32_t) override { return Status::kFailed; }
  void close(bool) override {}
  void reset() override {
    transactions_.clear();
    first_ = 0;
  }
  std::uint64_t first() const override { return first_; }
  std::uint64_t end() const override { return transactions_.size(); }
  ids::TransactionState& state(std::uint64_t number) override {
    return transactions_[number].state;
  }
  bool is_complete(std::uint64_t, bool) const override { return true; }
  std::optional<ids::AppBuffer> buffer(std::uint64_t number, bool to_server, ids::Buffer,
                                       unsigned instance) override {
    auto const& one = transactions_[number];
    if (to_server != one.to_server || instance > 0) return std::nullopt;
    return ids::AppBuffer{{one.bytes.data(), static_cast<std::uint32_t>(one.bytes.size())}};
  }
  void remove_first() override { ++first_; }
  void write(std::uint64_t number, ids::JsonWriter& out) const override {
    out.field("size", transactions_[number].bytes.size());
  }
  std::size_t memory() const override { return 0; }

 private:
  struct Transaction {
    std::vector<std::uint8_t> bytes;
    bool to_server;
    ids::TransactionState state;
  };
  std::vector<Transaction> transactions_;
  std::uint64_t first_ = 0;
};

}  // namespace warpline::test
