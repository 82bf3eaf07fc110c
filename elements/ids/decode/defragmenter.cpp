// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/decode/defragmenter.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include "core/base/big_pages.hpp"
#include "core/base/random.hpp"
#include "core/net/checksum.hpp"
#include "core/net/wire.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kMaxLength = 65'535;
constexpr std::uint32_t kFragmentHeader = 8;  // of IPv6
constexpr unsigned kMaxEvictions = 8;         // for a fragment

std::uint32_t buckets_for(std::uint32_t datagrams) {
  return std::bit_ceil(std::max(datagrams, 1u));
}

std::uint32_t buffer_size(std::uint32_t link) { return link + ipv6::kSize + kMaxLength; }

/// The offset of the field that names the header before `end`, from the IPv6 header on.
std::uint32_t last_next_header(std::uint8_t const* ip, std::uint32_t end) {
  constexpr std::uint8_t kAuthentication = 51, kFragment = 44;
  std::uint32_t field = 6;
  auto type = ip[field];
  for (std::uint32_t at = ipv6::kSize; at + 8 <= end;) {
    std::uint32_t const units = ip[at + 1];
    field = at;
    at += type == kAuthentication ? (units + 2) * 4 : type == kFragment ? 8 : (units + 1) * 8;
    type = ip[field];
  }
  return field;
}

}  // namespace

Defragmenter::Defragmenter(std::size_t memory, std::uint32_t datagrams, HostPolicies policies,
                           std::uint64_t seed)
    : policies_(std::move(policies)),
      seed_(seed),
      pool_(memory),
      entries_(std::max(datagrams, 1u), big_pages()),
      buckets_(buckets_for(datagrams), kNone, big_pages()),
      buffer_(buffer_size(kMaxLink)) {
  for (auto index = static_cast<std::uint32_t>(entries_.size()); index-- > 0;) {
    entries_[index].next = free_;
    free_ = index;
  }
}

void Defragmenter::take_over(Defragmenter& old) noexcept {
  std::swap(seed_, old.seed_);
  pool_.swap(old.pool_);
  entries_.swap(old.entries_);
  buckets_.swap(old.buckets_);
  std::swap(free_, old.free_);
  std::swap(oldest_, old.oldest_);
  std::swap(newest_, old.newest_);
  std::swap(size_, old.size_);
  take_counters(old);
}

std::size_t Defragmenter::bytes(std::size_t memory, std::uint32_t datagrams) {
  return memory + std::max(datagrams, 1u) * sizeof(Entry) +
         buckets_for(datagrams) * sizeof(std::uint32_t) + buffer_size(kMaxLink);
}

Defragmenter::Key Defragmenter::key_of(DecodedPacket const& packet) {
  Key key;
  std::memcpy(key.addresses.data(), packet.source(), packet.address_size());
  std::memcpy(key.addresses.data() + 2, packet.destination(), packet.address_size());
  if (packet.version == 4) {
    key.identification = load_be16(packet.at(packet.network + 4));
    key.protocol = packet.protocol;
  } else {
    key.identification = reinterpret_cast<be32 const*>(packet.at(packet.transport - 4))->host();
  }
  key.vlan[0] = packet.vlan[0];
  key.vlan[1] = packet.vlan[1];
  key.version = packet.version;
  return key;
}

std::size_t Defragmenter::bucket_of(Key const& key) const {
  auto hash = mix64(seed_ ^ (std::uint64_t{key.protocol} << 8 | key.version));
  for (auto const word : key.addresses) hash = mix64(hash ^ word);
  hash = mix64(hash ^ (std::uint64_t{key.identification} << 32 | std::uint64_t{key.vlan[0]} << 16 |
                       key.vlan[1]));
  return hash & (buckets_.size() - 1);
}

std::uint32_t Defragmenter::find(Key const& key) const {
  auto index = buckets_[bucket_of(key)];
  while (index != kNone && !(entries_[index].key == key)) index = entries_[index].next;
  return index;
}

void Defragmenter::push_newest(std::uint32_t index) {
  auto& entry = entries_[index];
  entry.older = newest_;
  entry.newer = kNone;
  (newest_ == kNone ? oldest_ : entries_[newest_].newer) = index;
  newest_ = index;
}

void Defragmenter::unlink_age(std::uint32_t index) {
  auto const& entry = entries_[index];
  (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
  (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
}

std::uint32_t Defragmenter::create(Key const& key, DecodedPacket const& packet) {
  if (free_ == kNone) evict_other_than(kNone);
  auto const index = free_;
  auto& entry = entries_[index];
  free_ = entry.next;
  entry = Entry{};
  entry.key = key;
  std::uint32_t const size = key.version == 4 ? 4 : 16;
  auto const* const destination = packet.at(packet.network + (key.version == 4 ? 16 : 24));
  entry.policy = fragment_policy(policies_.at({destination, size}));
  auto& bucket = buckets_[bucket_of(key)];
  entry.next = bucket;
  bucket = index;
  push_newest(index);
  ++size_;
  return index;
}

void Defragmenter::remove(std::uint32_t index) {
  auto& entry = entries_[index];
  auto* link = &buckets_[bucket_of(entry.key)];
  while (*link != index) link = &entries_[*link].next;
  *link = entry.next;
  unlink_age(index);
  entry.data.clear(pool_);
  entry.headers.clear(pool_);
  entry.next = free_;
  free_ = index;
  --size_;
}

bool Defragmenter::evict_other_than(std::uint32_t index) {
  auto const victim = oldest_ == index && oldest_ != kNone ? entries_[oldest_].newer : oldest_;
  if (victim == kNone) return false;
  remove(victim);
  ++counters_.evicted;
  return true;
}

bool Defragmenter::is_over(std::uint32_t index, std::uint32_t now_ms) const {
  // As signed: a packet may be older than the one before.
  return static_cast<std::int32_t>(now_ms - entries_[index].last_seen_ms) >=
         static_cast<std::int32_t>(kTimeoutMs);
}

void Defragmenter::expire(std::uint32_t now_ms, unsigned max) {
  for (unsigned i = 0; i < max && oldest_ != kNone; ++i) {
    if (!is_over(oldest_, now_ms)) return;
    remove(oldest_);
    ++counters_.timed_out;
  }
}

void Defragmenter::clear() {
  while (oldest_ != kNone) remove(oldest_);
}

/// Keeps what precedes the data of the first fragment; false if the pool is exhausted.
bool Defragmenter::keep_headers(Entry& entry, DecodedPacket const& packet) {
  bool const ipv4 = packet.version == 4;
  auto const link = packet.network > kMaxLink ? 0 : packet.network;
  auto const end = ipv4 ? packet.transport : packet.transport - kFragmentHeader;
  ByteChain headers;
  Bytes const kept{packet.at(packet.network - link), end - packet.network + link};
  if (headers.append(pool_, kept) != kept.size) {
    headers.clear(pool_);
    return false;
  }
  entry.headers.clear(pool_);
  entry.headers = headers;
  entry.network = link;
  entry.protocol = packet.protocol;
  entry.next_header =
      link + (ipv4 ? 9 : last_next_header(packet.at(packet.network), end - packet.network));
  return true;
}

std::optional<Defragmenter::Datagram> Defragmenter::add(DecodedPacket const& packet,
                                                        std::uint32_t now_ms) {
  ++counters_.fragments;
  expire(now_ms, 4);
  Bytes const data{packet.at(packet.transport), packet.end - packet.transport};
  if (data.size == 0) {
    ++counters_.empty;
    return std::nullopt;
  }
  auto const headers = packet.version == 4 ? ipv4::kSize : 0;
  if (headers + packet.fragment_offset + data.size > kMaxLength) {
    ++counters_.too_large;
    return std::nullopt;
  }
  auto const key = key_of(packet);
  auto index = find(key);
  if (index != kNone && is_over(index, now_ms)) {  // `expire` has not come to it
    remove(index);
    ++counters_.timed_out;
    index = kNone;
  }
  if (index == kNone) {
    index = create(key, packet);
  } else {
    unlink_age(index);
    push_newest(index);
  }
  auto& entry = entries_[index];
  entry.last_seen_ms = now_ms;

  SegmentQueue::Inserted result;
  bool kept = false;
  for (unsigned evictions = 0;; ++evictions) {
    // The headers first: `insert` cannot be undone.
    if (packet.fragment_offset == 0 && entry.headers.size == 0) kept = keep_headers(entry, packet);
    result.out_of_memory = packet.fragment_offset == 0 && entry.headers.size == 0;
    if (!result.out_of_memory)
      result = entry.data.insert(pool_, packet.fragment_offset, data, entry.policy);
    if (!result.out_of_memory || evictions == kMaxEvictions || !evict_other_than(index)) break;
  }
  if (result.overlaps) ++counters_.overlaps;
  if (result.out_of_memory) ++counters_.out_of_memory;
  if (result.refused) ++counters_.refused;
  if (result.accepted == 0) return std::nullopt;
  // The headers come from the fragment whose first byte is the datagram's first.
  if (packet.fragment_offset == 0 && result.first_byte && !kept) keep_headers(entry, packet);
  entry.end = std::max(entry.end, packet.fragment_offset + data.size);
  entry.has_last = entry.has_last || !packet.more_fragments;
  if (!entry.has_last || entry.data.bytes() != entry.end) return std::nullopt;
  auto const datagram = assemble(entry);
  remove(index);
  return datagram;
}

/// Writes the headers and the data to the buffer, and repairs what fragmentation has changed.
std::optional<Defragmenter::Datagram> Defragmenter::assemble(Entry& entry) {
  bool const ipv4 = entry.key.version == 4;
  auto const& headers = entry.headers;
  auto const before = ipv4 ? entry.network : entry.network + ipv6::kSize;
  auto const length = headers.size - before + entry.end;  // as the IP header gives it
  if (length > kMaxLength) {
    ++counters_.too_large;
    return std::nullopt;
  }
  headers.copy(pool_, headers.begin, headers.size, buffer_.data());
  auto* out = buffer_.data() + headers.size;
  entry.data.take_front(pool_, 0, [&](Bytes part) {
    std::memcpy(out, part.data, part.size);
    out += part.size;
  });
  auto* const ip = buffer_.data() + entry.network;
  auto const set_half = [&](std::uint32_t offset, std::uint32_t value) {
    reinterpret_cast<be16*>(ip + offset)->set(static_cast<std::uint16_t>(value));
  };
  buffer_[entry.next_header] = entry.protocol;
  if (ipv4) {
    set_half(2, length);
    set_half(6, load_be16(ip + 6) & 0x4000u);  // "don't fragment" stays
    set_half(10, 0);
    set_half(10, checksum_of(checksum_sum({ip, headers.size - entry.network})));
  } else {
    set_half(4, length);
  }
  ++counters_.reassembled;
  return Datagram{{buffer_.data(), headers.size + entry.end}, entry.network};
}

}  // namespace warpline::ids
