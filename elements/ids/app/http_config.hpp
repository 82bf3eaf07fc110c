// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

struct htp_cfg_t;

namespace warpline::ids {

struct HttpOptions;

/// libhtp's configuration, with the functions that it calls for each part of a message. The caller
/// frees it by `htp_config_destroy`. Throws `std::bad_alloc`.
htp_cfg_t* make_http_config(HttpOptions const& options);

}  // namespace warpline::ids
