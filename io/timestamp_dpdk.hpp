// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>
#include <rte_string_fns.h>

#include <cstdint>

#include "core/error.hpp"

/// When a packet was captured: it travels in a dynamic field of the mbuf. For sources in `io/`
/// only.
namespace warpline {

class Timestamps {
 public:
  /// Reserves the field; the same one every time. Throws `ConfigError` where none is left.
  Timestamps() {
    rte_mbuf_dynfield field{};
    rte_mbuf_dynflag flag{};
    rte_strscpy(field.name, "warpline_timestamp", sizeof field.name);
    rte_strscpy(flag.name, "warpline_timestamp", sizeof flag.name);
    field.size = sizeof(std::uint64_t);
    field.align = alignof(std::uint64_t);
    offset_ = rte_mbuf_dynfield_register(&field);
    auto const bit = rte_mbuf_dynflag_register(&flag);
    if (offset_ < 0 || bit < 0) throw ConfigError("DPDK's packet buffers have no room for a time");
    flag_ = std::uint64_t{1} << bit;
  }

  void set(rte_mbuf* mbuf, std::uint64_t time_ns) const noexcept {
    *RTE_MBUF_DYNFIELD(mbuf, offset_, std::uint64_t*) = time_ns;
    mbuf->ol_flags |= flag_;
  }
  bool has(rte_mbuf const* mbuf) const noexcept { return (mbuf->ol_flags & flag_) != 0; }
  std::uint64_t get(rte_mbuf* mbuf) const noexcept {
    return *RTE_MBUF_DYNFIELD(mbuf, offset_, std::uint64_t*);
  }

 private:
  int offset_;
  std::uint64_t flag_;
};

}  // namespace warpline
