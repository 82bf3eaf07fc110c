// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace warpline::ids::tls {

/// The name that Suricata gives an attribute of a certificate's subject or issuer, e.g. CN for
/// 2.5.4.3; empty if it writes the object identifier.
std::string_view attribute_name(std::string_view identifier);

}  // namespace warpline::ids::tls
