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

/// Reads a regular file or a pipe to its end, without a UTF-8 byte order mark at its beginning.
/// Never reads more than `max_bytes` + 1 bytes. The text may contain keys, so it is overwritten
/// when its last owner releases it. Throws `ConfigError` with the path and the reason if the file
/// cannot be read, is a folder, device or socket, has more than `max_bytes` or a NUL byte, or is a
/// pipe that sends nothing for `max_silence`.
std::shared_ptr<Source const> read_source(std::string const& path, ReadOptions const& options);

/// Creates a source whose text is overwritten when its last owner releases it.
std::shared_ptr<Source const> make_secret_source(std::string name, std::string text);

}  // namespace warpline
