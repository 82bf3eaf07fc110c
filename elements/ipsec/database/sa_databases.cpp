// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_databases.hpp"

#include <algorithm>
#include <filesystem>

#include "core/base/error.hpp"

namespace warpline::ipsec {
namespace {

/// The same path for all names of one file, even if the file does not exist.
std::string canonical(std::string const& path) {
  std::error_code error;
  auto const absolute = std::filesystem::absolute(path, error);
  auto const resolved = std::filesystem::weakly_canonical(absolute, error);
  return error ? path : resolved.string();
}

/// Orders secrets by their bytes.
struct Less {
  bool operator()(Secret const& a, Secret const& b) const {
    return std::ranges::lexicographical_compare(a.bytes(), b.bytes());
  }
};

}  // namespace

std::map<std::string, std::shared_ptr<SaDatabase>> SaDatabases::all() const {
  std::map<std::string, std::shared_ptr<SaDatabase>> result;
  for (auto const& [name, entry] : databases_)
    if (auto database = entry.database.lock()) result.emplace(name, std::move(database));
  return result;
}

void SaDatabases::add(std::string const& name, std::shared_ptr<SaDatabase> const& database,
                      std::string const& sa_file, FileVersion const& version) {
  databases_[name] = {database, sa_file, version, {}, false, false};
}

void SaDatabases::use(std::string const& name, Direction direction) {
  auto& entry = databases_.at(name);
  (direction == Direction::kOutbound ? entry.sends : entry.receives) = true;
}

bool SaDatabases::keep_in(std::string const& name, std::string const& state_file) {
  auto& entry = databases_.at(name);
  auto const path = canonical(state_file);
  if (!entry.state_file.empty() && entry.state_file != path) return false;
  entry.state_file = path;
  return true;
}

void SaDatabases::check() const {
  std::map<Secret, std::string, Less> senders;
  for (auto const& [name, entry] : databases_) {
    auto const database = entry.database.lock();
    if (!database || !entry.sends || entry.sa_file.empty()) continue;
    for (auto const& [identity, spi] : database->outbound_identities()) {
      auto const [other, fresh] = senders.emplace(identity, name);
      if (!fresh && other->second != name)
        throw ConfigError(
            "two databases send by one SA, each from the same sequence number on: '" +
            other->second + "' and '" + name + "', SPI " + std::to_string(spi) +
            "; expected all elements that send to name the same SA, POLICY and SUITE");
    }
  }
}

std::shared_ptr<StateFile> SaDatabases::state_file(std::string const& path) {
  for (auto const& [name, entry] : databases_)
    if (!entry.sa_file.empty() && canonical(entry.sa_file) == canonical(path))
      throw ConfigError("state file '" + path +
                        "': this is a file of SAs; expected another, which need not exist yet");
  auto& file = state_files_[canonical(path)];
  if (!file) file = std::make_shared<StateFile>(path);
  return file;
}

void SaDatabases::open(Opening const& opening) {
  check();
  std::map<std::string, bool> files;  // whether SAs of them send
  for (auto const& [name, entry] : databases_)
    if (!entry.database.expired() && entry.version.regular())
      files[canonical(entry.sa_file)] |= entry.sends;
  if (opening.real_ports)
    for (auto const& [name, entry] : databases_)
      if (auto const file = files.extract(canonical(entry.sa_file)); !file.empty())
        locks_.emplace_back(entry.sa_file, entry.version, file.mapped());

  for (auto const& [name, entry] : databases_) {
    auto const database = entry.database.lock();
    if (!database || !(entry.sends || entry.receives)) continue;
    auto const& path = entry.state_file.empty() ? opening.state_file : entry.state_file;
    if (!path.empty())
      database->keep_state(state_file(path), entry.sends, entry.receives, opening.state_step);
    else if (opening.real_ports && entry.sends && !entry.sa_file.empty())
      opening.warn(
          entry.sa_file +
          ": no state file keeps the sequence numbers of these SAs. After a restart they begin "
          "again: "
          "GCM, CTR and ChaCha20 then encrypt under nonces that were used, which gives plaintext "
          "away, and the peer refuses the packets as replays. Give --state FILE");
  }
  for (auto const& [name, entry] : databases_)
    if (auto database = entry.database.lock())
      opened_[name] = {std::move(database), entry.state_file, entry.sends, entry.receives};
  is_open_ = true;
}

void SaDatabases::check_reload() {
  if (!is_open_) return;
  for (auto& [name, entry] : databases_) {
    auto const database = entry.database.lock();
    if (!database || !(entry.sends || entry.receives)) continue;
    auto const opened = opened_.find(name);
    bool const same = opened != opened_.end() && opened->second.database == database;
    if (same && entry.state_file == opened->second.state_file &&
        entry.sends <= opened->second.sends && entry.receives <= opened->second.receives)
      continue;
    if (same) {  // the current elements stay
      entry.state_file = opened->second.state_file;
      entry.sends = opened->second.sends;
      entry.receives = opened->second.receives;
    }
    throw ConfigError("the SAs of '" + name +
                      "' were not used in this way at the start, when files of SAs are locked and "
                      "state files are opened; expected a restart");
  }
}

std::vector<SaDatabases::StateNews> SaDatabases::write_state() {
  std::vector<StateNews> news;
  if (auto const now = std::chrono::steady_clock::now(); now >= next_look_) {
    next_look_ = now + std::chrono::seconds(1);
    for (auto const& [path, file] : state_files_)
      if (auto const error = file->file_error(); !error.empty() && reported_.insert(path).second)
        news.push_back({true, "state file '" + path + "': " + error});
  }
  for (auto const& [name, entry] : databases_) {
    auto const database = entry.database.lock();
    auto const* const path = database ? database->state_path() : nullptr;
    if (path == nullptr) continue;
    auto const outcome = database->write_state();
    if (!outcome) continue;  // it is not time yet
    auto const text = *outcome ? outcome->message() : std::string();
    auto& failing = failing_[*path];
    if (text == failing) continue;
    if (text.empty())
      news.push_back({false, "state file '" + *path + "': written again"});
    else if (failing.empty())
      news.push_back({true, "state file '" + *path + "': " + text +
                                "; SAs that reach their marks drop packets as state_behind until "
                                "it can be written. Trying again every second"});
    failing = text;
  }
  return news;
}

std::vector<std::string> SaDatabases::finish() {
  std::vector<std::string> errors;
  for (auto const& [name, database] : all()) database->settle_state();
  for (auto const& [path, file] : state_files_)
    if (auto const error = file->finish())
      errors.push_back("state file '" + path + "': " + error.message() +
                       "; the next start takes this for a crash and skips numbers");
  return errors;
}

}  // namespace warpline::ipsec
