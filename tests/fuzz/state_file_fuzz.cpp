// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/state/state_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using warpline::fuzz::require;
using warpline::ipsec::kStateHeaders;
using warpline::ipsec::kStateSegmentBytes;
using warpline::ipsec::ReplayWindow;
using warpline::ipsec::StateFile;
using warpline::ipsec::StateHeader;
using warpline::ipsec::StateRecord;
using warpline::ipsec::StateSegment;

/// A file with right checksums and contents from the input: kinds of segments, then records.
std::vector<std::uint8_t> file_of(std::uint8_t const* data, std::size_t size) {
  StateHeader header;
  header.segment_count = size > 0 ? data[0] % 5 : 0;
  for (std::uint32_t i = 0; i < header.segment_count && i + 1 < size; ++i)
    header.segments[i] = static_cast<StateSegment>(data[i + 1] % 4);
  header.checksum = state_checksum(header);
  std::vector<std::uint8_t> file(kStateHeaders * sizeof header +
                                 std::size_t{header.segment_count} * kStateSegmentBytes);
  for (std::uint32_t copy = 0; copy < kStateHeaders; ++copy)
    std::memcpy(&file[copy * sizeof header], &header, sizeof header);
  std::size_t index = 6;
  for (std::uint32_t segment = 0; segment < header.segment_count; ++segment) {
    auto offset = kStateHeaders * sizeof header + std::size_t{segment} * kStateSegmentBytes;
    if (header.segments[segment] != StateSegment::kRecords) continue;
    for (unsigned i = 0; i < 16 && index < size; ++i, offset += sizeof(StateRecord)) {
      StateRecord record;
      auto const bytes = std::min(sizeof record, size - index);
      std::memcpy(&record, data + index, bytes);
      index += bytes;
      record.checksum = state_checksum(record);
      std::memcpy(&file[offset], &record, sizeof record);
    }
  }
  return file;
}

}  // namespace

/// Any bytes, and any content with right checksums: a file whose windows are apart, or an error.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  bool const raw = size > 0 && data[0] == 0xff;
  auto const content = raw ? std::vector<std::uint8_t>(data + 1, data + size) : file_of(data, size);
  auto const memory = memfd_create("state", MFD_CLOEXEC);
  require(memory >= 0, "a file in memory");
  require(write(memory, content.data(), content.size()) == static_cast<ssize_t>(content.size()),
          "a write");
  try {
    StateFile file("/proc/self/fd/" + std::to_string(memory));
    std::vector<std::pair<ReplayWindow::Word*, std::size_t>> windows;
    for (std::uint32_t index = 0; index < file.record_count(); ++index)
      if (file.record(index).units != 0)
        windows.emplace_back(file.window(index),
                             ReplayWindow::ring_words(file.record(index).window));
    std::sort(windows.begin(), windows.end());
    for (std::size_t i = 0; i < windows.size(); ++i) {
      auto const [begin, words] = windows[i];
      require(i + 1 == windows.size() || begin + words <= windows[i + 1].first, "windows apart");
      begin[words - 1] = begin[0].load() + 1;
    }
    StateRecord record;
    record.kind = StateRecord::Kind::kInbound;
    auto const added = file.add(record);
    file.allocate_window(added, 64);
    for (auto const& [begin, words] : windows)
      require(file.window(added) + ReplayWindow::ring_words(64) <= begin ||
                  begin + words <= file.window(added),
              "a window of its own");
    require(!file.finish(), "a clean end");
  } catch (warpline::ConfigError const&) {
  }
  close(memory);
  return 0;
}
