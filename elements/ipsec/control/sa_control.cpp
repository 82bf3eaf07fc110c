// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/control/sa_control.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "core/base/error.hpp"
#include "core/base/mask_keys.hpp"
#include "core/base/read_source.hpp"
#include "core/element/control_request.hpp"
#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/control/sa_json.hpp"

namespace warpline::ipsec {
namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;

constexpr double kDefaultKeepSeconds = 10, kMaxKeepSeconds = 1e6;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool same(SaName const& a, SaName const& b) {
  return a.direction == b.direction && a.spi == b.spi && a.destination == b.destination;
}

std::uint32_t spi_of(json::value const& value) {
  if (auto const* const number = value.if_int64();
      number != nullptr && *number >= 0 && *number <= 0xffffffff)
    return static_cast<std::uint32_t>(*number);
  if (auto const* const digits = value.if_string())
    if (auto const number = parse_number(*digits)) return *number;
  throw ConfigError("\"spi\": expected a number below 2^32, or such a number as text");
}

SaName name_of(json::value const& value) {
  auto const* const object = value.if_object();
  std::string const expected = "an object with \"direction\", \"spi\" and \"destination\"";
  if (object == nullptr) throw ConfigError("expected " + expected);
  auto const member = [&](char const* key) -> json::value const& {
    auto const* const entry = object->if_contains(key);
    if (entry == nullptr)
      throw ConfigError(std::string("no \"") + key + "\"; expected " + expected);
    return *entry;
  };
  SaName name;
  auto const& direction = member("direction");
  if (direction != "out" && direction != "in")
    throw ConfigError("\"direction\": expected \"out\" or \"in\"");
  name.direction = direction == "out" ? Direction::kOutbound : Direction::kInbound;
  name.spi = spi_of(member("spi"));
  auto const& destination = member("destination");
  auto const address =
      destination.is_string() ? parse_ip_address(destination.as_string().c_str()) : std::nullopt;
  if (!address) throw ConfigError("\"destination\": expected an IPv4 or IPv6 address");
  name.destination = *address;
  for (auto const& [key, ignored] : *object)
    if (key != "direction" && key != "spi" && key != "destination")
      throw ConfigError("unknown member \"" + mask_keys(key) + "\"; expected " + expected);
  return name;
}

/// SAs in the words of `ip xfrm state`; warnings about them are appended to `warnings`.
std::vector<SaConfig> take_sas(ControlRequest& request, std::vector<Diagnostic>& warnings) {
  auto const words = request.take_text("sa", "an SA in the words of `ip xfrm state`");
  std::string_view view = words;
  if (view.starts_with(kByteOrderMark)) view.remove_prefix(kByteOrderMark.size());
  auto const source = make_secret_source("sa", std::string(view));
  return parse_sa_file(*source, &warnings);
}

/// Seconds that the old SA of a rekey goes on receiving.
double take_keep_seconds(ControlRequest& request) {
  if (!request.contains("keep_seconds")) return kDefaultKeepSeconds;
  auto const value = request.take("keep_seconds", "a number");
  auto const seconds = value.is_number() ? value.to_number<double>() : -1;
  if (!(seconds >= 0 && seconds <= kMaxKeepSeconds))
    throw ConfigError("\"keep_seconds\": expected a number, 0 to 1000000");
  return seconds;
}

ControlAnswer done(json::object object) {
  object["ok"] = true;
  return json::serialize(object);
}

/// The answer to a request that added SAs, with the warnings about their text.
json::object added(std::size_t count, std::vector<Diagnostic> const& warnings) {
  json::object object{{"added", count}};
  if (warnings.empty()) return object;
  json::array array;
  for (auto const& warning : warnings) array.emplace_back(warning.message);
  object["notes"] = std::move(array);
  return object;
}

}  // namespace

std::vector<std::string> SaControl::commands() {
  return {"list", "export", "add", "delete", "rekey"};
}

ControlAnswer SaControl::answer(std::string_view command, ControlRequest& request) {
  if (command == "list") return list(request);
  if (command == "export") return export_text(request);
  if (command == "add") return add(request);
  if (command == "delete") return remove(request);
  return rekey(request);
}

std::shared_ptr<SaDatabase> SaControl::take_database(ControlRequest& request) const {
  auto const all = databases_->all();
  std::vector<std::string> names;
  std::string list;
  for (auto const& [name, database] : all) {
    names.push_back(name);
    list += (list.empty() ? "" : ", ") + name;
  }
  if (all.empty()) throw ConfigError("the pipeline has no database of SAs");
  if (!request.contains("database")) {
    if (all.size() == 1) return all.begin()->second;
    throw ConfigError("no \"database\"; expected one of " + list);
  }
  auto const name = request.take_text("database", "one of " + list);
  auto const entry = all.find(std::string(name));
  if (entry == all.end())
    throw ConfigError("no database " + quoted(name) + "; expected one of " + list +
                      did_you_mean(name, names));
  return entry->second;
}

ControlAnswer SaControl::list(ControlRequest& request) {
  auto all = databases_->all();
  if (request.contains("database")) {
    auto const database = take_database(request);
    std::erase_if(all, [&database](auto const& entry) { return entry.second != database; });
  }
  request.finish();
  return list_sas(all);
}

ControlAnswer SaControl::export_text(ControlRequest& request) {
  auto database = take_database(request);
  request.finish();
  return export_sas(std::move(database));
}

ControlAnswer SaControl::add(ControlRequest& request) {
  auto const database = take_database(request);
  std::vector<Diagnostic> warnings;
  auto const sas = take_sas(request, warnings);
  request.finish();
  database->add(sas);
  return done(added(sas.size(), warnings));
}

ControlAnswer SaControl::remove(ControlRequest& request) {
  auto const database = take_database(request);
  auto const name = name_of(request.take("sa", "an object that names an SA"));
  request.finish();
  if (!database->remove(name)) throw ConfigError("there is no such SA");
  forget(database, name);
  return done({{"deleted", 1}});
}

// The new SA first. The old one sends no more, but receives for a while what is on its way.
ControlAnswer SaControl::rekey(ControlRequest& request) {
  auto const database = take_database(request);
  auto const name = name_of(request.take("old", "an object that names an SA"));
  auto const keep = take_keep_seconds(request);
  std::vector<Diagnostic> warnings;
  auto const sas = take_sas(request, warnings);
  request.finish();
  if (!database->find(name)) throw ConfigError("the SA in \"old\" does not exist");
  database->add(sas);
  auto const wait = name.direction == Direction::kInbound ? keep : 0;
  forget(database, name);
  leaving_.push_back({Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                         std::chrono::duration<double>(wait)),
                      database, name});
  auto object = added(sas.size(), warnings);
  object["old_leaves_in_seconds"] = wait;
  return done(std::move(object));
}

void SaControl::forget(std::shared_ptr<SaDatabase> const& database, SaName const& name) {
  std::erase_if(leaving_, [&](Leaving const& leaving) {
    return leaving.database.lock() == database && same(leaving.name, name);
  });
}

std::vector<ControlEvent> SaControl::tick() {
  std::vector<ControlEvent> events;
  auto const now = Clock::now();
  std::erase_if(leaving_, [&](Leaving const& leaving) {
    if (leaving.when > now) return false;
    if (auto const database = leaving.database.lock()) database->remove(leaving.name);
    return true;
  });
  for (auto const& [name, database] : databases_->all())
    for (auto const& expired : database->tick()) {
      auto object = describe(expired.name);
      object["event"] = expired.hard ? "expired" : "soft_lifetime";
      object["database"] = name;
      if (expired.hard) forget(database, expired.name);
      auto text = json::serialize(object);
      events.push_back({ControlEvent::Severity::kNote, text, text});
    }
  return events;
}

}  // namespace warpline::ipsec
