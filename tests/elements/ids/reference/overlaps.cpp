// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/overlaps.hpp"

#include <stdexcept>

namespace warpline::ids::reference {
namespace {

bool first(int, int) { return false; }
bool last(int, int) { return true; }
bool bsd(int begins, int) { return begins < 0; }
bool bsd_right(int begins, int) { return begins >= 0; }
bool linux_fragments(int begins, int) { return begins <= 0; }
bool windows(int begins, int ends) { return begins < 0 && ends > 0; }
bool solaris(int begins, int ends) { return begins < 0 && ends >= 0; }
bool linux_segments(int begins, int ends) { return begins < 0 || (begins == 0 && ends > 0); }
bool old_linux_segments(int begins, int ends) { return begins < 0 || (begins == 0 && ends >= 0); }
bool solaris_segments(int begins, int ends) { return ends > 0 || (ends == 0 && begins <= 0); }

struct Host {
  Overlap fragments, segments;
};
/// Novak, "Target-Based Fragmentation Reassembly", and Novak and Sturges, "Target-Based TCP Stream
/// Reassembly".
std::map<std::string, Host> const kHosts{
    {"bsd", {bsd, bsd}},
    {"bsd-right", {bsd_right, bsd}},
    {"old-linux", {linux_fragments, old_linux_segments}},
    {"linux", {linux_fragments, linux_segments}},
    {"old-solaris", {first, solaris_segments}},
    {"solaris", {solaris, solaris_segments}},
    {"hpux10", {bsd, bsd}},
    {"hpux11", {first, solaris_segments}},
    {"irix", {bsd, bsd}},
    {"macos", {first, bsd}},
    {"windows", {windows, bsd}},
    {"vista", {windows, first}},
    {"windows2k3", {windows, bsd}},
    {"first", {first, first}},
    {"last", {last, last}},
};

int sign(std::int64_t difference) { return difference < 0 ? -1 : difference > 0 ? 1 : 0; }

}  // namespace

Overlap overlap_of_fragments(std::string const& host) { return kHosts.at(host).fragments; }
Overlap overlap_of_segments(std::string const& host) { return kHosts.at(host).segments; }

bool Pieces::add(std::int64_t offset, std::string const& bytes) {
  auto const end = offset + static_cast<std::int64_t>(bytes.size());
  ++pieces_;
  bool kept = false;
  for (auto place = offset; place < end; ++place) {
    auto const value = bytes[static_cast<std::size_t>(place - offset)];
    auto const old = bytes_.find(place);
    if (old != bytes_.end() &&
        !overlap_(sign(offset - old->second.begin), sign(end - old->second.end)))
      continue;
    bytes_[place] = {value, offset, end, pieces_};
    kept = true;
  }
  return kept;
}

std::string Pieces::take(std::int64_t offset) {
  std::string taken;
  bytes_.erase(bytes_.begin(), bytes_.lower_bound(offset));
  while (!bytes_.empty() && bytes_.begin()->first == offset) {
    taken += bytes_.begin()->second.value;
    bytes_.erase(bytes_.begin());
    ++offset;
  }
  return taken;
}

unsigned Pieces::origin(std::int64_t offset) const {
  auto const byte = bytes_.find(offset);
  return byte == bytes_.end() ? 0 : byte->second.piece;
}

}  // namespace warpline::ids::reference
