// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "elements/ipsec/database/sa_slots.hpp"
#include "elements/ipsec/model/sa_config.hpp"
#include "elements/ipsec/state/state_file.hpp"

namespace warpline::ipsec {

/// Stores sequence numbers and replay windows of a database's SAs in a state file, so that after a
/// restart no number is sent or accepted again (RFC 4303 sections 3.3.3 and 3.4.3, RFC 4106 section
/// 10).
///
/// Outbound, a mark on the disk is ahead of the numbers that are sent: a worker stops at it, and
/// the writer raises it when half of the step is used. Inbound, windows are in memory mapped from
/// the file. One thread, the writer of the slots; workers call nothing here.
class SaState {
 public:
  using Clock = std::chrono::steady_clock;

  /// The distance of a mark: the SA's packets in `kAhead`, at least `kMinStep`, so that a burst
  /// after silence does not wait for the disk.
  static constexpr std::uint64_t kMinStep = std::uint64_t{1} << 16;
  /// The first step of an SA whose rate is unknown: a rekeyed SA sends at full rate immediately,
  /// and a write to a busy disk takes tens of milliseconds.
  static constexpr std::uint64_t kFirstStep = std::uint64_t{1} << 18;          ///< 32-bit numbers
  static constexpr std::uint64_t kFirstExtendedStep = std::uint64_t{1} << 20;  ///< 64-bit numbers
  static constexpr std::uint64_t kMaxStep = std::uint64_t{1} << 24;            ///< 32-bit numbers
  static constexpr std::uint64_t kMaxExtendedStep = std::uint64_t{1} << 32;    ///< 64-bit numbers
  static constexpr std::chrono::seconds kAhead{2};

  /// `step`: the minimum and the first step of all SAs; 0: the constants above.
  SaState(std::shared_ptr<StateFile> file, SaSlots& slots, std::uint64_t step)
      : file_(std::move(file)),
        slots_(slots),
        min_step_(step != 0 ? step : kMinStep),
        first_step_(step) {}
  /// No thread may use the windows any more.
  ~SaState();

  StateFile const& file() const { return *file_; }

  /// Starts storing the state of an SA in the slots, before workers can find it. The SA continues
  /// from the higher of the file's number and `sa`'s, which is set to it, and sends nothing before
  /// `release_marks`. Throws `ConfigError` if the file cannot grow, or if another SA of the program
  /// uses the same numbers.
  void begin(std::uint32_t index, SaConfig& sa, Direction direction);
  /// Writes the marks of new SAs and lets them send. After an error, none of them sends.
  std::error_code release_marks();
  /// The SA was removed; packets with its index may still be inside.
  void remove(std::uint32_t index);
  /// No packet carries the index any more.
  void release(std::uint32_t index);

  /// Call it every few milliseconds: raises marks that are half used, and stores every half second
  /// what was received. No value if it is too early; otherwise the error of the write, which is
  /// retried after a second.
  std::optional<std::error_code> tick(Clock::time_point now);
  /// Makes marks exact for a clean end, after the workers have ended.
  void settle();

  /// The part of `list` about an SA.
  struct Status {
    std::uint64_t mark = 0;
    std::uint64_t step = 0;      ///< outbound
    bool began_at_mark = false;  ///< inbound: a window of this SA was lost with the machine's power
  };
  Status status(std::uint32_t index) const;

 private:
  static constexpr std::uint32_t kNone = ~0u;
  struct Kept {
    std::uint32_t record = kNone;
    std::uint32_t place = kNone;  // in `active_`; no value: removed
    Direction direction = Direction::kOutbound;
    bool extended = false;
    StateUnits units;        // inbound: of its ring
    std::uint64_t seen = 0;  // number when the window of the rate began
    std::uint64_t step = 0;
    double rate = 0;  // numbers a second
  };

  std::uint32_t record_of(std::uint32_t index, SaConfig const& sa, Direction direction);
  void begin_outbound(std::uint32_t index, SaConfig& sa);
  void begin_inbound(std::uint32_t index, SaConfig const& sa);
  bool raise(std::uint32_t index, Kept& kept, double seconds, bool over);

  std::shared_ptr<StateFile> file_;
  SaSlots& slots_;
  std::uint64_t min_step_;
  std::uint64_t first_step_;
  std::vector<Kept> kept_;  // by index of SA
  std::vector<std::uint32_t> active_;
  std::vector<std::uint32_t> waiting_;  // outbound, for their marks to be on the disk
  Clock::time_point window_ = Clock::now(), next_look_{}, next_inbound_{};
};

}  // namespace warpline::ipsec
