// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture_writer.hpp"

#include <fcntl.h>
#include <pcap/pcap.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "core/error.hpp"

namespace warpline {
namespace {

constexpr std::size_t kFileBuffer = std::size_t{256} << 10;
constexpr int kLongest = 65535;

}  // namespace

struct CaptureWriter::State {
  std::unique_ptr<char[]> buffer = std::make_unique<char[]>(kFileBuffer);
  std::FILE* file = nullptr;
  pcap_t* format = nullptr;
  pcap_dumper_t* dumper = nullptr;
  struct stat identity {};

  ~State() {
    if (dumper != nullptr)
      pcap_dump_close(dumper);  // closes the file
    else if (file != nullptr)
      std::fclose(file);
    if (format != nullptr) pcap_close(format);
  }
};

CaptureWriter::CaptureWriter(std::string path)
    : path_(std::move(path)), state_(std::make_unique<State>()) {
  // Not truncated yet: what is found wrong later must not have cost the user a file.
  int const file = open(path_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0 || fstat(file, &state_->identity) != 0) {
    auto const* reason = std::strerror(errno);
    if (file >= 0) close(file);
    throw ConfigError(path_ + ": cannot be written: " + reason);
  }
  state_->file = fdopen(file, "wb");
  std::setvbuf(state_->file, state_->buffer.get(), _IOFBF, kFileBuffer);
}

CaptureWriter::~CaptureWriter() { finish(); }

void CaptureWriter::begin() {
  if (S_ISREG(state_->identity.st_mode) && ftruncate(fileno(state_->file), 0) != 0)
    throw ConfigError(path_ + ": cannot be emptied: " + std::strerror(errno));
  state_->format =
      pcap_open_dead_with_tstamp_precision(DLT_EN10MB, kLongest, PCAP_TSTAMP_PRECISION_NANO);
  state_->dumper = pcap_dump_fopen(state_->format, state_->file);
  if (state_->dumper == nullptr)
    throw ConfigError(path_ + ": cannot be written: " + pcap_geterr(state_->format));
}

bool CaptureWriter::write(Bytes frame, std::uint64_t time_ns) noexcept {
  if (failed() || state_ == nullptr || state_->dumper == nullptr) return false;
  pcap_pkthdr header{};
  header.ts.tv_sec = static_cast<time_t>(time_ns / 1'000'000'000);
  header.ts.tv_usec = static_cast<suseconds_t>(time_ns % 1'000'000'000);  // as many nanoseconds
  header.caplen = header.len = frame.size;
  pcap_dump(reinterpret_cast<unsigned char*>(state_->dumper), &header, frame.data);
  if (std::ferror(state_->file) == 0) return true;
  fail();
  return false;
}

void CaptureWriter::finish() noexcept {
  if (state_ == nullptr) return;
  if (state_->dumper != nullptr && !failed() && pcap_dump_flush(state_->dumper) != 0) fail();
  state_.reset();
}

bool CaptureWriter::is_file(std::string const& other) const {
  struct stat identity {};
  return state_ != nullptr && stat(other.c_str(), &identity) == 0 &&
         identity.st_dev == state_->identity.st_dev && identity.st_ino == state_->identity.st_ino;
}

void CaptureWriter::fail() noexcept { error_ = errno != 0 ? std::strerror(errno) : "write error"; }

}  // namespace warpline
