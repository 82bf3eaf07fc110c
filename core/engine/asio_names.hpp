// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/error_code.hpp>

namespace boost::asio {
class io_context;
}

/// Names of Asio for headers that many files include: Asio itself costs each of them half a second
/// of compiling, so only what calls it includes it.
namespace warpline {

namespace asio = boost::asio;
using boost::system::error_code;

}  // namespace warpline
