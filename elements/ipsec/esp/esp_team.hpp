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

/// The bodies of esp_protect.hpp and esp_decrypt.hpp for teams of threads: the threads of a packet
/// process its blocks in turn. Packets start at byte 34 of their frames and have an `SaTag`.
namespace warpline::ipsec {

/// The common part of the outbound teams: eight threads, so that a packet of 64 bytes leaves few of
/// them idle, and the AES table in shared memory.
struct AesTeam {
  static constexpr std::uint32_t kThreads = 256, kThreadsPerPacket = 8;
  using Shared = AesColumns;

  AesTables const* aes;
  SaKeyTable sas;

  std::uint32_t table_bytes(std::uint32_t) const { return AesColumns::kBytes; }
  WARPLINE_HD Shared load(std::byte* memory, std::uint32_t, std::uint32_t thread) const {
    return AesColumns::fill(*aes, memory, thread, kThreads);
  }
};

/// `esp_encrypt_ctr_share`, all threads.
struct EspCtrTeam : AesTeam {
  static constexpr std::uint32_t kBlocks = 4;
  struct Partial {};

  WARPLINE_HD void partial(AesColumns const& tables, std::uint32_t thread, Partial&,
                           MutableBytes rest, std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_encrypt_ctr_share(tables, sas[sa.index()], esp.data, esp.size, thread, kThreadsPerPacket);
  }
  WARPLINE_HD void reduce(AesColumns const&, Partial const*, MutableBytes, std::uint32_t) const {}
};

/// `esp_protect`.
struct EspTeam : AesTeam {
  static constexpr std::uint32_t kBlocks = 3;  // GHASH needs the registers
  using Partial = EspPartial;
  static_assert(kThreadsPerPacket <= kGhashPowers);

  WARPLINE_HD void partial(AesColumns const& tables, std::uint32_t thread, Partial& partial,
                           MutableBytes rest, std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_protect_share(tables, sas[sa.index()], esp.data, esp.size, partial, thread,
                      kThreadsPerPacket);
  }
  WARPLINE_HD void reduce(AesColumns const& tables, Partial const* partials, MutableBytes rest,
                          std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_protect_reduce(tables, sas[sa.index()], esp.data, esp.size, partials, kThreadsPerPacket);
  }
};

/// `esp_decrypt`: the check by all threads, its verdict by one thread, decryption by all threads.
struct EspOpenTeam {
  static constexpr std::uint32_t kThreads = 256, kThreadsPerPacket = 8, kBlocks = 3;
  using Partial = EspPartial;
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

  WARPLINE_HD void partial(Shared const& tables, std::uint32_t thread, Partial& partial,
                           MutableBytes rest, std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_verify_share(tables.forward, sas[sa.index()], esp.data, esp.size, partial, thread,
                     kThreadsPerPacket);
  }
  WARPLINE_HD std::uint32_t reduce(Shared const&, Partial const* partials, MutableBytes rest,
                                   std::uint32_t tag) const {
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    return esp_verify_reduce(sas[sa.index()], esp.data, esp.size, partials, kThreadsPerPacket);
  }
  WARPLINE_HD void epilogue(Shared const& tables, std::uint32_t thread, Partial const& partial,
                            std::uint32_t result, MutableBytes rest, std::uint32_t tag) const {
    if (result != EspResult::kGood) return;
    SaTag const sa(tag);
    auto const esp = sa.esp(rest);
    esp_decrypt_share(tables.forward, tables.inverse, sas[sa.index()], esp.data, esp.size, partial,
                      thread, kThreadsPerPacket);
  }
};

}  // namespace warpline::ipsec
