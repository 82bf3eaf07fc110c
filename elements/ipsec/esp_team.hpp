// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/hd.hpp"
#include "core/packet.hpp"
#include "elements/ipsec/aes_columns.hpp"
#include "elements/ipsec/esp_body.hpp"

/// The bodies of esp_body.hpp for teams of threads: the lanes of a packet take its blocks in turn.
namespace warpline::ipsec {

/// What both teams have: eight lanes, so that a packet of 64 bytes leaves few of them idle, and the
/// AES table in block memory.
struct AesTeam {
  static constexpr std::uint32_t kThreads = 256, kLanes = 8;
  using Shared = AesColumns;

  AesTables const* aes;
  SaKeys const* sas;

  std::uint32_t table_bytes(std::uint32_t) const { return AesColumns::kBytes; }
  WARPLINE_HD Shared load(std::byte* memory, std::uint32_t, std::uint32_t thread) const {
    return AesColumns::fill(*aes, memory, thread, kThreads);
  }
};

/// `esp_encrypt_ctr`.
struct EspCtrTeam : AesTeam {
  static constexpr std::uint32_t kBlocks = 4;
  struct Part {};

  WARPLINE_HD void part(AesColumns const& tables, std::uint32_t lane, Part&, MutableBytes esp,
                        std::uint32_t sa) const {
    esp_encrypt_ctr_lane(tables, sas[sa], esp.data, esp.size, lane, kLanes);
  }
  WARPLINE_HD void join(AesColumns const&, Part const*, MutableBytes, std::uint32_t) const {}
};

/// `esp_protect`: the codes of SHA-1, which no two threads can share, and the ends of GHASH are a
/// thread's for each packet.
struct EspTeam : AesTeam {
  static constexpr std::uint32_t kBlocks = 3;  // GHASH needs the registers
  using Part = GhashElement;
  static_assert(kLanes <= kGhashPowers);

  WARPLINE_HD void part(AesColumns const& tables, std::uint32_t lane, Part& part, MutableBytes esp,
                        std::uint32_t sa) const {
    if (sas[sa].suite == Suite::kAes128Gcm)
      part = esp_protect_gcm_lane(tables, sas[sa], esp.data, esp.size, lane, kLanes);
    else
      esp_encrypt_ctr_lane(tables, sas[sa], esp.data, esp.size, lane, kLanes);
  }

  WARPLINE_HD void join(AesColumns const&, Part const* parts, MutableBytes esp,
                        std::uint32_t sa) const {
    if (sas[sa].suite != Suite::kAes128Gcm)
      return esp_authenticate_sha1(sas[sa], esp.data, esp.size);
    GhashElement hash = parts[0];
    for (unsigned lane = 1; lane < kLanes; ++lane) hash = hash ^ parts[lane];
    esp_finish_gcm(sas[sa], esp.data, esp.size, hash);
  }
};

}  // namespace warpline::ipsec
