// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/http_config.hpp"

#include <htp/htp.h>

#include <new>

#include "elements/ids/app/http_parser.hpp"

namespace warpline::ids {
namespace {

/// Calls a function of the session that parses a transaction. `call`: of the session and its own
/// part of the transaction.
template <class Call>
int in_session(htp_tx_t* parsed, Call call) {
  auto& session = *static_cast<HttpParser*>(htp_connp_get_user_data(parsed->connp));
  auto* transaction = static_cast<HttpTransaction*>(htp_tx_get_user_data(parsed));
  // A response without a request has no beginning.
  if (transaction == nullptr) transaction = session.begin(*parsed);
  if (transaction == nullptr || !call(session, *transaction)) return HTP_ERROR;
  return HTP_OK;
}

Bytes bytes_of(htp_tx_data_t const& data) {
  return {data.data, static_cast<std::uint32_t>(data.len)};
}

/// libhtp ignores an error here, and would begin one transaction after the other without end. A
/// session that cannot go on refuses the next part instead.
int on_start(htp_tx_t* parsed) {
  in_session(parsed, [](HttpParser&, HttpTransaction&) { return true; });
  return HTP_OK;
}

int on_request_line(htp_tx_t* parsed) {
  return in_session(parsed, [](HttpParser& session, HttpTransaction& transaction) {
    return session.set_uri(transaction);
  });
}

template <bool kToServer>
int on_header_data(htp_tx_data_t* data) {
  return in_session(data->tx, [&](HttpParser& session, HttpTransaction& transaction) {
    return session.add_raw_header(transaction, kToServer, bytes_of(*data));
  });
}

template <bool kToServer>
int on_headers(htp_tx_t* parsed) {
  return in_session(parsed, [](HttpParser& session, HttpTransaction& transaction) {
    return session.end_headers(transaction, kToServer);
  });
}

template <bool kToServer>
int on_body_data(htp_tx_data_t* data) {
  return in_session(data->tx, [&](HttpParser& session, HttpTransaction& transaction) {
    return session.add_body(transaction, kToServer, bytes_of(*data));
  });
}

template <bool kToServer>
int on_complete(htp_tx_t* parsed) {
  return in_session(parsed, [](HttpParser& session, HttpTransaction& transaction) {
    return session.end_message(transaction, kToServer);
  });
}

void register_functions(htp_cfg_t* config) {
  htp_config_register_request_start(config, on_start);
  htp_config_register_request_line(config, on_request_line);
  htp_config_register_request_header_data(config, on_header_data<true>);
  htp_config_register_request_trailer_data(config, on_header_data<true>);
  htp_config_register_request_headers(config, on_headers<true>);
  htp_config_register_request_body_data(config, on_body_data<true>);
  htp_config_register_request_complete(config, on_complete<true>);
  htp_config_register_response_start(config, on_start);
  htp_config_register_response_header_data(config, on_header_data<false>);
  htp_config_register_response_trailer_data(config, on_header_data<false>);
  htp_config_register_response_headers(config, on_headers<false>);
  htp_config_register_response_body_data(config, on_body_data<false>);
  htp_config_register_response_complete(config, on_complete<false>);
}

}  // namespace

htp_cfg_t* make_http_config(HttpOptions const& options) {
  auto* const config = htp_config_create();
  if (config == nullptr) throw std::bad_alloc();
  htp_config_set_server_personality(config, HTP_SERVER_IDS);
  // The personality makes the path lower case, which Suricata does not.
  htp_config_set_convert_lowercase(config, HTP_DECODER_URL_PATH, 0);
  htp_config_set_plusspace_decode(config, HTP_DECODER_URLENCODED, 0);
  htp_config_set_parse_request_cookies(config, 0);
  htp_config_set_log_level(config, HTP_LOG_NONE);
  htp_config_set_field_limits(config, options.max_line_size / 2, options.max_line_size);
  htp_config_set_number_headers_limit(config, options.max_headers);
  htp_config_set_request_decompression(config, 1);
  htp_config_set_response_decompression_layer_limit(
      config, static_cast<int>(options.max_compression_layers));
  htp_config_set_lzma_layers(config, 0);
  htp_config_set_compression_bomb_limit(config, options.max_decompressed);
  htp_config_set_compression_time_limit(config, options.max_inflate_time_us);
  register_functions(config);
  return config;
}

}  // namespace warpline::ids
