// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpline::click {

/// Limits that bound stack, memory and time for any text, also a hostile one. They are far above
/// the needs of a real pipeline; each has its own error.
inline constexpr std::size_t kMaxSourceBytes = std::size_t{1} << 20;
inline constexpr std::size_t kMaxNameBytes = 255;
inline constexpr std::uint32_t kMaxPort = 65535;

/// Of braces in the text, and of compounds used inside compounds.
inline constexpr std::size_t kMaxBraceDepth = 32;
inline constexpr std::size_t kMaxCompoundDepth = 64;

/// Mentions of elements, connections and parameters in the text.
inline constexpr std::size_t kMaxMentions = 65536;
inline constexpr std::size_t kMaxParameters = 4096;

/// After expansion: elements and compounds together, connections, bytes of one argument, bytes of
/// all names and arguments together, and units of work.
inline constexpr std::size_t kMaxElements = 16384;
inline constexpr std::size_t kMaxConnections = 65536;
inline constexpr std::size_t kMaxArgumentBytes = 65536;
inline constexpr std::size_t kMaxTextBytes = std::size_t{16} << 20;
inline constexpr std::size_t kMaxSteps = std::size_t{1} << 20;

}  // namespace warpline::click
