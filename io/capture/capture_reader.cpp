// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture/capture_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <limits>
#include <set>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "io/capture/capture_format.hpp"

namespace warpline {
namespace {

/// The program that compressed a file with these first bytes; empty if it is not compressed.
std::string compression(detail::CaptureMagic const& magic) {
  struct Signature {
    std::string_view bytes;
    char const* name;
  };
  constexpr Signature kSignatures[] = {{"\x1f\x8b", "gzip"},
                                       {"\x1f\x9d", "compress"},
                                       {"BZh", "bzip2"},
                                       {"\xfd"
                                        "7zX",
                                        "xz"},
                                       {"\x28\xb5\x2f\xfd", "zstd"},
                                       {"\x04\x22\x4d\x18", "lz4"},
                                       {"PK\x03\x04", "zip"}};
  for (auto const& signature : kSignatures)
    if (std::memcmp(magic.bytes, signature.bytes.data(), signature.bytes.size()) == 0)
      return signature.name;
  return {};
}

std::FILE* open_file(std::string const& path) {
  if (path == "-")
    throw ConfigError(
        "-: a capture is not read from standard input, since it is read twice, first to know that "
        "it is complete; expected the name of a file (./- for a file called -)");
  std::error_code none;
  auto const status = std::filesystem::status(path, none);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw ConfigError(
        path + ": not a regular file; a capture is read twice, to check that it is complete");
  auto* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) throw ConfigError(path + ": cannot be read: " + std::strerror(errno));
  return file;
}

}  // namespace

struct CaptureReader::State {
  explicit State(std::FILE* file) : input(file) {}

  detail::CaptureInput input;
  std::unique_ptr<detail::CaptureFormat> format;
  CapturedFrame frame;
};

CaptureReader::CaptureReader(std::string path, LinkTypeSet read)
    : path_(std::move(path)), read_(read), state_(std::make_unique<State>(open_file(path_))) {
  auto& input = state_->input;
  detail::CaptureMagic magic;
  auto const size = input.read(magic.bytes, sizeof magic.bytes);
  if (!input.error().empty()) throw ConfigError(path_ + ": cannot be read: " + input.error());
  if (size == 0) throw ConfigError(path_ + ": not a capture file: it is empty");
  if (auto const program = compression(magic); !program.empty())
    throw ConfigError(path_ + ": compressed (" + program + "): unpack it first");
  if (size == sizeof magic.bytes) {
    state_->format = detail::open_pcap(input, magic, read, path_);
    if (!state_->format) state_->format = detail::open_pcapng(input, magic, read, path_);
  }
  if (!state_->format)
    throw ConfigError(path_ + ": not a capture file: unknown format; expected pcap or pcapng");
}

CaptureReader::~CaptureReader() = default;

CapturedFrame const* CaptureReader::next() {
  auto const* frame = next_or_end();
  if (!damage_.empty())
    throw ConfigError(path_ + ": damaged after " + counted(frames_, "frame") + ": " + damage_);
  return frame;
}

CapturedFrame const* CaptureReader::next_or_end() noexcept {
  using Step = detail::CaptureFormat::Step;
  auto& [input, format, frame] = *state_;
  for (;;) {
    auto const step = format->next(frame);
    if (step == Step::kFrame || step == Step::kOther) frame.number = ++frames_;
    if (step == Step::kFrame) return &frame;
    if (step == Step::kOther) {
      if (other_frames_++ == 0) other_link_ = format->link();
      continue;
    }
    if (step == Step::kDamaged) damage_ = format->damage();
    cut_short_ = step == Step::kCut;
    return nullptr;
  }
}

std::string CaptureReader::other_link() const {
  return other_frames_ == 0 ? std::string() : detail::link_name(other_link_);
}

std::string CaptureReader::expected_links() const { return detail::expected_links(read_); }

std::uint32_t CaptureReader::link_number() const { return state_->format->link(); }

LinkTypeSet CaptureSummary::link_types() const {
  LinkTypeSet types;
  for (auto const number : links)
    if (auto const type = link_type_of(number)) types = types | *type;
  return types;
}

std::vector<std::string> CaptureSummary::warnings(std::string const& path) const {
  std::vector<std::string> all;
  if (cut_short)
    all.push_back(path + ": ends within a record; " + counted(frames + other_frames, "frame") +
                  (frames + other_frames == 1 ? " before it is used" : " before it are used"));
  if (other_frames > 0)
    all.push_back(path + ": " + counted(other_frames, "frame") + " of another link type (" +
                  other_link + ") left out; " + expected_links);
  if (odd_times > 0)
    all.push_back(path + ": " + counted(odd_times, "frame") +
                  " with a time before 1970 or after 2554, read as frames without a time");
  return all;
}

CaptureSummary summarise_capture(std::string const& path, LinkTypeSet read) {
  CaptureReader reader(path, read);
  CaptureSummary summary;
  summary.expected_links = reader.expected_links();
  std::set<std::uint32_t> links;
  while (auto const* frame = reader.next()) {
    ++summary.frames;
    links.insert(reader.link_number());
    if (frame->length > frame->bytes.size) ++summary.cut;
    if (frame->odd_time) ++summary.odd_times;
    summary.longest = std::max(summary.longest, frame->length);
    if (frame->length <= std::numeric_limits<decltype(Packet::length)>::max())
      summary.longest_packet = std::max(summary.longest_packet, frame->length);
  }
  if (links.empty() && reader.other_frames() == 0) links.insert(reader.link_number());
  summary.links.assign(links.begin(), links.end());
  summary.other_frames = reader.other_frames();
  summary.other_link = reader.other_link();
  summary.cut_short = reader.cut_short();
  if (summary.frames == 0 && summary.other_frames > 0)
    throw ConfigError(path + ": its frames are of link type " + summary.other_link + "; " +
                      summary.expected_links);
  return summary;
}

}  // namespace warpline
