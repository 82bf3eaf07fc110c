// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "elements/ids/app/app_session.hpp"
#include "elements/ids/app/http_body.hpp"
#include "elements/ids/app/http_form.hpp"

struct htp_tx_t;

namespace warpline::ids {

/// What a session keeps of a request and its response besides libhtp's transaction. Arrays: by
/// direction, the request at 1.
struct HttpTransaction {
  htp_tx_t* parsed = nullptr;
  TransactionState state;
  std::vector<std::uint8_t> uri;   ///< normalised
  std::vector<std::uint8_t> host;  ///< without port, in lower case
  std::vector<std::uint8_t> raw_headers[2];
  std::size_t lines = 0;  ///< of the headers of both directions
  HttpBody bodies[2];
  HttpForm form;              ///< files in the request's body
  std::size_t decoders[2]{};  ///< bytes of libhtp's decompressors
  std::size_t accounted = 0;  ///< bytes that the session has counted
  bool has_uri = false;
  bool is_file[2]{};  ///< the body is a file: it has a name

  /// Bytes that are its own.
  std::size_t memory() const {
    return sizeof *this + uri.capacity() + host.capacity() + raw_headers[0].capacity() +
           raw_headers[1].capacity() + bodies[0].memory() + bodies[1].memory() + form.memory();
  }
  /// Makes it as a new one. Keeps memory, unless it is much.
  void clear();
};

}  // namespace warpline::ids
