// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/control/sa_json.hpp"

#include <boost/json/serialize.hpp>
#include <optional>
#include <vector>

#include "elements/ipsec/config/sa_text.hpp"

namespace warpline::ipsec {

namespace json = boost::json;

namespace {

std::string hex(std::uint32_t spi) {
  char text[16];
  std::snprintf(text, sizeof text, "0x%08x", spi);
  return text;
}

json::object describe(Lifetime const& lifetime) {
  json::object object;
  if (lifetime.packets) object["packets"] = *lifetime.packets;
  if (lifetime.bytes) object["bytes"] = *lifetime.bytes;
  if (lifetime.seconds) object["seconds"] = *lifetime.seconds;
  return object;
}

/// Numbers as `ip xfrm state` names them, and what a state file has of them.
void describe_state(SaStatus const& sa, json::object& object) {
  object["anti_replay"] = anti_replay_text(sa);
  if (sa.kept.step > 0) object["state_step"] = sa.kept.step;
  if (sa.kept.mark > 0) object["state_mark"] = sa.kept.mark;
  if (sa.kept.began_at_mark) object["began_at_mark"] = true;
}

/// The answer to `list`, some SAs at a time.
class SaList {
 public:
  explicit SaList(SaDatabaseMap const& databases)
      : databases_(databases.begin(), databases.end()) {}

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

  std::vector<SaDatabaseMap::value_type> databases_;
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
    for (auto const& sa : sas) text += xfrm_state_text(sa);
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

json::object describe(SaName const& name) {
  return {{"direction", name.direction == Direction::kOutbound ? "out" : "in"},
          {"spi", hex(name.spi)},
          {"destination", to_string(name.destination)}};
}

json::object describe(SaStatus const& sa) {
  auto object = describe(sa.name);
  object["source"] = to_string(sa.form.source);
  object["mode"] = sa.form.mode == SaMode::kTunnel ? "tunnel" : "transport";
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

ControlAnswer list_sas(SaDatabaseMap const& databases) {
  return ControlAnswer([list = std::make_shared<SaList>(databases)] { return list->next(); });
}

ControlAnswer export_sas(std::shared_ptr<SaDatabase> database) {
  return ControlAnswer(
      [text = std::make_shared<SaText>(std::move(database))] { return text->next(); });
}

}  // namespace warpline::ipsec
