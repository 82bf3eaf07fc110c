// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/ipv4_fragments.hpp"

#include <algorithm>
#include <cstring>

#include "core/net/checksum.hpp"
#include "core/packet/annotations.hpp"

namespace warpline {
namespace {

constexpr std::uint16_t kMoreFragments = 0x2000, kOffset = 0x1fff;

/// Bytes of payload after `header` in a fragment of at most `max_size` bytes, rounded down to a
/// multiple of eight.
std::uint32_t payload_after(std::uint32_t header, std::uint32_t max_size) {
  return max_size < header ? 0 : (max_size - header) & ~7u;
}

/// Length, place and checksum.
void finish(ipv4::Header& ip, std::uint32_t size, std::uint16_t fragment) {
  ip.total_length.set(static_cast<std::uint16_t>(size));
  ip.fragment.set(fragment);
  ip.checksum.set(0);
  ip.checksum.set(checksum_of(checksum_sum({&ip.version_ihl, ip.header_size()})));
}

void annotate_fragment(Packet& packet, ipv4::Header const& ip) {
  using namespace header_flag;
  packet.ip_length = ip.total_length.host();
  packet.l3_length = static_cast<std::uint16_t>(ip.header_size());
  bool const later = (ip.fragment.host() & kOffset) != 0;
  packet.flags = static_cast<std::uint16_t>((packet.flags & ~kLaterFragment) | kFragment |
                                            (later ? kLaterFragment : 0));
}

}  // namespace

Ipv4Fragments::Ipv4Fragments(Packet const& packet, std::uint32_t max_size) noexcept
    : l2_length_(packet.l2_length) {
  auto const& ip = *reinterpret_cast<ipv4::Header const*>(packet.data + l2_length_);
  header_ = ip.header_size();
  size_ = ip.total_length.host();
  if (!checksum_holds({&ip.version_ihl, header_})) {
    verdict_ = drop<"ip_bad_checksum">();
    return;
  }
  std::uint32_t const end = (ip.fragment.host() & kOffset) * kUnit + size_ - header_;
  bool const good = copy_options(&ip.version_ihl + ipv4::kSize, header_ - ipv4::kSize);
  if (!good || header_ + end > 0xffff) {
    verdict_ = drop<"bad_ip_header">();
    return;
  }
  first_text_ = payload_after(header_, max_size);
  later_text_ = payload_after(later_header_, max_size);
  if (first_text_ == 0 || later_text_ == 0) {
    verdict_ = drop<"too_big">();
    return;
  }
  // The last one may have any length.
  std::uint32_t left = size_ - header_;
  count_ = 1;
  if (header_ + left <= max_size) return;
  left -= first_text_;
  std::uint32_t const last = max_size - later_header_;
  if (left > last) count_ += (left - last + later_text_ - 1) / later_text_;
  ++count_;
}

bool Ipv4Fragments::copy_options(std::uint8_t const* options, std::uint32_t size) noexcept {
  constexpr std::uint8_t kEnd = 0, kNoOperation = 1, kCopied = 0x80;
  std::uint32_t copied = 0;
  for (std::uint32_t offset = 0; offset < size && options[offset] != kEnd;) {
    if (options[offset] == kNoOperation) {
      ++offset;
      continue;
    }
    std::uint32_t const length = offset + 1 < size ? options[offset + 1] : 0;
    if (length < 2 || length > size - offset) return false;
    if ((options[offset] & kCopied) != 0) {
      std::memcpy(options_ + copied, options + offset, length);
      copied += length;
    }
    offset += length;
  }
  later_header_ = ipv4::kSize + ((copied + 3) & ~3u);
  return true;
}

std::uint32_t Ipv4Fragments::longest_frame() const {
  std::uint32_t const left = size_ - header_ - std::min(first_text_, size_ - header_);
  return l2_length_ + later_header_ + std::min(left, later_text_ + kUnit - 1);
}

void Ipv4Fragments::write(Packet& packet, std::span<Packet> others) const noexcept {
  auto& ip = *reinterpret_cast<ipv4::Header*>(packet.data + packet.l2_length);
  auto const place = ip.fragment.host();
  auto const flags = static_cast<std::uint16_t>(place & ~(kOffset | kMoreFragments));
  std::uint32_t offset = first_text_, left = size_ - header_ - first_text_;
  for (auto& other : others) {
    bool const last = &other == &others.back();
    std::uint32_t const text = last ? left : later_text_, size = later_header_ + text;
    other.append(packet.l2_length + size);
    std::memcpy(other.data, packet.data, packet.l2_length + ipv4::kSize);
    auto& header = *reinterpret_cast<ipv4::Header*>(other.data + packet.l2_length);
    std::memcpy(&header.version_ihl + ipv4::kSize, options_, later_header_ - ipv4::kSize);
    std::memcpy(&header.version_ihl + later_header_, &ip.version_ihl + header_ + offset, text);
    header.version_ihl = static_cast<std::uint8_t>(0x40 | later_header_ / 4);
    std::uint16_t const more = last ? place & kMoreFragments : kMoreFragments;
    finish(header, size,
           static_cast<std::uint16_t>(flags | more | ((place & kOffset) + offset / kUnit)));
    other.in_port = packet.in_port;
    other.out_port = packet.out_port;
    copy_annotations(packet, other);
    annotate_fragment(other, header);
    offset += text;
    left -= text;
  }
  std::uint32_t const size = header_ + first_text_;
  packet.trim_back(packet.length - packet.l2_length - size);
  finish(ip, size, static_cast<std::uint16_t>(flags | kMoreFragments | (place & kOffset)));
  annotate_fragment(packet, ip);
}

}  // namespace warpline
