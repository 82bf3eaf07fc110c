// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/device/device.hpp"
#include "core/device/region.hpp"

/// A kernel's tuned form for GPUs: a block of threads with shared memory, in which several threads
/// share each packet. It consists of plain functions of a thread's number. A loop on the host runs
/// them as a device does, so that tests compare this form with the body without a GPU.
///
/// A `Kernel` has such a form if its member `team()` returns one, a trivially copyable type with
///   - `kThreads`: threads in a block;
///   - `kThreadsPerPacket`: the number of them that share a packet;
///   - `kBlocks`: resident blocks per multiprocessor, which limits registers and memory;
///   - `Partial`: a thread's partial result; an empty type if there is none;
///   - `Shared`: a thread's access to the block's tables;
///   - `std::uint32_t table_bytes(std::uint32_t max_bytes) const`: bytes of shared memory needed
///     for tables, given `max_bytes`. A larger result means: does not fit, use the plain kernel;
///   - `Shared load(std::byte* memory, std::uint32_t bytes, std::uint32_t thread) const`: a
///     thread's share of filling the tables, once per block. `thread` counts within the block;
///   - `void partial(Shared const&, std::uint32_t thread, Partial&, ...) const`: a thread's share
///     of a packet, with the kernel's arguments at the end. `thread` counts within the packet's
///     threads. It may write to bytes of the packet that no other thread reads or writes. The
///     partial result still has the value of the thread's previous packet;
///   - `reduce(Shared const&, Partial const* partials, ...) const`: called by one thread after
///     `partial` has returned in all threads of the packet. Sees what they have written and returns
///     the packet's result;
///   - optional: `epilogue(Shared const&, std::uint32_t thread, Partial const&, result, ...)
///     const`: called by every thread after `reduce`, with its own partial result and the packet's
///     result.
namespace warpline {

/// Whether the kernel has a form for teams of threads.
template <class Kernel>
inline constexpr bool kHasTeam = requires(Kernel const& kernel) {
  kernel.team();
};

/// Whether the form has an `epilogue`.
template <class Team>
inline constexpr bool kHasEpilogue = requires {
  &Team::epilogue;
};

/// The steps of a block as functions of the thread's number, for host and device.
template <class Reads, class Writes, class Team>
struct TeamBlock {
  using Partial = typename Team::Partial;
  using Shared = typename Team::Shared;
  static_assert(std::is_trivially_copyable_v<Team> && std::is_trivially_copyable_v<Partial>);
  static_assert(Team::kThreads % Team::kThreadsPerPacket == 0 && 16 % alignof(Partial) == 0);

  /// Number of packets that a block processes at the same time.
  static constexpr std::uint32_t kPackets = Team::kThreads / Team::kThreadsPerPacket;
  /// Bytes of shared memory before the tables.
  static constexpr std::uint32_t kPartialBytes =
      std::is_empty_v<Partial> ? 0 : (sizeof(Partial) * Team::kThreads + 15) / 16 * 16;

  /// Runs `partial` of one thread, for a packet at or after `first`.
  WARPLINE_HD static void partial(Team const& team, Shared const& shared, WorkItem const& item,
                                  std::uint32_t first, std::uint32_t thread, std::byte* memory) {
    std::uint32_t const index = first + thread / Team::kThreadsPerPacket;
    if (index >= item.count) return;
    Each::call(
        [&](auto... arguments) {
          if constexpr (std::is_empty_v<Partial>) {
            Partial none;
            team.partial(shared, thread % Team::kThreadsPerPacket, none, arguments...);
          } else {
            team.partial(shared, thread % Team::kThreadsPerPacket, partials(memory)[thread],
                         arguments...);
          }
        },
        item.head(index));
  }

  /// Runs `reduce` for the packets from `first` on. Each of the first threads of the block reduces
  /// one packet, so that the warps of the others are idle.
  WARPLINE_HD static void reduce(Team const& team, Shared const& shared, WorkItem const& item,
                                 std::uint32_t first, std::uint32_t thread, std::byte* memory) {
    std::uint32_t const index = first + thread;
    if (thread >= kPackets || index >= item.count) return;
    Partial const* const partial_results =
        partials(memory) + (std::is_empty_v<Partial> ? 0 : thread * Team::kThreadsPerPacket);
    auto const reduce_packet = [&](auto... arguments) {
      return team.reduce(shared, partial_results, arguments...);
    };
    if constexpr (Writes::kSize == 0)
      Each::call(reduce_packet, item.head(index));
    else
      reinterpret_cast<typename Writes::Type*>(item.results)[index] =
          Each::call(reduce_packet, item.head(index));
  }

  /// Runs `epilogue` of one thread, for a packet at or after `first`.
  WARPLINE_HD static void epilogue(Team const& team, Shared const& shared, WorkItem const& item,
                                   std::uint32_t first, std::uint32_t thread, std::byte* memory) {
    static_assert(Writes::kSize > 0 && !std::is_empty_v<Partial>);
    std::uint32_t const index = first + thread / Team::kThreadsPerPacket;
    if (index >= item.count) return;
    auto const result = reinterpret_cast<typename Writes::Type const*>(item.results)[index];
    Each::call(
        [&](auto... arguments) {
          team.epilogue(shared, thread % Team::kThreadsPerPacket, partials(memory)[thread], result,
                        arguments...);
        },
        item.head(index));
  }

 private:
  using Each = typename detail::AsRegions<Reads>::Type;
  WARPLINE_HD static Partial* partials(std::byte* memory) {
    return reinterpret_cast<Partial*>(memory);
  }
};

/// Runs a kernel's form for teams over a batch on the host, as one block with `max_bytes` bytes of
/// shared memory. Between barriers it runs one thread after another, in descending order. For
/// tests: slow, and it allocates.
template <class Reads, class Writes, class Team>
void emulate_team(Team const& team, WorkItem const& item, std::uint32_t max_bytes) {
  using Block = TeamBlock<Reads, Writes, Team>;
  struct alignas(16) Unit {
    std::byte bytes[16];
  };
  auto const tables =
      team.table_bytes(max_bytes > Block::kPartialBytes ? max_bytes - Block::kPartialBytes : 0);
  std::vector<Unit> units((Block::kPartialBytes + tables) / 16 + 1);
  auto* const memory = units.front().bytes;
  std::vector<typename Block::Shared> shared;
  for (std::uint32_t thread = 0; thread < Team::kThreads; ++thread)
    shared.push_back(team.load(memory + Block::kPartialBytes, tables, thread));
  for (std::uint32_t first = 0; first < item.count; first += Block::kPackets) {
    for (auto thread = Team::kThreads; thread-- > 0;)
      Block::partial(team, shared[thread], item, first, thread, memory);
    for (auto thread = Team::kThreads; thread-- > 0;)
      Block::reduce(team, shared[thread], item, first, thread, memory);
    if constexpr (kHasEpilogue<Team>)
      for (auto thread = Team::kThreads; thread-- > 0;)
        Block::epilogue(team, shared[thread], item, first, thread, memory);
  }
}

}  // namespace warpline
