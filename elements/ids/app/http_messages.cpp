// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0

// What libhtp calls while it parses a message.

#include <htp/htp.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "elements/ids/app/http_parser.hpp"

namespace warpline::ids {
namespace {

// libhtp allocates by malloc, so its memory is estimated: measured with 0.5.42 and glibc.
constexpr std::size_t kParsedSize = 3072;        // of a transaction without its headers
constexpr std::size_t kLineSize = 176;           // of a header without its bytes
constexpr std::size_t kHeaderCopies = 3;         // of each byte of a header
constexpr std::size_t kListEntrySize = 16;       // of a connection's list, which only grows
constexpr std::size_t kDecoderSize = 56 * 1024;  // zlib's state and window, and libhtp's buffer

/// True if the body has the name of the path. Suricata shows only bodies with a name as files.
bool has_path(htp_tx_t const& parsed) {
  return parsed.parsed_uri != nullptr && parsed.parsed_uri->path != nullptr;
}

std::uint8_t lower(std::uint8_t c) {
  return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

/// True if the bytes after the transaction are of another protocol (RFC 9110, 9.3.6).
bool is_tunnel(htp_tx_t const& parsed) {
  return parsed.request_method_number == HTP_M_CONNECT && parsed.response_status_number >= 200 &&
         parsed.response_status_number < 300;
}

}  // namespace

bool HttpParser::account(HttpTransaction& transaction) {
  auto const now =
      transaction.memory() + transaction.decoders[0] + transaction.decoders[1] + kParsedSize +
      kLineSize * transaction.lines +
      kHeaderCopies * (transaction.raw_headers[0].size() + transaction.raw_headers[1].size());
  count(transaction.accounted, now);
  transaction.accounted = now;
  auto& budget = shared_.memory_;
  for (auto& unused = shared_.unused_; budget.used > budget.limit && !unused.empty();
       unused.pop_back())
    budget.replace(unused.back()->memory(), 0);
  if (budget.used <= budget.limit) return true;
  if (status_ == Status::kContinue) ++shared_.out_of_memory_;
  fail();
  return false;
}

HttpTransaction* HttpParser::begin(htp_tx_t& parsed) {
  if (end_ - first_ + removed_.size() >= shared_.options_.max_transactions) {
    if (status_ == Status::kContinue) ++shared_.too_many_transactions_;
    fail();
    return nullptr;
  }
  std::unique_ptr<HttpTransaction> transaction;
  if (shared_.unused_.empty()) {
    transaction = std::make_unique<HttpTransaction>();
  } else {
    transaction = std::move(shared_.unused_.back());
    shared_.unused_.pop_back();
    shared_.memory_.replace(transaction->memory(), 0);
  }
  transaction->parsed = &parsed;
  count(0, kListEntrySize);
  htp_tx_set_user_data(&parsed, transaction.get());
  auto* const result = transaction.get();
  if (end_ - first_ == transactions_.size()) grow();
  slot(end_++) = std::move(transaction);
  return account(*result) ? result : nullptr;
}

/// Doubles the ring of transactions.
void HttpParser::grow() {
  decltype(transactions_) larger(transactions_.empty() ? 1 : 2 * transactions_.size());
  for (auto number = first_; number < end_; ++number)
    larger[number & (larger.size() - 1)] = std::move(slot(number));
  transactions_.swap(larger);
}

bool HttpParser::set_uri(HttpTransaction& transaction) {
  auto const* const uri = transaction.parsed->parsed_uri;
  if (uri == nullptr) return true;
  auto& bytes = transaction.uri;
  bytes.clear();
  auto const append = [&](bstr const* text) {
    bytes.insert(bytes.end(), bstr_ptr(text), bstr_ptr(text) + bstr_len(text));
  };
  if (uri->path != nullptr) append(uri->path);
  if (uri->query != nullptr) {
    bytes.push_back('?');
    if (auto* const query = bstr_dup(uri->query)) {
      std::uint64_t flags = 0;
      htp_urldecode_inplace(transaction.parsed->cfg, HTP_DECODER_URLENCODED, query, &flags);
      append(query);
      bstr_free(query);
    }
  }
  if (uri->fragment != nullptr) {
    bytes.push_back('#');
    append(uri->fragment);
  }
  transaction.has_uri = true;
  return account(transaction);
}

bool HttpParser::add_raw_header(HttpTransaction& transaction, bool to_server, Bytes bytes) {
  auto& raw = transaction.raw_headers[to_server];
  raw.insert(raw.end(), bytes.data, bytes.data + bytes.size);
  transaction.lines +=
      static_cast<std::size_t>(std::count(bytes.data, bytes.data + bytes.size, '\n'));
  return account(transaction);
}

bool HttpParser::end_headers(HttpTransaction& transaction, bool to_server) {
  auto const& parsed = *transaction.parsed;
  auto const coding =
      to_server ? parsed.request_content_encoding : parsed.response_content_encoding_processing;
  if (coding == HTP_COMPRESSION_GZIP || coding == HTP_COMPRESSION_DEFLATE)
    transaction.decoders[to_server] = kDecoderSize;
  if (to_server) {
    if (auto const* const name = parsed.request_hostname) {
      auto& host = transaction.host;  // libhtp leaves a name before a port as it is
      host.assign(bstr_ptr(name), bstr_ptr(name) + bstr_len(name));
      std::ranges::transform(host, host.begin(), lower);
    }
    auto const method = parsed.request_method_number;
    transaction.is_file[1] = (method == HTP_M_POST || method == HTP_M_PUT) && has_path(parsed);
    if (auto const type = header(transaction, true, "content-type"); type && method == HTP_M_POST)
      transaction.form.begin({reinterpret_cast<char const*>(type->data), type->size});
  }
  return account(transaction);
}

bool HttpParser::is_response_file(HttpTransaction const& transaction) const {
  if (has_path(*transaction.parsed)) return true;
  auto const disposition = header(transaction, false, "content-disposition");
  return disposition && HttpForm::has_file_name(
                            {reinterpret_cast<char const*>(disposition->data), disposition->size});
}

bool HttpParser::add_body(HttpTransaction& transaction, bool to_server, Bytes bytes) {
  if (bytes.size == 0 || bytes.data == nullptr) return true;
  auto& body = transaction.bodies[to_server];
  if (!to_server && body.size() == 0) transaction.is_file[0] = is_response_file(transaction);
  if (body.add(limits(to_server), bytes) == 0) return true;
  if (to_server && transaction.form.is_form())
    transaction.form.scan(body.from(0), body.size() >= limits(true).max_size);
  return account(transaction);
}

bool HttpParser::end_message(HttpTransaction& transaction, bool to_server) {
  transaction.decoders[to_server] = 0;
  if (to_server && transaction.form.is_form())
    transaction.form.scan(transaction.bodies[1].from(0), true);
  if (!to_server && is_tunnel(*transaction.parsed) && status_ == Status::kContinue)
    status_ = Status::kNewProtocol;
  return account(transaction);
}

}  // namespace warpline::ids
