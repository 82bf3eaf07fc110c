// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/hd.hpp"
#include "core/packet/packet.hpp"
#include "elements/ipsec/crypto/aes_columns.hpp"
#include "elements/ipsec/esp/esp_decrypt.hpp"
#include "elements/ipsec/esp/esp_protect.hpp"
#include "elements/ipsec/esp/sa_key_table.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"

/// The bodies of esp_protect.hpp and esp_decrypt.hpp for teams of threads: the lanes of a packet
/// process its blocks in turn. Packets start at byte 34 of their frames and have an `SaTag`.
namespace warpline::ipsec {

/// The common part of the outbound teams: eight lanes, so that a packet of 64 bytes leaves few of
/// them idle, and the AES table in shared memory.
struct AesTeam {
  static constexpr std::uint32_t kThreads = 256, kLanes = 8;
  using Shared = AesColumns;

  AesTables const* aes;
  SaKeyTable sas;

  std::uint32_t table_bytes(std::uint32_t) const { return AesColumns::kBytes; }
  WARPLINE_HD Shared load(std::byte* memory, std::uint32_t, std::uint32_t thread) const {
    return AesColumns::fill(*aes, memory, thread, kThreads);
  }
};

/// `esp_encrypt_ctr_lane`, all lanes.
struct EspCtrTeam : AesTeam {
  static constexpr std::uint32_t kBlocks = 4;
  struct Part {};

  WARPLINE_HD void part(AesColumns const& tables, std::uint32_t lane, Part&, MutableBytes rest,
                        std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_encrypt_ctr_lane(tables, sas[sa.index()], esp.data, esp.size, lane, kLanes);
  }
  WARPLINE_HD void join(AesColumns const&, Part const*, MutableBytes, std::uint32_t) const {}
};

/// `esp_protect`.
struct EspTeam : AesTeam {
  static constexpr std::uint32_t kBlocks = 3;  // GHASH needs the registers
  using Part = EspPart;
  static_assert(kLanes <= kGhashPowers);

  WARPLINE_HD void part(AesColumns const& tables, std::uint32_t lane, Part& part, MutableBytes rest,
                        std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_protect_lane(tables, sas[sa.index()], esp.data, esp.size, part, lane, kLanes);
  }
  WARPLINE_HD void join(AesColumns const& tables, Part const* parts, MutableBytes rest,
                        std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_protect_join(tables, sas[sa.index()], esp.data, esp.size, parts, kLanes);
  }
};

/// `esp_decrypt`: the check by all lanes, its verdict by one thread, decryption by all lanes.
struct EspOpenTeam {
  static constexpr std::uint32_t kThreads = 256, kLanes = 8, kBlocks = 3;
  using Part = EspPart;
  struct Shared {
    AesColumns forward, inverse;
  };

  AesTables const* aes;
  AesInverseTables const* aes_inverse;
  SaKeyTable sas;

  std::uint32_t table_bytes(std::uint32_t) const { return 2 * AesColumns::kBytes; }
  WARPLINE_HD Shared load(std::byte* memory, std::uint32_t, std::uint32_t thread) const {
    return {AesColumns::fill(*aes, memory, thread, kThreads),
            AesColumns::fill(*aes_inverse, memory + AesColumns::kBytes, thread, kThreads)};
  }

  WARPLINE_HD void part(Shared const& tables, std::uint32_t lane, Part& part, MutableBytes rest,
                        std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_verify_lane(tables.forward, sas[sa.index()], esp.data, esp.size, part, lane, kLanes);
  }
  WARPLINE_HD std::uint32_t join(Shared const&, Part const* parts, MutableBytes rest,
                                 std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    return esp_verify_join(sas[sa.index()], esp.data, esp.size, parts, kLanes);
  }
  WARPLINE_HD void after(Shared const& tables, std::uint32_t lane, Part const& part,
                         std::uint32_t result, MutableBytes rest, std::uint32_t tag) const {
    if (result != EspResult::kGood) return;
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_decrypt_lane(tables.forward, tables.inverse, sas[sa.index()], esp.data, esp.size, part,
                     lane, kLanes);
  }
};

}  // namespace warpline::ipsec
