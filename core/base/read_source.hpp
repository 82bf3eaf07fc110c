// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "core/base/error.hpp"

namespace warpline {

/// Limits of `read_source`.
struct ReadOptions {
  std::size_t max_bytes = std::size_t{64} << 20;
  std::chrono::milliseconds max_silence = std::chrono::seconds(10);  ///< of a pipe
};

/// The whole of a regular file or a pipe as a source, without a UTF-8 byte order mark at its begin.
/// Never reads more than `max_bytes` + 1 bytes. The text is overwritten when the last owner is
/// gone, since it may contain keys. Throws `ConfigError` with the path: the system's reason; a
/// folder, device or socket; more than `max_bytes`; a NUL byte; or a pipe that sends nothing for
/// `max_silence`.
std::shared_ptr<Source const> read_source(std::string const& path, ReadOptions const& options);

/// A source whose text is overwritten when the last owner is gone.
std::shared_ptr<Source const> make_secret_source(std::string name, std::string text);

}  // namespace warpline
