// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/control_request.hpp"

#include "core/base/error.hpp"
#include "core/base/mask_keys.hpp"
#include "core/base/secret_json.hpp"

namespace warpline {

namespace json = boost::json;

// Values are moved: copies and assignments would take memory that is not overwritten.
ControlRequest::ControlRequest(std::string_view line)
    : members_([line] {
        json::error_code error;
        auto value = parse_secret_json(line, error);
        if (error) throw ConfigError("this is not JSON (" + error.message() + ")");
        if (!value.is_object())
          throw ConfigError("expected a JSON object, such as {\"command\": \"metrics\"}");
        return std::move(value.as_object());
      }()) {}

json::value ControlRequest::take(std::string const& name, std::string const& expected) {
  auto const member = members_.find(name);
  if (member == members_.end()) throw ConfigError("no \"" + name + "\"; expected " + expected);
  auto value = std::move(member->value());
  members_.erase(member);
  return value;
}

json::string ControlRequest::take_text(std::string const& name, std::string const& expected) {
  auto value = take(name, expected);
  if (!value.is_string()) throw ConfigError("\"" + name + "\": expected " + expected);
  return std::move(value.as_string());
}

void ControlRequest::finish() const {
  if (!members_.empty())
    throw ConfigError("unknown member \"" + mask_keys(members_.begin()->key()) + "\"");
}

}  // namespace warpline
