// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture/capture_format.hpp"

#include <pcap/pcap.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace warpline::detail {
namespace {

constexpr std::size_t kFileBuffer = std::size_t{256} << 10;

}  // namespace

CaptureInput::CaptureInput(std::FILE* file)
    : buffer_(std::make_unique_for_overwrite<char[]>(kFileBuffer)), file_(file) {
  std::setvbuf(file, buffer_.get(), _IOFBF, kFileBuffer);
}

std::size_t CaptureInput::read(void* to, std::size_t size) noexcept {
  return fread_unlocked(to, 1, size, file_.get());
}

bool CaptureInput::skip(std::uint64_t size) noexcept {
  char forgotten[4096];
  while (size > 0) {
    auto const piece = static_cast<std::size_t>(std::min<std::uint64_t>(size, sizeof forgotten));
    if (read(forgotten, piece) != piece) return false;
    size -= piece;
  }
  return true;
}

std::string CaptureInput::error() const {
  return std::ferror(file_.get()) != 0 ? std::strerror(errno) : "";
}

std::string link_name(std::uint32_t link) {
  // The only numbers below 10000 that differ between files and libpcap's interface here.
  auto const value = static_cast<int>(link == 101 ? DLT_RAW : link == 100 ? DLT_ATM_RFC1483 : link);
  auto const* name = pcap_datalink_val_to_name(value);
  return name != nullptr ? name + (" (" + std::to_string(link) + ")") : std::to_string(link);
}

std::string expected_links(LinkTypeSet read) {
  return "expected " + (read == LinkTypeSet::all() ? std::string(kReadLinkTypes) : "Ethernet (1)");
}

CaptureFormat::Step CaptureFormat::cut() noexcept {
  auto const reason = input_.error();
  return reason.empty() ? Step::kCut : damaged("cannot be read: " + reason);
}

bool CaptureFormat::read_frame(CapturedFrame& frame, std::uint32_t captured) noexcept {
  if (input_.read(bytes_.get(), captured) != captured) return false;
  frame.bytes = {bytes_.get(), captured};
  frame.length = std::max(frame.length, captured);
  return true;
}

}  // namespace warpline::detail
