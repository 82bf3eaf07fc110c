// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/packet/packet.hpp"
#include "elements/ipsec/esp/cpu_keys.hpp"

namespace warpline::ipsec {

/// The transforms of esp_protect.hpp and esp_decrypt.hpp on the worker's CPU, by ipsec-mb. A packet's
/// tag is an `SaTag`: the place of the ESP header, and of the keys in the table. SAs of several
/// suites may be mixed in a call. One object per thread. A call allocates nothing and has finished
/// every packet when it returns.
///
/// Each kind of suite uses the fastest interface of the library. Cycles a packet for frames of 64 /
/// 1408 bytes, to protect, all packets finished after 32, in November 2026 on a Zen 3 core (ipsec-mb 1.3, AVX2 with
/// VAES): AES-128-GCM by direct call 101 / 874, by job 123 / 895; ChaCha20-Poly1305 by job 622 /
/// 2628, by direct calls 725 / 2741; AES-128-CTR with SHA-1 by a cipher and a hash burst 262 /
/// 1535, by job 293 / 1581; AES-128-CBC with SHA-1 297 / 1651, by job 331 / 1688, with SHA-256 473
/// / 2918, by job 510 / 2958. On a Zen 5 core: GCM 63 / 202, by job 73 / 210; CTR with SHA-1 118 /
/// 485, by job 134 / 500.
class CpuEsp {
 public:
  /// Throws `ConfigError` if the library does not run on this processor.
  explicit CpuEsp(std::shared_ptr<CpuKeys const> keys);
  ~CpuEsp();

  /// Encrypts and authenticates each packet by its SA's suite. Packets that are too short, whose
  /// plaintext is not a multiple of a block, or whose place is empty, are not changed.
  void protect(std::span<Packet const> packets) noexcept;
  /// The same in two halves, for ciphers that do not authenticate.
  void encrypt(std::span<Packet const> packets) noexcept;
  void authenticate(std::span<Packet const> packets) noexcept;

  /// Verifies and then decrypts; `results`: an `EspResult` for each packet, in order. It is `kSize`
  /// also if the place is empty.
  void open(std::span<Packet const> packets, std::uint32_t* results) noexcept;

  /// The library's version and the instruction set it chose, for reports.
  static std::string description();

 private:
  struct State;
  std::shared_ptr<CpuKeys const> keys_;
  std::unique_ptr<State> state_;
};

}  // namespace warpline::ipsec
