// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/base/hd.hpp"
#include "core/packet/packet.hpp"
#include "elements/ids/prefilter/group_automata.hpp"
#include "elements/ids/searched_part.hpp"

namespace warpline::ids {

/// The matches of one thread: each pattern at most once, in any order.
struct PartialMatches {
  static constexpr unsigned kCapacity = 7;
  static constexpr std::uint8_t kOverflow = 0xff;  ///< in `count`: more than fit

  std::uint8_t count;
  std::uint8_t flags;  ///< as in `Matches`
  std::uint16_t ids[kCapacity];

  /// False once more patterns occur than fit.
  WARPLINE_HD bool add(std::uint16_t id) {
    for (unsigned i = 0; i < count; ++i)
      if (ids[i] == id) return true;
    if (count == kCapacity) {
      count = kOverflow;
      return false;
    }
    ids[count++] = id;
    return true;
  }
};
static_assert(sizeof(PartialMatches) == 16);

/// `ScanKernel` for a team of threads: each thread scans a chunk of the part that `Part` finds.
/// Shared memory contains the rows of the states nearest to the root, as many as fit: the same share
/// of it for each automaton.
///
/// A thread starts in the root state and finds the matches that begin in its chunk. It continues
/// after the chunk's end while its state is deeper than the number of bytes read there, because
/// only then may a match that began inside continue. That is a byte or two on most traffic, and
/// never more than the longest pattern. A thread with more matches than it can store leaves the
/// packet to the thread that reduces.
template <class Part, class Automata>
struct ScanTeam {
  static constexpr std::uint32_t kThreads = 512, kThreadsPerPacket = 8, kBlocks = 2;
  static constexpr std::uint32_t kPiece = 16;     ///< bytes per load
  static constexpr std::uint32_t kMinChunk = 32;  ///< a smaller one is not worth a start
  static constexpr std::uint32_t kMaxRow = 1024;  ///< bytes

  using Partial = PartialMatches;
  struct Shared {
    std::byte const* rows;
    std::uint32_t bytes;  ///< in `rows` for each automaton: the first ones of its table
  };

  Automata automata;

  std::uint32_t table_bytes(std::uint32_t max_bytes) const {
    auto const count = automata.count(), largest = automata.max_row_bytes();
    if (count == 0) return 0;
    auto const share = max_bytes / count / kMaxRow * kMaxRow;
    return count * (share < largest ? share : largest);
  }

  WARPLINE_HD Shared load(std::byte* memory, std::uint32_t bytes, std::uint32_t thread) const {
    auto const count = automata.count();
    auto const share = count == 0 ? 0 : bytes / count;
    for (std::uint32_t i = 0; share > 0 && i < count; ++i) {
      auto const& automaton = automata.of(i + 1);
      auto const* const rows = automaton.narrow != nullptr
                                   ? reinterpret_cast<std::byte const*>(automaton.narrow)
                                   : reinterpret_cast<std::byte const*>(automaton.wide);
      auto const all = automaton.states * automaton.row_bytes();
      auto const size = share < all ? share : all;
      for (auto offset = thread * kPiece; offset < size; offset += kThreads * kPiece)
        store(memory + i * share + offset, load_piece(rows + offset));
    }
    return {memory, share};
  }

  template <class... Regions>
  WARPLINE_HD void partial(Shared const& shared, std::uint32_t thread, PartialMatches& matches,
                           Regions... regions) const {
    auto const part = Part::part(regions...);
    matches.count = 0;
    matches.flags = part.flags;
    auto const text = part.text;
    // Chunks end at addresses that pieces can be loaded from.
    auto const before = static_cast<std::uint32_t>(address(text.data) % kPiece);
    std::uint32_t chunk = (before + text.size + kThreadsPerPacket - 1) / kThreadsPerPacket;
    chunk = (chunk > kMinChunk ? chunk + kPiece - 1 : kMinChunk) / kPiece * kPiece;
    std::uint32_t const begin = thread == 0 ? 0 : thread * chunk - before;
    std::uint32_t const end = (thread + 1) * chunk - before;
    if (begin >= text.size || !automata.has(part.search)) return;
    auto const& automaton = automata.of(part.search);
    Rows const rows{shared.rows + automata.index_of(part.search) * shared.bytes,
                    shared.bytes / automaton.entry_bytes()};
    auto const last = end < text.size ? end : text.size;
    if (automaton.narrow != nullptr)
      scan(automaton, automaton.narrow, rows, text, begin, last, matches);
    else
      scan(automaton, automaton.wide, rows, text, begin, last, matches);
  }

  template <class... Regions>
  WARPLINE_HD Matches reduce(Shared const&, PartialMatches const* partials,
                             Regions... regions) const {
    Matches matches;
    matches.flags = partials[0].flags;
    for (unsigned thread = 0; thread < kThreadsPerPacket; ++thread) {
      if (partials[thread].count == PartialMatches::kOverflow) {
        auto const part = Part::part(regions...);
        matches = automata.of(part.search).scan(part.text);
        matches.flags = partials[0].flags;
        return matches;
      }
      for (unsigned i = 0; i < partials[thread].count; ++i)
        if (!matches.add(partials[thread].ids[i])) return matches;
    }
    return matches;
  }

 private:
  struct alignas(kPiece) Piece {
    std::uint32_t words[kPiece / 4];
  };

  WARPLINE_HD static std::uintptr_t address(void const* data) {
    return reinterpret_cast<std::uintptr_t>(data);
  }
  WARPLINE_HD static Piece load_piece(void const* from) {
    Piece piece;
    std::memcpy(&piece, __builtin_assume_aligned(from, kPiece), kPiece);
    return piece;
  }
  WARPLINE_HD static void store(void* to, Piece const& piece) {
    std::memcpy(__builtin_assume_aligned(to, kPiece), &piece, kPiece);
  }

  /// The rows of one automaton that are in shared memory.
  struct Rows {
    std::byte const* data;
    std::uint32_t entries;
  };
  /// The position of a thread in the text, and its state.
  struct Place {
    std::uint32_t offset, state;
  };

  template <class Entry>
  WARPLINE_HD static bool step(Entry const* rows, Rows const& shared, std::uint32_t byte,
                               Place& place) {
    constexpr auto kAccept = static_cast<std::uint32_t>(Entry{1} << (sizeof(Entry) * 8 - 1));
    std::uint32_t const index = place.state << 8 | byte;
    std::uint32_t entry;
    if (index < shared.entries)
      entry = reinterpret_cast<Entry const*>(shared.data)[index];
    else
      entry = rows[index];
    ++place.offset;
    place.state = entry & ~kAccept;
    return (entry & kAccept) != 0;
  }

  /// Reads up to `end`, or up to and including the next byte at which a pattern ends. Returns true
  /// in the second case.
  template <class Entry>
  WARPLINE_HD static bool follow(Entry const* rows, Rows const& shared, Bytes text,
                                 std::uint32_t end, Place& place) {
    while (place.offset < end) {
      auto const* const from = text.data + place.offset;
      if (end - place.offset < kPiece || address(from) % kPiece != 0) {
        if (step(rows, shared, *from, place)) return true;
        continue;
      }
      auto const piece = load_piece(from);
#if defined(__CUDA_ARCH__)
#pragma unroll
#endif
      for (unsigned i = 0; i < kPiece; ++i)
        if (step(rows, shared, piece.words[i / 4] >> (8 * (i % 4)) & 255, place)) return true;
    }
    return false;
  }

  template <class Entry>
  WARPLINE_HD static void scan(Automaton const& automaton, Entry const* rows, Rows const& shared,
                               Bytes text, std::uint32_t begin, std::uint32_t end,
                               PartialMatches& matches) {
    Place place{begin, 0};
    for (std::uint32_t bytes_after_end = 0;;) {
      if (follow(rows, shared, text, end, place) &&
          !automaton.collect(place.state, text.data + place.offset, matches))
        return;
      if (place.offset < end) continue;
      if (end == text.size || place.state < automaton.first_at_depth[++bytes_after_end]) return;
      ++end;
    }
  }
};

}  // namespace warpline::ids
