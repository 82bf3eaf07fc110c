// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <map>
#include <memory>
#include <string>

#include "core/element/control_answer.hpp"
#include "elements/ipsec/database/sa_database.hpp"

namespace warpline::ipsec {

/// `direction`, `spi` and `destination` of an SA; docs/ipsec.md describes all members.
boost::json::object describe(SaName const& name);
/// The description of an SA for `list`.
boost::json::object describe(SaStatus const& sa);

/// Databases by the text that names their files.
using SaDatabaseMap = std::map<std::string, std::shared_ptr<SaDatabase>>;

/// The answer to `list`, made some SAs at a time. An SA that is added or removed while a client reads
/// is in it or not.
ControlAnswer list_sas(SaDatabaseMap const& databases);

/// The answer to `export`: all SAs of a database in one JSON string, as `ip xfrm state list nokeys`
/// prints them, made some at a time.
ControlAnswer export_sas(std::shared_ptr<SaDatabase> database);

}  // namespace warpline::ipsec
