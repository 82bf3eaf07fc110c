// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "elements/ids/app/app_session.hpp"

namespace warpline::ids {

class HttpShared;
namespace tls {
class CertificateCache;
}

/// A session for a flow of the protocol; null if there is no parser for it. `with_ja3`: also makes the
/// fingerprints of TLS. What sessions share outlives them.
std::unique_ptr<AppSession> make_app_session(AppProtocol protocol, bool over_tcp, bool with_ja3,
                                             HttpShared& http, tls::CertificateCache& certificates);

}  // namespace warpline::ids
