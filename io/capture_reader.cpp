// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture_reader.hpp"

#include <pcap/pcap.h>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "core/error.hpp"

namespace warpline {
namespace {

constexpr std::size_t kFileBuffer = std::size_t{256} << 10;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

struct CaptureReader::State {
  std::unique_ptr<char[]> buffer;
  pcap_t* capture = nullptr;
  CapturedFrame frame;

  ~State() {
    if (capture != nullptr) pcap_close(capture);
  }
};

CaptureReader::CaptureReader(std::string path)
    : path_(std::move(path)), state_(std::make_unique<State>()) {
  std::error_code none;
  auto const status = std::filesystem::status(path_, none);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status))
    throw ConfigError(path_ + ": not a regular file; a capture is read twice, to know it is whole");
  std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path_.c_str(), "rb"));
  if (!file) throw ConfigError(path_ + ": cannot be read: " + std::strerror(errno));
  state_->buffer = std::make_unique<char[]>(kFileBuffer);
  std::setvbuf(file.get(), state_->buffer.get(), _IOFBF, kFileBuffer);

  char reason[PCAP_ERRBUF_SIZE] = "";
  state_->capture =
      pcap_fopen_offline_with_tstamp_precision(file.get(), PCAP_TSTAMP_PRECISION_NANO, reason);
  if (state_->capture == nullptr)
    throw ConfigError(path_ + ": not a capture file that can be used: " + reason);
  (void)file.release();  // libpcap closes it
  auto const link = pcap_datalink(state_->capture);
  if (link == DLT_EN10MB) return;
  auto const* name = pcap_datalink_val_to_name(link);
  throw ConfigError(path_ + ": its frames are of link type " +
                    (name != nullptr ? name : std::to_string(link)) + "; expected Ethernet");
}

CaptureReader::~CaptureReader() = default;

CapturedFrame const* CaptureReader::next() {
  auto const* frame = next_or_end();
  if (!damage_.empty()) throw ConfigError(path_ + ": damaged: " + damage_);
  return frame;
}

CapturedFrame const* CaptureReader::next_or_end() noexcept {
  pcap_pkthdr* header = nullptr;
  unsigned char const* data = nullptr;
  auto const code = pcap_next_ex(state_->capture, &header, &data);
  if (code != 1) {
    if (code == PCAP_ERROR) damage_ = pcap_geterr(state_->capture);
    return nullptr;
  }
  auto& frame = state_->frame;
  frame.bytes = {data, header->caplen};
  frame.length = std::max(header->len, header->caplen);
  // The microseconds hold nanoseconds, as asked for.
  frame.time_ns = static_cast<std::uint64_t>(header->ts.tv_sec) * 1'000'000'000 +
                  static_cast<std::uint64_t>(header->ts.tv_usec);
  return &frame;
}

CaptureSummary summarise_capture(std::string const& path) {
  CaptureReader reader(path);
  CaptureSummary summary;
  while (auto const* frame = reader.next()) {
    ++summary.frames;
    if (frame->length > frame->bytes.size) ++summary.cut;
    summary.longest = std::max(summary.longest, frame->length);
  }
  return summary;
}

}  // namespace warpline
