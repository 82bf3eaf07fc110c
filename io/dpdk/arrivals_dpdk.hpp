// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_string_fns.h>

#include <cstddef>
#include <cstdint>

#include "core/base/error.hpp"
#include "core/packet/buffer_pool.hpp"

/// Arrival metadata of a packet, in a dynamic field of the mbuf. For sources in `io/` only.
namespace warpline {

/// Access to the field. The constructor is for the control thread; any thread may read and write the
/// field of an mbuf that it owns.
class Arrivals {
 public:
  /// Reserves the field; every call returns the same one. Throws `ConfigError` if there is no field
  /// left.
  Arrivals() {
    rte_mbuf_dynfield field{};
    rte_mbuf_dynflag flag{};
    rte_strscpy(field.name, "warpline_arrival", sizeof field.name);
    rte_strscpy(flag.name, "warpline_arrival", sizeof flag.name);
    field.size = sizeof(Stored);
    field.align = alignof(Stored);
    auto const offset = rte_mbuf_dynfield_register(&field);
    auto const bit = rte_mbuf_dynflag_register(&flag);
    if (offset < 0 || bit < 0) throw ConfigError("DPDK's packet buffers have no room for a time");
    offset_ = static_cast<std::size_t>(offset);
    flag_ = std::uint64_t{1} << bit;
  }

  void set(rte_mbuf* mbuf, Arrival const& arrival) const noexcept {
    auto& stored = *RTE_MBUF_DYNFIELD(mbuf, offset_, Stored*);
    stored.time_ns = arrival.time_ns.value_or(0);
    stored.rest = arrival.number << kNumberShift | (arrival.time_ns ? kHasTime : 0) |
                  static_cast<std::uint64_t>(arrival.link_type);
    mbuf->ol_flags |= flag_;
  }
  /// Zero when unknown.
  Arrival get(rte_mbuf* mbuf) const noexcept {
    Arrival arrival;  // the only one: copies wait for what was just stored
    if ((mbuf->ol_flags & flag_) == 0) return arrival;
    auto const& stored = *RTE_MBUF_DYNFIELD(mbuf, offset_, Stored*);
    if ((stored.rest & kHasTime) != 0) arrival.time_ns = stored.time_ns;
    arrival.number = stored.rest >> kNumberShift;
    arrival.link_type = static_cast<LinkType>(stored.rest & kLinkMask);
    return arrival;
  }

 private:
  // Drivers need a part of an mbuf's 36 bytes for fields, too.
  struct Stored {
    std::uint64_t time_ns;
    std::uint64_t rest;  // the number, whether there is a time, the link type
  };
  static constexpr std::uint64_t kLinkMask = 0x7f, kHasTime = 0x80;
  static constexpr unsigned kNumberShift = 8;

  std::size_t offset_;
  std::uint64_t flag_;
};

}  // namespace warpline
