// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "core/base/quiescence.hpp"
#include "elements/ipsec/database/key_reuse.hpp"
#include "elements/ipsec/database/sa_slots.hpp"
#include "elements/ipsec/database/sa_state.hpp"
#include "elements/ipsec/database/slot_allocator.hpp"
#include "elements/ipsec/database/spi_table.hpp"
#include "elements/ipsec/policy/security_policies.hpp"

namespace warpline::ipsec {

/// Identifies an SA: there is at most one of each direction.
struct SaName {
  Direction direction = Direction::kOutbound;
  std::uint32_t spi = 0;
  IpAddress destination;  ///< of the outer header; unspecified: any
};

/// The state of an SA.
struct SaStatus {
  SaName name;
  SaEncapsulation form;
  Suite suite{};
  std::uint32_t reqid = 0;
  bool in_use = false;         ///< a policy uses it to send
  std::uint64_t sequence = 0;  ///< outbound: the last one used; inbound: the highest one accepted
  std::uint64_t packets = 0, bytes = 0;
  std::uint64_t integrity_failures = 0, replayed = 0, too_old = 0, mismatched = 0;
  std::optional<double> idle_seconds;  ///< since its last packet; no value: there was none
  double age_seconds = 0;
  Lifetime soft, hard;
  std::optional<TrafficSelector> selector;
  SaState::Status kept;                 ///< in a state file; zeros without one
  std::uint32_t window_size = 0;        ///< inbound; 0: no anti-replay
  std::vector<std::uint32_t> accepted;  ///< as `ReplayWindow::accepted_below(sequence)`
};

/// The SAs and policies of a gateway (RFC 4301 section 4.4), which change while packets flow.
///
/// Workers look up without locks: the data is exchanged as a whole or is atomic, and removed data
/// stays until no worker can hold it. A new SA replaces the previous one with the same selector,
/// ends, mode and reqid as soon as it is added; the old one continues to receive until it is
/// removed. All other functions may be called by any thread except workers: they take a lock.
class SaDatabase {
 public:
  using Clock = std::chrono::steady_clock;

  struct Options {
    /// Maximum number of SAs in both directions, without removed ones; 0: as many as memory allows,
    /// and at most 2^26.
    std::uint32_t max_sas = 0;
    /// No packet of a removed SA is inside any longer than this.
    std::chrono::nanoseconds hold = std::chrono::seconds(65);
    /// Claims the key of every SA, so that no other can share it; null: no check.
    std::shared_ptr<KeyReuse> keys{};
    /// The workers that read it; null: none, for use by one thread.
    std::shared_ptr<Quiescence> readers{};
  };

  /// Without policies for outbound packets, the selector of each outbound SA is a policy, in this
  /// order. An SA without a direction of its own or from a policy is loaded for both. Throws
  /// `ConfigError` for SAs with the same name or (`Options::keys`) the same key, or too many SAs.
  SaDatabase(std::span<SaConfig const> sas, std::vector<Policy> policies, Options options);
  SaDatabase(std::span<SaConfig const> sas, std::vector<Policy> policies)
      : SaDatabase(sas, std::move(policies), Options{}) {}
  ~SaDatabase();

  /// Adds SAs. Throws `ConfigError` if the name or the key of one exists or there is no space; the
  /// SAs before it stay added. Without policies, a new selector rebuilds all policies, which takes
  /// half a second for 100,000. With many policies and few new ones, `tick` does that later, and
  /// until then no packet uses a new selector.
  void add(std::span<SaConfig const> sas);
  void add(SaConfig const& sa) { add({&sa, 1}); }
  /// Removes an SA; false if there is none. A policy returns to an older SA that matches, if there
  /// is one.
  bool remove(SaName const& name);
  /// All SAs, by direction, SPI and destination.
  std::vector<SaStatus> list() const;
  /// At most `max` of the SAs after `after` in this order (no value: from the first).
  std::vector<SaStatus> list(std::optional<SaName> const& after, std::size_t max) const;
  std::optional<SaStatus> find(SaName const& name) const;

  /// An SA at the end of its lifetime.
  struct Expired {
    SaName name;
    bool hard;  ///< and has been removed
  };
  /// Call it a few times a second: reports each end of a lifetime once, removes SAs that have
  /// expired, and frees memory that no worker can hold any more. It examines only the SAs with a
  /// lifetime.
  std::vector<Expired> tick();

  /// Stores the numbers of SAs that send (`outbound`) and receive (`inbound`) in `file` from now
  /// on, and continues from the numbers in it. Before the first packet. `step`: see `SaState`.
  /// Throws `ConfigError` if the file cannot be written, or if another database uses the numbers of
  /// one of these SAs.
  void keep_state(std::shared_ptr<StateFile> file, bool outbound, bool inbound,
                  std::uint64_t step = 0);
  /// Call it every few milliseconds: see `SaState::tick`. No value if it is too early.
  std::optional<std::error_code> write_state();
  /// The file with the numbers; null if there is none.
  std::string const* state_path() const { return state_ ? &state_->file().path() : nullptr; }
  /// `identity_of` each outbound SA, and its SPI.
  std::vector<std::pair<Secret, std::uint32_t>> outbound_identities() const;
  /// Makes the marks exact for `StateFile::finish`, after the workers have ended.
  void settle_state();

  /// Memory of an SA, with the largest suite. An estimate: strings and trees count as measured with
  /// 100,000 SAs.
  static std::size_t max_bytes_of_sa();

  // For workers.
  Quiescence& readers() { return *readers_; }
  SaSlots& slots() { return slots_; }
  SpiTable const& spis() const { return spis_; }
  OutboundPolicies const& outbound() const noexcept {
    return *outbound_.load(std::memory_order_acquire);
  }
  /// Null if decrypted packets are not compared with policies.
  InboundPolicies const* inbound() const noexcept {
    return inbound_policies_ ? &*inbound_policies_ : nullptr;
  }

 private:
  using Key = std::tuple<Direction, std::uint32_t, std::string>;
  struct Sa {
    SaConfig config;  // without keys
    Direction direction;
    std::uint32_t index;
    std::uint64_t serial;  // the more, the newer
    Clock::time_point added;
    bool soft_told = false;
    KeyReuse::Claim key{};

    SaName name() const { return {direction, config.spi, config.form.destination}; }
  };

  using Place = std::map<Key, Sa>::iterator;
  /// The policies that name these ends.
  struct Used {
    bool out = false, in = false;
  };

  /// An SA in a slot that no look-up returns yet.
  struct Staged {
    SaConfig config;  // without keys
    Direction direction;
    std::uint32_t index;
    KeyReuse::Claim key;
  };

  static Key key_of(SaName const& name);
  std::vector<Direction> directions(SaConfig const& sa) const;
  void insert(std::span<SaConfig const> sas);
  Staged stage(SaConfig const& sa, Direction direction, std::size_t others);
  void unstage(std::vector<Staged> const& staged);
  void publish(Staged&& staged);
  void erase(Place entry);
  bool serves(Sa const& sa, Policy const& policy) const;
  void bind(std::uint32_t policy);
  std::span<std::uint32_t const> policies_of(std::string const& group) const;
  void make_policies();
  void make_policies_now_or_later();
  std::uint32_t peer(SaMode mode, std::optional<IpAddress> const& source,
                     std::optional<IpAddress> const& destination, std::uint32_t reqid);
  std::uint64_t packets(Sa const& sa) const;
  void use(std::uint32_t policy, std::uint32_t index);
  SaStatus status(Sa const& sa) const;
  bool reached(Sa const& sa, Lifetime const& lifetime, Clock::time_point now) const;

  mutable std::mutex mutex_;
  std::uint32_t max_sas_;
  std::shared_ptr<KeyReuse> keys_;
  std::shared_ptr<Quiescence> readers_;
  SaSlots slots_;
  SlotAllocator indices_;
  std::unique_ptr<SaState> state_;
  bool keeps_outbound_ = false, keeps_inbound_ = false;  // in `state_`
  SpiTable spis_;
  std::map<Key, Sa> sas_;
  std::map<std::uint64_t, Place> expiring_;  // those with a lifetime, by serial number
  std::uint64_t serial_ = 0;
  std::vector<Policy> policies_;  // of all directions; outbound ones from SAs at the end
  std::size_t written_ = 0;       // policies that the user wrote
  bool implicit_ = false;         // there is none for outbound packets among them
  std::size_t outdated_ = 0;      // policies that are missing, or have lost their SA
  Clock::time_point made_{};      // time of the last rebuild of policies,
  Clock::duration make_time_{};   // and its duration
  std::map<std::string, Used> used_between_;
  // The relation of policies and outbound SAs; SAs by serial number.
  std::map<std::string, std::vector<std::uint32_t>> policies_of_;
  std::map<std::string, std::map<std::uint64_t, Sa const*>> sas_of_;
  std::map<std::string, std::uint32_t> peers_;
  std::vector<std::uint32_t> uses_;  // policies that send by an SA, by its index
  std::optional<InboundPolicies> inbound_policies_;
  std::unique_ptr<OutboundPolicies> owned_;
  std::atomic<OutboundPolicies const*> outbound_{nullptr};
};

}  // namespace warpline::ipsec
