// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>
#include <vector>

#include "elements/ipsec/model/replay_window.hpp"
#include "elements/ipsec/state/state_format.hpp"

namespace warpline::ipsec {

/// Now, as `StateRecord::removed_at` has it.
std::uint32_t minutes_now();

/// A file with the sequence-number marks and replay windows of SAs, which outlives the program.
///
/// The record of a removed SA is reused after `kKeepRemoved`. An SA of the same key that is added
/// later than that counts as new.
///
/// Records reach the disk with `write`, which returns when they are there. Windows are memory of
/// the file, mapped shared: what workers store there survives the program, and after `finish` also
/// the machine. One thread; any thread may use the memory of windows.
class StateFile {
 public:
  static constexpr std::chrono::hours kKeepRemoved{30 * 24};
  /// Opens or creates the file and locks it until it is closed (flock, exclusive; released after a
  /// crash). `boot_id_file`: for tests. Throws `ConfigError` with the path and the reason: another
  /// program has it, it is not a state file, it is damaged.
  explicit StateFile(std::string path,
                     std::string const& boot_id_file = "/proc/sys/kernel/random/boot_id");
  /// Closes the file as it is. Without `finish`, the next program treats this as a crash.
  ~StateFile();
  StateFile(StateFile const&) = delete;
  StateFile& operator=(StateFile const&) = delete;

  std::string const& path() const { return path_; }
  /// True if the windows in the file are current: the last program ended cleanly, or the machine
  /// has not been restarted since. Otherwise they were freed when the file was opened, and only
  /// marks are valid.
  bool windows_survived() const { return survived_; }

  /// The fingerprint of an SA that is described by `identity`.
  Fingerprint fingerprint(std::span<std::uint8_t const> identity) const;

  /// The record of an SA, in use or removed; null if the file never had it.
  std::optional<std::uint32_t> find(StateRecord::Kind kind, Fingerprint const& fingerprint) const;
  /// A new record, written with the next `write`. Throws `ConfigError` if the file cannot grow.
  std::uint32_t add(StateRecord const& record);
  std::uint32_t record_count() const { return static_cast<std::uint32_t>(records_.size()); }
  StateRecord const& record(std::uint32_t index) const { return records_[index]; }
  /// A record that is about to change: written with the next `write`.
  StateRecord& change(std::uint32_t index);

  /// Gives the record zeroed memory for a window of `size` numbers, in place of its previous one.
  /// Throws `ConfigError` if the file cannot grow.
  void allocate_window(std::uint32_t index, std::uint32_t size);
  /// Frees the memory of the record's window, which no thread uses any more.
  void free_window(std::uint32_t index);
  /// The record has no window any more; its memory stays in use until `free_units`.
  void leave_window(std::uint32_t index) { change(index).units = 0; }
  /// Frees memory once no record on the disk can name it.
  void free_units(StateUnits units);
  /// Number of SAs of this program that use the record.
  struct Users {
    std::uint32_t active = 0;   ///< SAs in databases
    std::uint32_t holders = 0;  ///< these, and removed ones whose packets may be inside
  };
  Users& users(std::uint32_t index) { return users_[index]; }
  /// Decrements the number of holders.
  void drop_holder(std::uint32_t index);
  /// Describes the error if the file on the disk was removed or cut while in use; otherwise empty.
  std::string file_error() const;

  /// The memory of the record's window; its address never changes.
  ReplayWindow::Word* window(std::uint32_t index) const;

  /// Writes changed records to the disk and returns when they are there. After an error they still
  /// count as changed. Costs a sync of each 256 KiB that have changed records.
  std::error_code write();
  /// Writes everything and records that the program has ended cleanly.
  std::error_code finish();

 private:
  struct Mapping;

  [[noreturn]] void fail(std::string const& reason) const;
  void open_or_make();
  void make();
  void lock();
  bool reuse_records();
  void load();
  void read_records(std::uint32_t segment);
  void claim_windows();
  void append_segment(StateSegment kind);
  void join_free(StateUnits units);
  std::error_code write_header();
  std::error_code store(void const* data, std::size_t size, std::uint64_t offset);
  static std::uint64_t offset_of(std::uint32_t segment);

  std::string path_;
  int file_ = -1;
  bool survived_ = false;
  StateHeader header_;
  std::vector<StateRecord> records_;
  std::vector<std::uint32_t> record_segments_, window_segments_;  // numbers of segments
  std::vector<std::unique_ptr<Mapping>> mappings_;                // of window segments
  std::map<std::pair<StateRecord::Kind, Fingerprint>, std::uint32_t> by_fingerprint_;
  std::vector<std::uint32_t> free_records_;
  std::map<std::uint32_t, std::uint32_t> free_units_;  // first unit, number of units
  // Free once no record on the disk names them.
  std::vector<StateUnits> leaving_units_;
  std::set<std::uint32_t> changed_;
  std::unordered_map<std::uint32_t, Users> users_;
};

}  // namespace warpline::ipsec
