// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/app/app_memory.hpp"
#include "elements/ids/app/app_session.hpp"

struct htp_cfg_t;

namespace warpline::ids {

class HttpParser;
struct HttpTransaction;

/// Sizes of a body in bytes.
struct HttpBodyLimits {
  std::uint32_t max_size;          ///< later bytes are not kept
  std::uint32_t min_inspect_size;  ///< rules see no shorter body, unless it is complete
  /// Of the bytes that rules have seen, shown again. Rules see a quarter of it or more at a time.
  std::uint32_t inspect_window;
};

/// The defaults are those of Suricata's configuration file, and where it has none those of
/// Suricata 7.
struct HttpOptions {
  HttpBodyLimits request{100 * 1024, 32 * 1024, 4 * 1024};
  HttpBodyLimits response{100 * 1024, 40 * 1024, 16 * 1024};
  bool inspect_at_once = false;              ///< rules see each piece of a body as it comes
  std::uint32_t max_transactions = 512;      ///< of a connection at a time
  std::uint32_t max_headers = 1024;          ///< of a request or response
  std::uint32_t max_line_size = 18'000;      ///< of a request line, header or chunk length
  std::uint32_t max_decompressed = 1 << 20;  ///< of a body whose ratio is above 2,048
  std::uint32_t max_compression_layers = 2;  ///< of a response
  /// Of a transaction; libhtp looks at its clock each 2 MiB, when rules have seen all they see.
  std::uint32_t max_inflate_time_us = 2'000;
  std::size_t memory = std::size_t{64} << 20;  ///< HTTP_MEMORY: of all sessions of a worker
};

/// What the HTTP sessions of one worker share: the configuration of libhtp, the budget of memory,
/// and transactions that wait for their next use. Outlives its sessions. One thread.
class HttpShared {
 public:
  /// Throws `std::bad_alloc`.
  explicit HttpShared(HttpOptions const& options = {});
  ~HttpShared();
  HttpShared(HttpShared const&) = delete;
  HttpShared& operator=(HttpShared const&) = delete;

  HttpOptions const& options() const { return options_; }
  /// The sizes of bodies and memory hold from now on. The others, which libhtp knows, must be the
  /// same.
  void set_options(HttpOptions const& options) {
    options_ = options;
    memory_.limit = options.memory;
  }
  /// Bytes that the sessions hold, libhtp's estimated, and those of unused transactions.
  std::size_t memory() const { return memory_.used; }
  /// Sessions of other protocols count theirs there, too.
  AppMemory& budget() { return memory_; }
  /// Sessions that failed because the memory was used up.
  std::uint64_t out_of_memory() const { return out_of_memory_; }
  /// Sessions that failed because of too many transactions at a time.
  std::uint64_t too_many_transactions() const { return too_many_transactions_; }

 private:
  friend HttpParser;

  /// A buffer that is put together from headers, as long as no session has parsed more.
  struct Built {
    HttpParser const* session = nullptr;
    std::uint64_t number = 0, revision = 0;
    unsigned instance = 0;
    Buffer buffer{};
    bool to_server = false;
    std::vector<std::uint8_t> bytes;
  };

  HttpOptions options_;
  htp_cfg_t* config_;
  std::vector<std::unique_ptr<HttpTransaction>> unused_;
  Built built_[4][2];           // by form and direction
  std::uint64_t revision_ = 1;  // changes when a session changes
  AppMemory memory_;
  std::uint64_t out_of_memory_ = 0, too_many_transactions_ = 0;
};

/// A session of HTTP/1, parsed by libhtp. `file.data` of requests has an instance for each file of a
/// form; single headers have one for each header.
std::unique_ptr<AppSession> make_http_session(HttpShared& shared);

}  // namespace warpline::ids
