// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/make_session.hpp"

#include "elements/ids/app/http_session.hpp"
#include "elements/ids/app/sessions.hpp"

namespace warpline::ids {

std::unique_ptr<AppSession> make_app_session(AppProtocol protocol, bool over_tcp, bool with_ja3,
                                             HttpShared& http,
                                             tls::CertificateCache& certificates) {
  switch (protocol) {
    case AppProtocol::kHttp:
      return make_http_session(http);
    case AppProtocol::kDns:
      return make_dns_session(over_tcp);
    case AppProtocol::kTls:
      return make_tls_session(with_ja3, &certificates);
    case AppProtocol::kSsh:
      return make_ssh_session();
    case AppProtocol::kFtp:
      return make_ftp_session();
    default:
      return nullptr;
  }
}

}  // namespace warpline::ids
