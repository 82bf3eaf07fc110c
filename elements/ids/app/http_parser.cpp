// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/http_parser.hpp"

#include <htp/htp.h>

#include <algorithm>
#include <new>
#include <utility>

#include "elements/ids/app/http_config.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kMaxUnused = 4096;  // transactions that wait for their next use

// libhtp allocates by malloc, so its memory is estimated: measured with 0.5.42 and glibc.
constexpr std::size_t kConnectionSize = 4096;

}  // namespace

HttpShared::HttpShared(HttpOptions const& options)
    : options_(options), config_(make_http_config(options)), memory_{options.memory} {
  unused_.reserve(kMaxUnused);
}

HttpShared::~HttpShared() { htp_config_destroy(config_); }

void HttpTransaction::clear() {
  parsed = nullptr;
  state.clear();
  for (auto* const bytes : {&uri, &host, &raw_headers[0], &raw_headers[1]}) bytes->clear();
  for (auto& body : bodies) body.clear();
  form.clear();
  lines = decoders[0] = decoders[1] = accounted = 0;
  has_uri = is_file[0] = is_file[1] = false;
}

HttpParser::HttpParser(HttpShared& shared) : shared_(shared) {}

HttpParser::~HttpParser() { reset(); }

void HttpParser::reset() {
  ++shared_.revision_;
  while (first_ < end_) remove_first();
  if (connection_ != nullptr) {
    htp_connp_destroy_all(connection_);
    connection_ = nullptr;
  }
  for (auto& transaction : removed_) {
    transaction->parsed = nullptr;
    release(std::move(transaction));
  }
  removed_.clear();
  count(memory_, 0);
  first_ = end_ = answered_ = 0;
  status_ = Status::kContinue;
  closed_[0] = closed_[1] = false;
}

AppSession::Status HttpParser::add(bool to_server, Bytes bytes) {
  if (bytes.size == 0) return status_;
  return parse(to_server, bytes.data, bytes.size);
}

AppSession::Status HttpParser::skip(bool to_server, std::uint32_t size) {
  if (size == 0) return status_;
  return parse(to_server, nullptr, size);
}

AppSession::Status HttpParser::parse(bool to_server, std::uint8_t const* data, std::size_t size) {
  if (has_ended(to_server)) return status_;
  ++shared_.revision_;
  if (connection_ == nullptr) {
    connection_ = htp_connp_create(shared_.config_);
    if (connection_ == nullptr) {
      fail();
      return status_;
    }
    htp_connp_open(connection_, nullptr, 0, nullptr, 0, nullptr);
    htp_connp_set_user_data(connection_, this);
    count(0, kConnectionSize);
  }
  auto const result = to_server ? htp_connp_req_data(connection_, nullptr, data, size)
                                : htp_connp_res_data(connection_, nullptr, data, size);
  if (result == HTP_STREAM_ERROR || result == HTP_STREAM_STOP) fail();
  if (result == HTP_STREAM_TUNNEL && status_ == Status::kContinue) status_ = Status::kDone;
  note_answers();
  release_removed();
  return status_;
}

void HttpParser::note_answers() {
  while (answered_ < end_ && progress(of(answered_), false) != Progress::kNotStarted) ++answered_;
}

void HttpParser::close(bool to_server) {
  if (closed_[to_server]) return;
  ++shared_.revision_;
  if (connection_ != nullptr && status_ == Status::kContinue) {
    if (to_server)
      htp_connp_req_close(connection_, nullptr);
    else
      htp_connp_close(connection_, nullptr);
  }
  closed_[to_server] = true;
  note_answers();
  for (auto number = first_; to_server && number < end_; ++number)
    if (auto& transaction = of(number); transaction.form.is_form())
      transaction.form.scan(transaction.bodies[1].from(0), true);
  release_removed();
}

bool HttpParser::is_complete(std::uint64_t number, bool to_server) const {
  return has_ended(to_server) || progress(of(number), to_server) == Progress::kComplete;
}

void HttpParser::set_inspected(std::uint64_t number, bool to_server) {
  auto& transaction = of(number);
  auto const all_there = has_all_body(transaction, to_server);
  auto const is_form = to_server && transaction.form.is_form();
  ++shared_.revision_;
  transaction.bodies[to_server].set_inspected(limits(to_server), all_there, is_form);
  if (is_form) transaction.form.set_inspected(limits(true), all_there);
}

void HttpParser::remove_first() {
  ++shared_.revision_;
  auto transaction = std::move(slot(first_++));
  answered_ = std::max(answered_, first_);
  if (transaction->parsed == nullptr || (progress(*transaction, true) == Progress::kComplete &&
                                         progress(*transaction, false) == Progress::kComplete)) {
    release(std::move(transaction));
    return;
  }
  removed_.push_back(std::move(transaction));
}

void HttpParser::release_removed() {
  for (std::size_t i = 0; i < removed_.size();) {
    auto& transaction = removed_[i];
    if (progress(*transaction, true) != Progress::kComplete ||
        progress(*transaction, false) != Progress::kComplete) {
      ++i;
      continue;
    }
    release(std::move(transaction));
    removed_.erase(removed_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void HttpParser::release(std::unique_ptr<HttpTransaction> transaction) {
  if (transaction->parsed != nullptr) {
    htp_tx_set_user_data(transaction->parsed, nullptr);
    htp_tx_destroy(transaction->parsed);
  }
  count(transaction->accounted, 0);
  transaction->clear();
  auto const& [limit, used] = shared_.memory_;
  bool const has_room = used + transaction->memory() <= limit;
  if (!has_room || shared_.unused_.size() == kMaxUnused) return;
  shared_.memory_.replace(0, transaction->memory());
  shared_.unused_.push_back(std::move(transaction));
}

/// Replaces one amount of memory of the session by another.
void HttpParser::count(std::size_t before, std::size_t after) {
  memory_ += after - before;
  shared_.memory_.replace(before, after);
}

std::unique_ptr<AppSession> make_http_session(HttpShared& shared) {
  return std::make_unique<HttpParser>(shared);
}

}  // namespace warpline::ids
