// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/packet.hpp"
#include "elements/ipsec/sa_keys.hpp"

namespace warpline::ipsec {

/// The keys of a table of SAs of one suite in ipsec-mb's own layout (1 KiB an SA with GCM, since it
/// holds powers of the hash key). Read-only once made: shared by all workers.
class CpuKeys {
 public:
  /// Throws `ConfigError` where the library does not run on this processor.
  explicit CpuKeys(std::span<SaKeys const> keys);
  ~CpuKeys();

 private:
  friend class CpuEsp;
  struct Layout;
  std::unique_ptr<Layout const> layout_;
};

/// The transforms of esp_body.hpp on the worker's core, by ipsec-mb. Packets are encapsulated: the
/// ESP header stands at `kEspOffset`, the tag is the index of the SA. One object a thread; a call
/// allocates nothing and has finished every packet when it returns.
///
/// Of the library's interfaces the fastest was chosen per suite; cycles a packet of 64 / 1408
/// bytes, 256 packets, on a Zen 5 core: GCM by direct call 63 / 202, by burst 73 / 210, by job 79 /
/// 215; CTR and SHA-1 by a cipher and a hash burst 118 / 485, by burst 134 / 500, by job 144 / 513.
class CpuEsp {
 public:
  explicit CpuEsp(std::shared_ptr<CpuKeys const> keys);
  ~CpuEsp();

  /// Encrypts and authenticates by the table's suite.
  void protect(std::span<Packet const> packets) noexcept;
  /// `kAes128CtrHmacSha1` in two halves.
  void encrypt_ctr(std::span<Packet const> packets) noexcept;
  void authenticate_sha1(std::span<Packet const> packets) noexcept;

  /// The library's version and the instruction set it chose, for reports.
  static std::string description();

 private:
  void protect_gcm(std::span<Packet const> packets) noexcept;

  struct State;
  std::shared_ptr<CpuKeys const> keys_;
  std::unique_ptr<State> state_;
};

}  // namespace warpline::ipsec
