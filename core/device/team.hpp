// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/device/device.hpp"
#include "core/device/region.hpp"

/// A kernel's tuned form for GPUs: a block of threads with memory of its own, in which `kLanes`
/// threads share each packet. It is plain functions of a thread's number, so that a loop on the
/// host runs it as a device does, and tests compare it with the body without a GPU.
///
/// A `Kernel` has such a form if its member `team()` returns one, a trivially copyable type with
///   - `kThreads` of a block, `kLanes` of them for a packet, and `kBlocks`, how many blocks at a
///     time a multiprocessor shall hold (what bounds registers and memory);
///   - `Part`: what a lane leaves for the join; an empty type if nothing;
///   - `Shared`: a thread's way to the block's tables;
///   - `std::uint32_t table_bytes(std::uint32_t room) const`: bytes of shared
///     memory needed for tables, given `room` bytes. A result larger than `room` means: does not
///     fit, use the plain kernel;
///   - `Shared load(std::byte* memory, std::uint32_t bytes, std::uint32_t thread) const`: the
///     thread's share of filling the tables, once a block;
///   - `void part(Shared const&, std::uint32_t lane, Part&, ...) const`: a lane's share of a
///     packet, with the kernel's arguments at the end. It may write to bytes of the packet that no
///     other lane reads or writes. `part` comes in as the last packet's lane has left it;
///   - `join(Shared const&, Part const* parts, ...) const`: one thread after all lanes of the
///     packet: returns the packet's result, and sees what the lanes have written;
///   - where wanted, `after(Shared const&, lane, Part const&, result, ...) const`: once more every
///     lane, with what it left itself and the packet's result.
namespace warpline {

/// Whether the kernel has a form for teams of threads.
template <class Kernel>
inline constexpr bool kHasTeam = requires(Kernel const& kernel) {
  kernel.team();
};

/// Whether its lanes go on after the join.
template <class Team>
inline constexpr bool kHasAfter = requires {
  &Team::after;
};

/// The steps of a block that differ only in the thread's number: the same on host and device.
template <class Reads, class Writes, class Team>
struct TeamBlock {
  using Part = typename Team::Part;
  using Shared = typename Team::Shared;
  static_assert(std::is_trivially_copyable_v<Team> && std::is_trivially_copyable_v<Part>);
  static_assert(Team::kThreads % Team::kLanes == 0 && 16 % alignof(Part) == 0);

  /// Packets at a time.
  static constexpr std::uint32_t kPackets = Team::kThreads / Team::kLanes;
  /// Of block memory, in front of the tables.
  static constexpr std::uint32_t kPartBytes =
      std::is_empty_v<Part> ? 0 : (sizeof(Part) * Team::kThreads + 15) / 16 * 16;

  /// A lane's share of one of the packets from `first` on.
  WARPLINE_HD static void part(Team const& team, Shared const& shared, WorkItem const& item,
                               std::uint32_t first, std::uint32_t thread, std::byte* memory) {
    std::uint32_t const index = first + thread / Team::kLanes;
    if (index >= item.count) return;
    Each::call(
        [&](auto... arguments) {
          if constexpr (std::is_empty_v<Part>) {
            Part none;
            team.part(shared, thread % Team::kLanes, none, arguments...);
          } else {
            team.part(shared, thread % Team::kLanes, parts(memory)[thread], arguments...);
          }
        },
        item.head(index));
  }

  /// The end of one of the packets from `first` on: the first threads of the block take one each,
  /// so that the others' warps have nothing left to do.
  WARPLINE_HD static void join(Team const& team, Shared const& shared, WorkItem const& item,
                               std::uint32_t first, std::uint32_t thread, std::byte* memory) {
    std::uint32_t const index = first + thread;
    if (thread >= kPackets || index >= item.count) return;
    Part const* const mine = parts(memory) + (std::is_empty_v<Part> ? 0 : thread * Team::kLanes);
    auto const ended = [&](auto... arguments) { return team.join(shared, mine, arguments...); };
    if constexpr (Writes::kSize == 0)
      Each::call(ended, item.head(index));
    else
      reinterpret_cast<typename Writes::Type*>(item.results)[index] =
          Each::call(ended, item.head(index));
  }

  /// A lane's share of what follows the join of one of the packets from `first` on.
  WARPLINE_HD static void after(Team const& team, Shared const& shared, WorkItem const& item,
                                std::uint32_t first, std::uint32_t thread, std::byte* memory) {
    static_assert(Writes::kSize > 0 && !std::is_empty_v<Part>);
    std::uint32_t const index = first + thread / Team::kLanes;
    if (index >= item.count) return;
    auto const result = reinterpret_cast<typename Writes::Type const*>(item.results)[index];
    Each::call(
        [&](auto... arguments) {
          team.after(shared, thread % Team::kLanes, parts(memory)[thread], result, arguments...);
        },
        item.head(index));
  }

 private:
  using Each = typename detail::AsRegions<Reads>::Type;
  WARPLINE_HD static Part* parts(std::byte* memory) { return reinterpret_cast<Part*>(memory); }
};

/// Runs a kernel's form for teams over a batch on the host, one block with `room` bytes of memory,
/// a thread after the other between barriers, the last first. For tests: slow, and it allocates.
template <class Reads, class Writes, class Team>
void emulate_team(Team const& team, WorkItem const& item, std::uint32_t room) {
  using Block = TeamBlock<Reads, Writes, Team>;
  struct alignas(16) Unit {
    std::byte bytes[16];
  };
  auto const tables = team.table_bytes(room > Block::kPartBytes ? room - Block::kPartBytes : 0);
  std::vector<Unit> units((Block::kPartBytes + tables) / 16 + 1);
  auto* const memory = units.front().bytes;
  std::vector<typename Block::Shared> shared;
  for (std::uint32_t thread = 0; thread < Team::kThreads; ++thread)
    shared.push_back(team.load(memory + Block::kPartBytes, tables, thread));
  for (std::uint32_t first = 0; first < item.count; first += Block::kPackets) {
    for (auto thread = Team::kThreads; thread-- > 0;)
      Block::part(team, shared[thread], item, first, thread, memory);
    for (auto thread = Team::kThreads; thread-- > 0;)
      Block::join(team, shared[thread], item, first, thread, memory);
    if constexpr (kHasAfter<Team>)
      for (auto thread = Team::kThreads; thread-- > 0;)
        Block::after(team, shared[thread], item, first, thread, memory);
  }
}

}  // namespace warpline
