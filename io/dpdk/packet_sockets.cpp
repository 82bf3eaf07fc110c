// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/packet_sockets.hpp"

#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace warpline {
namespace {

/// Bytes before the address in a frame of the ring: TPACKET_ALIGN, which the kernel defines in signed
/// numbers.
constexpr std::size_t kHeaderSize =
    (sizeof(tpacket2_hdr) + TPACKET_ALIGNMENT - 1) / TPACKET_ALIGNMENT * TPACKET_ALIGNMENT;

// The driver asks for rings of version 2. A packet socket without that has none.
bool has_ring(int file) {
  int version = 0;
  socklen_t size = sizeof version;
  return ::getsockopt(file, SOL_PACKET, PACKET_VERSION, &version, &size) == 0 &&
         version == TPACKET_V2;
}

std::uint32_t status_of(unsigned char const* frame) {
  auto const* header = reinterpret_cast<tpacket2_hdr const*>(frame);
  return __atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE);
}

/// The value of `key=VALUE` among the driver's arguments.
std::size_t argument(std::string const& arguments, std::string const& key, std::size_t otherwise) {
  auto const begin = ("," + arguments).find("," + key + "=");
  if (begin == std::string::npos) return otherwise;
  auto const value = std::strtoul(arguments.c_str() + begin + key.size() + 1, nullptr, 10);
  return value == 0 ? otherwise : value;
}

}  // namespace

std::set<int> PacketSockets::all() {
  std::set<int> result;
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator("/proc/self/fd", error)) {
    auto const file = std::atoi(entry.path().filename().c_str());
    if (has_ring(file)) result.insert(file);
  }
  return result;
}

// Descriptors opened one after the other ascend, so they are in the order of the queues.
PacketSockets::PacketSockets(std::set<int> const& before, std::string const& arguments) {
  block_size_ = argument(arguments, "blocksz", static_cast<std::size_t>(::getpagesize()));
  frame_size_ = argument(arguments, "framesz", frame_size_);
  frames_ = argument(arguments, "framecnt", frames_);
  ring_size_ = block_size_ * (frames_ / (block_size_ / frame_size_));
  for (auto const file : all()) {
    if (before.contains(file)) continue;
    auto* memory = ::mmap(nullptr, 2 * ring_size_, PROT_READ, MAP_SHARED, file, 0);
    rings_.push_back({file, memory == MAP_FAILED ? nullptr : static_cast<unsigned char*>(memory)});
  }
}

PacketSockets::~PacketSockets() {
  for (auto const& ring : rings_)
    if (ring.memory != nullptr) ::munmap(ring.memory, 2 * ring_size_);
}

int PacketSockets::file(unsigned queue) const {
  return queue < rings_.size() ? rings_[queue].file : -1;
}

// Each reading resets the kernel's counters.
void PacketSockets::update(Ring& ring) {
  tpacket_stats stats{};
  socklen_t size = sizeof stats;
  if (::getsockopt(ring.file, SOL_PACKET, PACKET_STATISTICS, &stats, &size) != 0) return;
  ring.counts.packets += stats.tp_packets;
  ring.counts.drops += stats.tp_drops;
}

PacketSockets::Counts PacketSockets::counts() {
  Counts sum;
  for (auto& ring : rings_) {
    update(ring);
    sum.packets += ring.counts.packets - ring.ignored;
    sum.drops += ring.counts.drops;
  }
  return sum;
}

PacketSockets::Beginning PacketSockets::begin(unsigned queue, unsigned interface_index) {
  Beginning beginning;
  if (queue >= rings_.size() || rings_[queue].memory == nullptr) return beginning;
  auto& ring = rings_[queue];
  unsigned own = 0, foreign = 0;
  for (std::size_t i = 0; i < frames_; ++i) {
    auto const* frame = ring.memory + i * frame_size_;
    if ((status_of(frame) & TP_STATUS_USER) == 0) break;
    sockaddr_ll from;
    std::memcpy(&from, frame + kHeaderSize, sizeof from);
    if (from.sll_ifindex == static_cast<int>(interface_index)) {
      ++own;
    } else {
      ++foreign;
      beginning = {own + foreign, own};
    }
  }
  // Frames received before the ring existed are counted, but are in no ring. Others may arrive
  // between the readings.
  constexpr int kAttempts = 10;
  std::uint64_t unread = 0;
  for (int i = 0; i < kAttempts; ++i) {
    unread = count(ring, false, TP_STATUS_USER);
    update(ring);
    if (unread == count(ring, false, TP_STATUS_USER)) break;
  }
  auto const in_ring = unread + ring.counts.drops;
  auto const before = ring.counts.packets > in_ring ? ring.counts.packets - in_ring : 0;
  ring.ignored = before + foreign;
  return beginning;
}

std::uint64_t PacketSockets::count(Ring const& ring, bool transmit, std::uint32_t status) const {
  if (ring.memory == nullptr) return 0;
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < frames_; ++i)
    count += (status_of(ring.memory + (transmit ? ring_size_ : 0) + i * frame_size_) & status) != 0;
  return count;
}

std::uint64_t PacketSockets::unsent() const {
  std::uint64_t sum = 0;
  for (auto const& ring : rings_) sum += count(ring, true, TP_STATUS_SEND_REQUEST);
  return sum;
}

std::uint64_t PacketSockets::unread() const {
  std::uint64_t sum = 0;
  for (auto const& ring : rings_) sum += count(ring, false, TP_STATUS_USER);
  return sum;
}

void PacketSockets::send_waiting() {
  for (auto const& ring : rings_) {
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(ring.file, SOL_SOCKET, SO_ERROR, &error, &size);
    ::sendto(ring.file, nullptr, 0, MSG_DONTWAIT, nullptr, 0);
  }
}

std::size_t PacketSockets::max_frame() const { return frame_size_ - kHeaderSize; }

}  // namespace warpline
