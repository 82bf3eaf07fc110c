// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/base/prefetch.hpp"
#include "core/base/stable_array.hpp"
#include "core/device/replicated.hpp"
#include "elements/ipsec/database/sa_selector.hpp"
#include "elements/ipsec/esp/cpu_keys.hpp"
#include "elements/ipsec/esp/sa_key_table.hpp"
#include "elements/ipsec/model/sa_config.hpp"
#include "elements/ipsec/packet/esp_inbound.hpp"
#include "elements/ipsec/packet/esp_outbound.hpp"

namespace warpline::ipsec {

/// The headers that an outbound SA adds to packets, and the last sequence number.
struct alignas(64) OutboundSa {
  OutboundSa(std::uint32_t spi, SaEncapsulation const& form, std::uint64_t sequence)
      : esp(spi, form), last(sequence) {}

  EspOutbound esp;
  std::atomic<std::uint64_t> last;
};

/// The properties of an inbound SA's packets, and the sequence numbers received.
struct alignas(64) InboundSa {
  /// `window_size`: 0 for an SA without anti-replay.
  InboundSa(SaEncapsulation const& form, std::uint32_t window_size)
      : window(window_size == 0 ? ReplayWindow::kMin : window_size, form.esn),
        esp(form),
        anti_replay(window_size != 0) {}

  ReplayWindow window;
  EspInbound esp;
  bool anti_replay;
  bool selects = false;  ///< `SaSlots::selector` must be checked for decrypted packets
};

/// Counters and limits of an SA. Workers keep the counters and any thread reads them.
struct alignas(64) SaCounters {
  /// Max sequence numbers (RFC 4303 sections 3.3.3 and 2.2.1).
  static constexpr std::uint64_t kLastSequence = 0xffffffff, kLastExtended = ~std::uint64_t{0};

  struct Outbound {
    std::atomic<std::uint64_t> limit{0};  ///< no higher number is sent; the writer may raise it
    std::uint64_t last_sequence = 0;      ///< the limit never rises above it
    std::uint64_t hard_bytes = ~std::uint64_t{0};
  };
  struct Inbound {
    std::atomic<std::uint64_t> packets{0};  ///< inner ones that got through
    std::atomic<std::uint32_t> integrity_failures{0}, replayed{0}, too_old{0}, mismatched{0};
    std::uint32_t peer = 0;      ///< `SaPeers` number of its ends, mode and reqid
    std::uint32_t any_peer = 0;  ///< the same for any reqid
  };

  explicit SaCounters(Direction direction) {
    if (direction == Direction::kOutbound)
      new (&outbound) Outbound();
    else
      new (&inbound) Inbound();
  }

  std::atomic<std::uint64_t> bytes{0};     ///< of inner packets
  std::atomic<std::uint64_t> last_use{0};  ///< `cycles()`
  union {
    Outbound outbound;
    Inbound inbound;
  };
};
static_assert(sizeof(SaCounters) == 64);

/// The memory of SAs by index, which all workers and devices share: keys, headers, sequence
/// numbers, counters.
///
/// One thread, the writer, fills and empties indices while workers use others. An index is written
/// when no worker can find it, and reused when no packet carries it any more. The tables grow
/// meanwhile, chunk by chunk (see `SaKeyTable`): addresses are reserved for as many SAs as a tag
/// can represent, or fewer if the process may not have that many addresses (RLIMIT_AS).
class SaSlots {
 public:
  /// Throws `std::bad_alloc`.
  SaSlots();
  ~SaSlots();
  SaSlots(SaSlots const&) = delete;
  SaSlots& operator=(SaSlots const&) = delete;

  /// Maximum number of SAs.
  std::uint32_t capacity() const { return capacity_; }
  /// Bytes of the tables for each SA; the last ones are its keys on the CPU, and on a device.
  static std::size_t host_bytes(Suite suite);
  static std::size_t device_bytes() { return sizeof(SaKeys); }

  /// Fills an empty place, whose index is less than `capacity()`. For the writer. Throws
  /// `std::bad_alloc`, and `ConfigError` if a device has no memory for more keys; the place then
  /// stays empty.
  void set(std::uint32_t index, SaConfig const& sa, Direction direction);
  /// Starts an outbound SA after `sa.last_sequence`, within the limits of its lifetime. No worker
  /// may find it yet. For the writer.
  void resume(std::uint32_t index, SaConfig const& sa);
  /// Stores the ring of an inbound SA's window in `memory` from now on, and does not change its
  /// content. No worker may find the SA yet. For the writer.
  ReplayWindow& keep_window(std::uint32_t index, ReplayWindow::Word* memory);
  /// Overwrites keys, here and on devices. For the writer.
  void wipe(std::uint32_t index) noexcept;

  OutboundSa& outbound(std::uint32_t index) { return entries_[index].outbound; }
  InboundSa& inbound(std::uint32_t index) { return entries_[index].inbound; }
  SaCounters& use(std::uint32_t index) { return entries_[index].use; }
  OutboundSa const& outbound(std::uint32_t index) const { return entries_[index].outbound; }
  InboundSa const& inbound(std::uint32_t index) const { return entries_[index].inbound; }
  SaCounters const& use(std::uint32_t index) const { return entries_[index].use; }
  /// False while a core's second-level cache holds all SAs: `prefetch` would cost more than it gains.
  bool far() const { return count_.load(std::memory_order_relaxed) > kMaxNear; }
  /// Prefetches the lines of an SA and of its counters, which packets will change.
  void prefetch(std::uint32_t index) const {
    prefetch_for_write(&entries_[index]);
    prefetch_for_write(&entries_[index].use);
  }
  /// Returns whether the frame is an ESP packet of the outbound SA in its tag.
  bool is_own(Packet const& packet) const noexcept;
  /// Of an inbound SA that `selects`.
  SaSelector const& selector(std::uint32_t index) const { return selectors_[index]; }
  /// Returns whether there is an SA of that direction at `index`, which may be any number.
  bool holds(std::uint32_t index, Direction direction) const {
    return index < states_.size() && states_[index].load(std::memory_order_acquire) ==
                                         1 + static_cast<std::uint8_t>(direction);
  }

  SaKeys const& keys(std::uint32_t index) const { return keys_[index]; }
  std::shared_ptr<CpuKeys const> cpu_keys() const { return cpu_keys_; }
  /// All keys in the form that kernels on `device` use. They are updated from now on, or the device
  /// fails all work. While graphs are built. Throws `ConfigError` if the device has no memory.
  SaKeyTable upload(Device& device);
  /// The constants of AES in the form that kernels on `device` use; also updated.
  AesTables const* aes(Device& device) const { return aes_.on(device); }
  AesInverseTables const* aes_inverse(Device& device) const { return aes_inverse_.on(device); }

  /// Sets whether a single thread handles packets (default: false). Before the first packet.
  void serve_one_thread(bool single_threaded) { single_threaded_ = single_threaded; }
  bool single_threaded() const { return single_threaded_; }

 private:
  /// Neighbouring lines: the second one costs a third of a single one.
  struct alignas(2 * kCacheLine) Entry {
    Entry() : use(Direction::kOutbound) {}
    ~Entry() {}
    union {
      OutboundSa outbound;
      InboundSa inbound;
    };
    SaCounters use;
  };
  static_assert(sizeof(Entry) == 2 * kCacheLine);
  static constexpr std::uint8_t kEmpty = 0;
  static constexpr std::uint32_t kMaxNear = 128;  // 16 KiB of entries

  /// The tables of one device's kernels; devices that run them in this process share one.
  struct DeviceKeys {
    std::shared_ptr<TableMemory> memory;
    std::vector<DeviceTable<SaKeys>> chunks;
    std::unique_ptr<SaKeys const*[]> addresses;  // of the chunks, on the device
    DeviceTable<SaKeys const*> table;            // the addresses
    bool failed = false;  // accepts no more work; work in flight may read all this
  };

  void grow(std::uint32_t index);
  void upload_chunk(DeviceKeys& keys, std::uint32_t chunk);
  std::string extend(DeviceKeys& keys, std::uint32_t chunk);
  void erase(std::uint32_t index) noexcept;
  void refresh(std::uint32_t index) noexcept;

  std::uint32_t capacity_;
  bool single_threaded_ = false;
  std::atomic<std::uint32_t> count_{0};  // of SAs
  StableArray<SaKeys> keys_;
  StableArray<Entry> entries_;
  StableArray<SaSelector> selectors_;
  // kEmpty, or 1 + direction. Grows last: an index with a state is accessible in the other tables.
  StableArray<std::atomic<std::uint8_t>> states_;
  std::shared_ptr<CpuKeys> cpu_keys_;
  std::vector<DeviceKeys> devices_;
  Replicated<AesTables> aes_{aes_tables()};
  Replicated<AesInverseTables> aes_inverse_{aes_inverse_tables()};
};

}  // namespace warpline::ipsec
