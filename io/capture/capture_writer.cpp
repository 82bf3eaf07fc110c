// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture/capture_writer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "core/base/error.hpp"

namespace warpline {
namespace {

/// At the beginning of a pcap (draft-ietf-opsawg-pcap), in this machine's byte order.
struct FileHeader {
  std::uint32_t magic = 0xa1b23c4d;  // nanoseconds
  std::uint16_t major = 2, minor = 4;
  std::uint32_t reserved[2] = {};
  std::uint32_t snap_length = CaptureWriter::kMaxFrameBytes;
  std::uint32_t link = 0;
};

/// Before each frame.
struct RecordHeader {
  std::uint32_t seconds, nanoseconds, captured, length;
};

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kLastTime = (std::uint64_t{1} << 32) * kSecond - 1;

bool is_regular(int file) {
  struct stat status {};
  return fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

bool same_file(struct stat const& a, struct stat const& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

CaptureWriter::CaptureWriter(std::string path, std::string owner, std::uint32_t link)
    : OutputFile(std::move(path), "frame", std::move(owner)), link_(link), buffer_(kBufferBytes) {
  auto const& name = this->path();
  if (name == "-") return;
  file_ = ::open(name.c_str(), O_WRONLY | O_CLOEXEC);
  if (file_ >= 0) return;
  int error = errno;
  if (error == ENOENT) {
    auto const folder = std::filesystem::path(name).parent_path();
    if (::access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0) return;
    error = errno;
  }
  throw ConfigError(name + ": cannot be written: " + std::strerror(error));
}

CaptureWriter::~CaptureWriter() { finish(); }

void CaptureWriter::begin() {
  bool const console = path() == "-";
  if (console) file_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
  if (file_ < 0 && !console) file_ = ::open(path().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (file_ < 0) throw ConfigError(path() + ": cannot be written: " + std::strerror(errno));
  if (!console && is_regular(file_) && ::ftruncate(file_, 0) != 0)
    throw ConfigError(path() + ": cannot be emptied: " + std::strerror(errno));
  begun_ = true;
  flush();
}

void CaptureWriter::retry() noexcept {
  if (error() != 0 && begun_ && may_try()) flush();
}

bool CaptureWriter::write(Bytes frame, std::uint64_t time_ns) noexcept {
  RecordHeader header{0, 0, frame.size, frame.size};
  auto const need = sizeof header + frame.size;
  if (buffer_.size() - size_ < need) [[unlikely]] {
    if (begun_ && error() == 0) flush();
    if (!begun_ || buffer_.size() - size_ < need) {
      note_lost(1);
      return false;
    }
  }
  if (time_ns > kLastTime) [[unlikely]] {
    time_ns = kLastTime;
    note_clamped_time();
  }
  header.seconds = static_cast<std::uint32_t>(time_ns / kSecond);
  header.nanoseconds = static_cast<std::uint32_t>(time_ns % kSecond);
  std::memcpy(buffer_.data() + size_, &header, sizeof header);
  if (frame.size > 0) std::memcpy(buffer_.data() + size_ + sizeof header, frame.data, frame.size);
  size_ += need;
  ++frames_;
  return true;
}

void CaptureWriter::finish() noexcept {
  if (file_ < 0) return;
  if (begun_ && !flush()) revoke_rest();
  if (::close(std::exchange(file_, -1)) != 0 && begun_) note_failure(errno);
  begun_ = false;
}

bool CaptureWriter::flush() noexcept {
  if (!flush_header()) return false;
  if (auto const error = write_some(buffer_.data(), size_, done_); error != 0) {
    keep_rest(error);
    return false;
  }
  note_written(frames_);
  size_ = done_ = frames_ = 0;
  note_success();
  return true;
}

bool CaptureWriter::flush_header() noexcept {
  if (header_done_ == sizeof(FileHeader)) return true;
  FileHeader const header{.link = link_};
  auto const* bytes = reinterpret_cast<std::uint8_t const*>(&header);
  auto const error = write_some(bytes, sizeof header, header_done_);
  if (error == 0) return true;
  if (header_done_ > 0 && truncate_back(header_done_)) header_done_ = 0;
  note_failure(error);
  return false;
}

/// Writes what follows `done`, and advances it. Returns 0, or the reason why it stopped.
int CaptureWriter::write_some(std::uint8_t const* from, std::size_t size,
                              std::size_t& done) noexcept {
  while (done < size) {
    auto const written = ::write(file_, from + done, size - done);
    if (written > 0) {
      done += static_cast<std::size_t>(written);
      continue;
    }
    int const error = written < 0 ? errno : ENOSPC;
    if (error == EINTR) continue;
    // Standard output may be a pipe that another program has made non-blocking.
    pollfd pipe{file_, POLLOUT, 0};
    if (error == EAGAIN && ::poll(&pipe, 1, 1000) > 0) continue;
    return error;
  }
  return 0;
}

/// Only whole records count as written. The file is cut after the last of them if possible, and the
/// rest stays in the buffer.
void CaptureWriter::keep_rest(int error) noexcept {
  std::size_t boundary = 0, frames = 0;
  while (boundary < size_) {
    RecordHeader header;
    std::memcpy(&header, buffer_.data() + boundary, sizeof header);
    auto const next = boundary + sizeof header + header.captured;
    if (next > done_) break;
    boundary = next;
    ++frames;
  }
  done_ -= boundary;
  if (done_ > 0 && truncate_back(done_)) done_ = 0;
  std::memmove(buffer_.data(), buffer_.data() + boundary, size_ - boundary);
  size_ -= boundary;
  frames_ -= frames;
  note_written(frames);
  note_failure(error);
}

bool CaptureWriter::truncate_back(std::size_t size) noexcept {
  if (!is_regular(file_)) return false;
  auto const end = ::lseek(file_, 0, SEEK_CUR) - static_cast<off_t>(size);
  return end >= 0 && ::ftruncate(file_, end) == 0 && ::lseek(file_, end, SEEK_SET) == end;
}

void CaptureWriter::revoke_rest() noexcept {
  note_revoked(frames_, size_ - frames_ * sizeof(RecordHeader));
  size_ = done_ = frames_ = 0;
}

OutputFile::Reopened CaptureWriter::reopen(std::string& reason) {
  auto const guard = lock();
  struct stat now {
  }, open{};
  if (!begun_ || path() == "-" || ::fstat(file_, &open) != 0) return Reopened::kSameFile;
  if (::stat(path().c_str(), &now) == 0 && same_file(now, open)) {
    if (may_try()) flush();
    return Reopened::kSameFile;
  }
  int const fresh = open_new(reason);
  if (fresh < 0) return Reopened::kNotPossible;
  // What the old file does not accept is written to the new one.
  if (!flush() && done_ > 0) revoke_rest();
  ::close(std::exchange(file_, fresh));
  header_done_ = 0;
  flush();
  return Reopened::kNewFile;
}

int CaptureWriter::open_new(std::string& reason) const {
  int file = ::open(path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0 && errno == EEXIST) file = ::open(path().c_str(), O_WRONLY | O_CLOEXEC);
  struct stat status {};
  if (file < 0 || ::fstat(file, &status) != 0) {
    reason = std::strerror(errno);
  } else if (status.st_size > 0) {
    reason = "there is another file of that name, which is not empty";
  } else {
    return file;
  }
  if (file >= 0) ::close(file);
  return -1;
}

std::string CaptureWriter::error_text() const {
  return last_error() == 0 ? std::string() : std::strerror(last_error());
}

bool CaptureWriter::is_file(std::string const& other) const {
  struct stat ours {
  }, theirs{};
  return file_ >= 0 && ::fstat(file_, &ours) == 0 && ::stat(other.c_str(), &theirs) == 0 &&
         same_file(ours, theirs);
}

}  // namespace warpline
