// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.hpp"

namespace warpline::ids {

/// What the class of a rule stands for.
struct Classification {
  std::string text;           ///< the alert's category
  std::uint8_t priority = 3;  ///< 1 is the most important
  friend bool operator==(Classification const&, Classification const&) = default;
};
using Classifications = std::map<std::string, Classification, std::less<>>;  ///< by class

/// The beginnings of addresses, by the kind of a reference.
using ReferenceUrls = std::map<std::string, std::string, std::less<>>;

/// The classes and priorities that Suricata ships, for use without a file.
Classifications default_classifications();

/// Reads a classification.config: lines `config classification: NAME,TEXT,PRIORITY`. Names are in
/// lower case afterwards. Throws `ConfigError` with all errors of the file, each with its place: a
/// line that is none of these, a bad name, no text, a priority that is not from 1 to 255, a class
/// with two meanings.
Classifications read_classifications(std::shared_ptr<Source const> const& source);

/// Reads a reference.config: lines `config reference: KIND URL`. Errors as for classes.
ReferenceUrls read_reference_urls(std::shared_ptr<Source const> const& source);

/// `text` with ASCII letters in lower case.
std::string lower_case(std::string_view text);

}  // namespace warpline::ids
