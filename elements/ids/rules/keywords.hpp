// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

#include "elements/ids/rules/option_reader.hpp"

namespace warpline::ids {

/// What a keyword is about.
enum class KeywordKind : std::uint8_t {
  kMeta,         ///< identifies or describes the rule
  kPayload,      ///< looks at bytes
  kBuffer,       ///< selects the bytes for the keywords after it
  kPacket,       ///< looks at headers
  kState,        ///< looks at or changes flows, bits and counts
  kApplication,  ///< selects a buffer of an application for the keywords after it
  kModifier,     ///< moves the content before it into such a buffer
  kTransform,    ///< changes the bytes of the selected buffer
  kField,        ///< looks at an application in another way
  kNotPlanned,   ///< not supported, and not planned
};

/// Whether a keyword has a value after a colon.
enum class KeywordValue : std::uint8_t { kNone, kOptional, kNeeded };

/// One line of the table of keywords.
struct Keyword {
  std::string_view name;
  KeywordKind kind;
  KeywordValue value;
  std::string_view summary;
  /// Reads the option into the rule; null if the keyword is not supported: its rule is left out.
  void (*read)(OptionReader&);
};

/// All keywords of Suricata 7 that rules use, by name.
std::span<Keyword const> keywords();
/// Null if there is none.
Keyword const* find_keyword(std::string_view name);

/// The keywords of one file each, for `keywords`.
std::span<Keyword const> meta_keywords();
std::span<Keyword const> content_keywords();
std::span<Keyword const> byte_keywords();
std::span<Keyword const> packet_keywords();
std::span<Keyword const> state_keywords();
std::span<Keyword const> pcre_keywords();
std::span<Keyword const> buffer_keywords();
std::span<Keyword const> transform_keywords();
std::span<Keyword const> app_keywords();
std::span<Keyword const> unplanned_keywords();

}  // namespace warpline::ids
