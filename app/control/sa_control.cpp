// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/sa_control.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <optional>

#include "app/control/secret_json.hpp"
#include "core/base/error.hpp"
#include "core/base/read_source.hpp"
#include "core/base/wipe.hpp"
#include "elements/ipsec/config/mask_keys.hpp"
#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/config/sa_text.hpp"

namespace warpline::app {
namespace {

namespace json = boost::json;
using ipsec::Direction;
using ipsec::quoted;
using ipsec::SaDatabase;
using ipsec::SaName;

constexpr double kKeep = 10;  // seconds that an exchanged SA goes on receiving
constexpr double kLongest = 1e6;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string hex(std::uint32_t spi) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", spi);
  return text;
}

bool same(SaName const& a, SaName const& b) {
  return a.direction == b.direction && a.spi == b.spi && a.destination == b.destination;
}

json::object describe(SaName const& name) {
  return {{"direction", name.direction == Direction::kOutbound ? "out" : "in"},
          {"spi", hex(name.spi)},
          {"destination", ipsec::to_string(name.destination)}};
}

json::object describe(ipsec::Lifetime const& lifetime) {
  json::object object;
  if (lifetime.packets) object["packets"] = *lifetime.packets;
  if (lifetime.bytes) object["bytes"] = *lifetime.bytes;
  if (lifetime.seconds) object["seconds"] = *lifetime.seconds;
  return object;
}

/// Numbers as `ip xfrm state` names them, and what a state file has of them.
void describe_state(ipsec::SaStatus const& sa, json::object& object) {
  object["anti_replay"] = ipsec::anti_replay_text(sa);
  if (sa.kept.step > 0) object["state_step"] = sa.kept.step;
  if (sa.kept.mark > 0) object["state_mark"] = sa.kept.mark;
  if (sa.kept.began_at_mark) object["began_at_mark"] = true;
}

json::object describe(ipsec::SaStatus const& sa) {
  auto object = describe(sa.name);
  object["source"] = ipsec::to_string(sa.form.source);
  object["mode"] = sa.form.mode == ipsec::SaMode::kTunnel ? "tunnel" : "transport";
  object["suite"] = info(sa.suite).name;
  object["esn"] = sa.form.esn;
  if (sa.form.udp)
    object["encapsulation"] = {{"source_port", sa.form.udp->source},
                               {"destination_port", sa.form.udp->destination}};
  object["reqid"] = sa.reqid;
  object["in_use"] = sa.in_use;
  object["sequence"] = sa.sequence;
  object["packets"] = sa.packets;
  object["bytes"] = sa.bytes;
  if (sa.name.direction == Direction::kInbound) {
    object["integrity_failures"] = sa.integrity_failures;
    object["replayed"] = sa.replayed;
    object["too_old"] = sa.too_old;
    object["policy_mismatch"] = sa.mismatched;
  }
  object["age_seconds"] = sa.age_seconds;
  describe_state(sa, object);
  if (sa.idle_seconds) object["idle_seconds"] = *sa.idle_seconds;
  if (auto soft = describe(sa.soft); !soft.empty()) object["soft"] = std::move(soft);
  if (auto hard = describe(sa.hard); !hard.empty()) object["hard"] = std::move(hard);
  return object;
}

/// An answer in one piece is short: what is wrong with a file of 100,000 SAs need not be said of each.
std::string cut(std::string text) {
  constexpr std::size_t kMaxError = std::size_t{64} << 10;
  if (text.size() <= kMaxError) return text;
  auto end = kMaxError;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // whole UTF-8
  auto const rest = text.size() - end;
  text.resize(end);
  return text + "\n(" + std::to_string(rest) + " more bytes of errors)";
}

/// The answer to `list`, some SAs at a time.
class SaList {
 public:
  using Databases = std::map<std::string, std::shared_ptr<SaDatabase>>;
  explicit SaList(Databases const& databases) : databases_(databases.begin(), databases.end()) {}

  std::string next() {
    if (ended_) return {};
    std::string text = begun_ ? "" : "{\"databases\":[";
    begun_ = true;
    if (current_ == databases_.size()) {
      ended_ = true;
      return text + "],\"ok\":true}";
    }
    auto const& [name, database] = databases_[current_];
    if (!after_)
      text += std::string(current_ == 0 ? "" : ",") +
              "{\"name\":" + json::serialize(json::string(name)) + ",\"sas\":[";
    auto const sas = database->list(after_, kSas);
    for (auto const& sa : sas) {
      if (after_) text += ',';
      after_ = sa.name;
      text += json::serialize(describe(sa));
    }
    if (sas.size() == kSas) return text;
    ++current_;
    after_.reset();
    return text + "]}";
  }

 private:
  static constexpr std::size_t kSas = 128;  // in a piece: about 50 kB

  std::vector<Databases::value_type> databases_;
  std::size_t current_ = 0;
  std::optional<SaName> after_;  // the last SA of the current database that is in the answer
  bool begun_ = false, ended_ = false;
};

/// The answer to `export`: all SAs in one JSON string, made some at a time.
class SaText {
 public:
  explicit SaText(std::shared_ptr<SaDatabase> database) : database_(std::move(database)) {}

  std::string next() {
    if (ended_) return {};
    std::string answer = after_ ? "" : "{\"sas\":\"", text;
    auto const sas = database_->list(after_, kSas);
    for (auto const& sa : sas) text += ipsec::xfrm_state_text(sa);
    if (!sas.empty()) after_ = sas.back().name;
    auto const quoted = json::serialize(json::string(text));
    answer.append(quoted, 1, quoted.size() - 2);
    ended_ = sas.size() < kSas;
    return ended_ ? answer + "\",\"ok\":true}" : answer;
  }

 private:
  static constexpr std::size_t kSas = 64;  // in a piece: about 50 kB

  std::shared_ptr<SaDatabase> database_;
  std::optional<SaName> after_;  // the last SA that is in the answer
  bool ended_ = false;
};

}  // namespace

/// One request. Members that nobody asked for are an error.
class SaControl::Request {
 public:
  Request(std::string_view text, SaControl& control) : control_(control), members_(parse(text)) {}

  ControlAnswer answer() {
    std::vector<std::string> const commands{"list", "export", "add", "delete", "rekey", "events"};
    std::string const expected =
        "\"list\", \"export\", \"add\", \"delete\", \"rekey\" or \"events\"";
    auto const command = text("command", expected);
    if (command == "list") return list();
    if (command == "export") return export_sas();
    if (command == "add") return done(add());
    if (command == "delete") return done(remove());
    if (command == "rekey") return done(rekey());
    if (command == "events") return events();
    throw ConfigError("unknown command " + quoted(command) + "; expected " + expected +
                      did_you_mean(command, commands));
  }

 private:
  static ControlAnswer done(json::object object) {
    object["ok"] = true;
    return json::serialize(object);
  }
  // Values are moved: copies and assignments would take memory that is not overwritten.
  static json::object parse(std::string_view text) {
    json::error_code error;
    auto value = parse_secret_json(text, error);
    if (error) throw ConfigError("this is not JSON (" + error.message() + ")");
    if (!value.is_object())
      throw ConfigError("expected a JSON object, such as {\"command\": \"list\"}");
    return std::move(value.as_object());
  }
  json::value take(std::string const& name, std::string const& expected) {
    auto const found = members_.find(name);
    if (found == members_.end()) throw ConfigError("no \"" + name + "\"; expected " + expected);
    auto value = std::move(found->value());
    members_.erase(found);
    return value;
  }
  json::string text(std::string const& name, std::string const& expected) {
    auto value = take(name, expected);
    if (!value.is_string()) throw ConfigError("\"" + name + "\": expected " + expected);
    return std::move(value.as_string());
  }
  void finish() const {
    if (!members_.empty())
      throw ConfigError("unknown member \"" + ipsec::mask_keys(members_.begin()->key()) + "\"");
  }

  std::shared_ptr<SaDatabase> database() {
    auto const all = control_.databases_->all();
    std::vector<std::string> names;
    std::string list;
    for (auto const& [name, each] : all) {
      names.push_back(name);
      list += (list.empty() ? "" : ", ") + name;
    }
    if (all.empty()) throw ConfigError("the pipeline has no database of SAs");
    if (!members_.contains("database")) {
      if (all.size() == 1) return all.begin()->second;
      throw ConfigError("no \"database\"; expected one of " + list);
    }
    auto const name = text("database", "one of " + list);
    auto const found = all.find(std::string(name));
    if (found == all.end())
      throw ConfigError("no database " + quoted(name) + "; expected one of " + list +
                        did_you_mean(name, names));
    return found->second;
  }

  SaName name_of(json::value const& value) {
    auto const* const object = value.if_object();
    std::string const expected = "an object with \"direction\", \"spi\" and \"destination\"";
    if (object == nullptr) throw ConfigError("expected " + expected);
    auto const member = [&](char const* key) -> json::value const& {
      auto const* const found = object->if_contains(key);
      if (found == nullptr)
        throw ConfigError(std::string("no \"") + key + "\"; expected " + expected);
      return *found;
    };
    SaName name;
    auto const& direction = member("direction");
    if (direction != "out" && direction != "in")
      throw ConfigError("\"direction\": expected \"out\" or \"in\"");
    name.direction = direction == "out" ? Direction::kOutbound : Direction::kInbound;
    name.spi = spi_of(member("spi"));
    auto const& destination = member("destination");
    auto const address = destination.is_string()
                             ? ipsec::parse_ip_address(destination.as_string().c_str())
                             : std::nullopt;
    if (!address) throw ConfigError("\"destination\": expected an IPv4 or IPv6 address");
    name.destination = *address;
    for (auto const& [key, ignored] : *object)
      if (key != "direction" && key != "spi" && key != "destination")
        throw ConfigError("unknown member \"" + ipsec::mask_keys(key) + "\"; expected " + expected);
    return name;
  }
  static std::uint32_t spi_of(json::value const& value) {
    if (auto const* const number = value.if_int64();
        number != nullptr && *number >= 0 && *number <= 0xffffffff)
      return static_cast<std::uint32_t>(*number);
    if (auto const* const digits = value.if_string())
      if (auto const number = ipsec::parse_number(*digits)) return *number;
    throw ConfigError("\"spi\": expected a number below 2^32, or such a number as text");
  }
  std::vector<ipsec::SaConfig> sas() {
    auto const words = text("sa", "an SA in the words of `ip xfrm state`");
    std::string_view view = words;
    if (view.starts_with(kByteOrderMark)) view.remove_prefix(kByteOrderMark.size());
    auto const source = make_secret_source("sa", std::string(view));
    return ipsec::parse_sa_file(*source, &notes_);
  }
  /// The answer to a request that added SAs, with the warnings about their text.
  json::object added(std::size_t count) const {
    json::object object{{"added", count}};
    if (notes_.empty()) return object;
    json::array notes;
    for (auto const& note : notes_) notes.emplace_back(note.message);
    object["notes"] = std::move(notes);
    return object;
  }

  ControlAnswer events() {
    finish();
    auto answer = done({});
    answer.waits_for_events = true;
    return answer;
  }

  ControlAnswer list() {
    auto all = control_.databases_->all();
    if (members_.contains("database")) {
      auto const one = database();
      std::erase_if(all, [&one](auto const& each) { return each.second != one; });
    }
    finish();
    return ControlAnswer([list = std::make_shared<SaList>(all)] { return list->next(); });
  }

  /// All SAs of a database, or of the only one, as `ip xfrm state list nokeys` prints them.
  ControlAnswer export_sas() {
    auto const from = database();
    finish();
    return ControlAnswer([text = std::make_shared<SaText>(from)] { return text->next(); });
  }

  json::object add() {
    auto const into = database();
    auto const fresh = sas();
    finish();
    into->add(fresh);
    return added(fresh.size());
  }

  json::object remove() {
    auto const from = database();
    auto const name = name_of(take("sa", "an object that names an SA"));
    finish();
    if (!from->remove(name)) throw ConfigError("there is no such SA");
    control_.forget(from, name);
    return {{"deleted", 1}};
  }

  /// The new SA first; the old one sends no more, and receives for a while what is on its way.
  json::object rekey() {
    auto const in = database();
    auto const name = name_of(take("old", "an object that names an SA"));
    double keep = kKeep;
    if (members_.contains("keep_seconds")) {
      auto const value = take("keep_seconds", "a number");
      keep = value.is_number() ? value.to_number<double>() : -1;
      if (!(keep >= 0 && keep <= kLongest))
        throw ConfigError("\"keep_seconds\": expected a number, 0 to 1000000");
    }
    auto const fresh = sas();
    finish();
    if (!in->find(name)) throw ConfigError("there is no such SA as \"old\" says");
    in->add(fresh);
    auto const now = std::chrono::steady_clock::now();
    auto const wait = name.direction == Direction::kInbound ? keep : 0;
    control_.forget(in, name);
    control_.leaving_.push_back(
        {now + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                   std::chrono::duration<double>(wait)),
         in, name});
    auto object = added(fresh.size());
    object["old_leaves_in_seconds"] = wait;
    return object;
  }

  SaControl& control_;
  json::object members_;  // in memory that is overwritten when it is freed
  std::vector<Diagnostic> notes_;
};

ControlAnswer SaControl::reply(std::string_view request) {
  if (request.starts_with(kByteOrderMark)) request.remove_prefix(kByteOrderMark.size());
  // After all else, when the functions that had keys have returned.
  struct WipeStack {
    ~WipeStack() { wipe_stack(); }
  } const wipe_stack_at_end;
  try {
    return Request(request, *this).answer();
  } catch (std::exception const& error) {
    return json::serialize(
        json::object{{"ok", false}, {"error", cut(ipsec::mask_keys(error.what()))}});
  }
}

void SaControl::forget(std::shared_ptr<SaDatabase> const& database, SaName const& name) {
  std::erase_if(leaving_, [&](Leaving const& each) {
    return each.database.lock() == database && same(each.name, name);
  });
}

std::vector<std::string> SaControl::tick() {
  std::vector<std::string> lines;
  auto const now = std::chrono::steady_clock::now();
  std::erase_if(leaving_, [&](Leaving const& each) {
    if (each.when > now) return false;
    if (auto const database = each.database.lock()) database->remove(each.name);
    return true;
  });
  for (auto const& [name, database] : databases_->all())
    for (auto const& each : database->tick()) {
      auto object = describe(each.name);
      object["event"] = each.hard ? "expired" : "soft_lifetime";
      object["database"] = name;
      if (each.hard) forget(database, each.name);
      lines.push_back(json::serialize(object));
    }
  return lines;
}

}  // namespace warpline::app
