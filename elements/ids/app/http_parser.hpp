// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "elements/ids/app/app_session.hpp"
#include "elements/ids/app/http_session.hpp"
#include "elements/ids/app/http_transaction.hpp"

struct htp_connp_t;

namespace warpline::ids {

/// The parser of an HTTP/1 connection. libhtp calls it back for each part of a message.
class HttpParser final : public AppSession {
 public:
  explicit HttpParser(HttpShared& shared);
  ~HttpParser() override;
  HttpParser(HttpParser const&) = delete;
  HttpParser& operator=(HttpParser const&) = delete;

  Status add(bool to_server, Bytes bytes) override;
  Status skip(bool to_server, std::uint32_t size) override;
  void close(bool to_server) override;
  void reset() override;
  std::uint64_t first() const override { return first_; }
  std::uint64_t end() const override { return end_; }
  std::uint64_t begun(bool to_server) const override { return to_server ? end_ : answered_; }
  TransactionState& state(std::uint64_t number) override { return of(number).state; }
  bool is_complete(std::uint64_t number, bool to_server) const override;
  std::optional<AppBuffer> buffer(std::uint64_t number, bool to_server, Buffer buffer,
                                  unsigned instance) override;
  void set_inspected(std::uint64_t number, bool to_server) override;
  void remove_first() override;
  void write(std::uint64_t number, JsonWriter& out) const override;
  std::size_t memory() const override { return memory_; }

  // Called by libhtp. They return false where the session cannot go on.
  HttpTransaction* begin(htp_tx_t& parsed);
  bool set_uri(HttpTransaction& transaction);
  bool add_raw_header(HttpTransaction& transaction, bool to_server, Bytes bytes);
  bool end_headers(HttpTransaction& transaction, bool to_server);
  bool add_body(HttpTransaction& transaction, bool to_server, Bytes bytes);
  bool end_message(HttpTransaction& transaction, bool to_server);

 private:
  /// How far a direction of a transaction is.
  enum class Progress : std::uint8_t { kNotStarted, kLine, kHeaders, kBody, kTrailer, kComplete };

  std::unique_ptr<HttpTransaction>& slot(std::uint64_t number) {
    return transactions_[number & (transactions_.size() - 1)];
  }
  HttpTransaction& of(std::uint64_t number) { return *slot(number); }
  HttpTransaction const& of(std::uint64_t number) const {
    return *transactions_[number & (transactions_.size() - 1)];
  }
  Status parse(bool to_server, std::uint8_t const* data, std::size_t size);
  void fail() { status_ = Status::kFailed; }
  void grow();
  bool account(HttpTransaction& transaction);
  void count(std::size_t before, std::size_t after);
  void release(std::unique_ptr<HttpTransaction> transaction);
  void release_removed();
  void note_answers();

  static Progress progress(HttpTransaction const& transaction, bool to_server);
  bool has_ended(bool to_server) const {
    return status_ != Status::kContinue || closed_[to_server];
  }
  bool is_after(HttpTransaction const& transaction, bool to_server, Progress state) const;
  bool has_all_body(HttpTransaction const& transaction, bool to_server) const;
  bool is_response_file(HttpTransaction const& transaction) const;
  HttpBodyLimits limits(bool to_server) const;
  std::optional<Bytes> header(HttpTransaction const& transaction, bool to_server,
                              char const* name) const;
  std::optional<AppBuffer> line_buffer(HttpTransaction const& transaction, bool to_server,
                                       Buffer buffer) const;
  std::optional<AppBuffer> header_buffer(HttpTransaction const& transaction, bool to_server,
                                         Buffer buffer) const;
  std::optional<AppBuffer> file(HttpTransaction const& transaction, bool to_server,
                                unsigned instance) const;
  std::optional<AppBuffer> built(std::uint64_t number, bool to_server, Buffer buffer,
                                 unsigned instance);

  HttpShared& shared_;
  htp_connp_t* connection_ = nullptr;
  std::vector<std::unique_ptr<HttpTransaction>> transactions_;  // a ring; a power of 2 or none
  std::vector<std::unique_ptr<HttpTransaction>> removed_;       // libhtp still needs them
  std::uint64_t first_ = 0, end_ = 0, answered_ = 0;  // from `answered_` on, no response has begun
  std::size_t memory_ = 0;
  Status status_ = Status::kContinue;
  bool closed_[2]{};
};

}  // namespace warpline::ids
