// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "core/args.hpp"
#include "elements/ipsec/sa_database.hpp"
#include "elements/ipsec/suite.hpp"

namespace warpline::ipsec {

/// The argument SUITE where it is there. Throws `ConfigError` at it, naming the known ones.
std::optional<Suite> suite_argument(Args& args);

/// The database of the files that the arguments SA and POLICY name, of SAs of `suite` alone where one
/// is given. All elements and workers that name the same share it. Without SA, as NBA's pipelines
/// have it, one SA of `suite` for all packets with keys made up from the seed, good for measuring
/// alone; the user is told so. Throws `ConfigError` where there is neither SA nor `suite`.
std::shared_ptr<SaDatabase> database_argument(Args& args, std::optional<Suite> suite = {});

/// The databases of a program, by the text that names their files: for those who manage them.
class SaDatabases {
 public:
  /// Those that are still in use.
  std::map<std::string, std::shared_ptr<SaDatabase>> all() const;
  void add(std::string const& name, std::shared_ptr<SaDatabase> const& database);

 private:
  std::map<std::string, std::weak_ptr<SaDatabase>> databases_;
};

}  // namespace warpline::ipsec
