// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace warpline::ids::reference {

/// Whose bytes stay where two pieces overlap, for hosts with the names of `host-os-policy`.
/// `begins` and `ends`: the sign of the later piece's place minus that of the earlier one.
using Overlap = bool (*)(int begins, int ends);  ///< true: those of the later piece
Overlap overlap_of_fragments(std::string const& host);
Overlap overlap_of_segments(std::string const& host);

/// Bytes that arrived in pieces. Each byte remembers the piece with which it arrived.
class Pieces {
 public:
  explicit Pieces(Overlap overlap = nullptr) : overlap_(overlap) {}

  /// Returns true if a byte of the piece is kept.
  bool add(std::int64_t offset, std::string const& bytes);
  /// Takes the bytes from `offset` up to the next gap, and forgets those before.
  std::string take(std::int64_t offset);

  bool empty() const { return bytes_.empty(); }
  std::int64_t begin() const { return bytes_.begin()->first; }
  std::size_t size() const { return bytes_.size(); }
  /// The number of the piece from which a byte comes, from 1; 0: there is none.
  unsigned origin(std::int64_t offset) const;
  unsigned last_piece() const { return pieces_; }

 private:
  struct Byte {
    char value;
    std::int64_t begin, end;  // of its piece
    unsigned piece;
  };
  Overlap overlap_;
  std::map<std::int64_t, Byte> bytes_;
  unsigned pieces_ = 0;
};

}  // namespace warpline::ids::reference
