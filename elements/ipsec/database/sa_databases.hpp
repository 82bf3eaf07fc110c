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

/// The databases of a program, by the text that names their files, and the state files where their
/// numbers are kept. Used by the control thread only.
class SaDatabases {
 public:
  /// Those that are still in use.
  std::map<std::string, std::shared_ptr<SaDatabase>> all() const;

  /// `sa_file`: where its SAs come from, and its version before it was read; empty if they are made up.
  void add(std::string const& name, std::shared_ptr<SaDatabase> const& database,
           std::string const& sa_file = {}, FileVersion const& version = {});
  /// An element sends or receives by the database.
  void use(std::string const& name, Direction direction);
  /// An element wants the database's numbers kept in `state_file`. False where another one asked for
  /// another file.
  bool keep_in(std::string const& name, std::string const& state_file);

  /// Refuses a key that two databases would send by, each from the same number on. Throws
  /// `ConfigError` that names both.
  void check() const;

  /// How the program runs, for `open`.
  struct Opening {
    std::string state_file;        ///< for databases of which no element names one; empty: none
    std::uint64_t state_step = 0;  ///< see `SaState`
    bool real_ports = false;       ///< frames leave the program for another machine or the kernel
    std::function<void(std::string const&)> warn;
  };
  /// Locks the files of SAs while real ports run, exclusively where packets are sent by them; opens
  /// state files, and goes on from their numbers. Before a worker starts. Throws `ConfigError` where
  /// another program has one of them, or a state file cannot be used.
  void open(Opening const& opening);

  /// What has changed with state files: a new error, or the end of one.
  struct StateNews {
    bool failed;
    std::string text;
  };
  /// Keeps marks ahead of what is sent. To be called every few milliseconds.
  std::vector<StateNews> write_state();
  /// Workers have ended: makes state files exact. What went wrong.
  std::vector<std::string> finish();

 private:
  struct Entry {
    std::weak_ptr<SaDatabase> database;
    std::string sa_file;
    FileVersion version;  // of `sa_file` when it was read
    std::string state_file;
    bool sends = false, receives = false;
  };

  std::shared_ptr<StateFile> state_file(std::string const& path);

  std::map<std::string, Entry> databases_;
  std::vector<FileLock> locks_;
  std::map<std::string, std::shared_ptr<StateFile>> state_files_;  // by canonical path
  std::map<std::string, std::string> failing_;                     // the error, by path
  std::chrono::steady_clock::time_point next_look_{};              // at the files' faults
  std::set<std::string> faulty_;                                   // paths
};

}  // namespace warpline::ipsec
