// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "elements/ipsec/database/sa_database.hpp"
#include "elements/ipsec/state/file_lock.hpp"
#include "elements/ipsec/state/state_file.hpp"

namespace warpline::ipsec {

/// The databases of a program, by the text that names their files, and the state files with their
/// numbers. Control thread only.
class SaDatabases {
 public:
  /// Those that are still in use.
  std::map<std::string, std::shared_ptr<SaDatabase>> all() const;

  /// `sa_file`: the file of its SAs, and its version before it was read; empty if the SAs are
  /// generated.
  void add(std::string const& name, std::shared_ptr<SaDatabase> const& database,
           std::string const& sa_file = {}, FileVersion const& version = {});
  /// An element sends or receives with the database.
  void use(std::string const& name, Direction direction);
  /// An element requests that the database's numbers are stored in `state_file`. False if another
  /// element requested another file.
  bool keep_in(std::string const& name, std::string const& state_file);

  /// Refuses a key that two databases would send by, each from the same number on. Throws
  /// `ConfigError` that names both.
  void check() const;

  /// Properties of the run, for `open`.
  struct Opening {
    std::string state_file;        ///< for databases without a file from an element; empty: none
    std::uint64_t state_step = 0;  ///< see `SaState`
    bool real_ports = false;       ///< frames leave the program for another machine or the kernel
    std::function<void(std::string const&)> warn;
  };
  /// Locks the files of SAs while real ports run, exclusively if packets are sent with them; opens
  /// state files, and continues from their numbers. Before a worker starts. Throws `ConfigError` if
  /// another program has locked one of them, or a state file cannot be used.
  void open(Opening const& opening);
  /// After `open`, before a reload: refuses databases that `open` did not open, or not for sending or
  /// receiving or the state file that elements now name. Throws `ConfigError`. Databases that were
  /// opened stay, even if no element uses them for a while.
  void check_reload();

  /// Changes in the errors of state files: a new error, or the end of one.
  struct StateNews {
    bool failed;
    std::string text;
  };
  /// Keeps marks ahead of the numbers that are sent. Call it every few milliseconds.
  std::vector<StateNews> write_state();
  /// Makes state files exact, after the workers have ended. Returns the errors.
  std::vector<std::string> finish();

 private:
  struct Entry {
    std::weak_ptr<SaDatabase> database;
    std::string sa_file;
    FileVersion version;  // of `sa_file` when it was read
    std::string state_file;
    bool sends = false, receives = false;
  };

  struct Opened {
    std::shared_ptr<SaDatabase> database;
    std::string state_file;
    bool sends, receives;
  };

  std::shared_ptr<StateFile> state_file(std::string const& path);

  std::map<std::string, Opened> opened_;  // by name
  bool is_open_ = false;
  std::map<std::string, Entry> databases_;
  std::vector<FileLock> locks_;
  std::map<std::string, std::shared_ptr<StateFile>> state_files_;  // by canonical path
  std::map<std::string, std::string> failing_;                     // the error, by path
  std::chrono::steady_clock::time_point next_look_{};              // at the files' errors
  std::set<std::string> reported_;  // paths of state files with an error
};

}  // namespace warpline::ipsec
