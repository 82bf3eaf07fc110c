// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/read_source.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/wipe.hpp"

namespace warpline {
namespace {

constexpr char const* kByteOrderMark = "\xef\xbb\xbf";

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  return bytes % kMiB == 0 ? std::to_string(bytes / kMiB) + " MiB"
                           : std::to_string(bytes) + " bytes";
}

std::string time_text(std::chrono::milliseconds time) {
  return time.count() % 1000 == 0 ? std::to_string(time.count() / 1000) + " s"
                                  : std::to_string(time.count()) + " ms";
}

/// An open file and the bytes read from it. Memory that is no longer needed is overwritten.
class Reader {
 public:
  Reader(std::string const& path, ReadOptions const& options) : path_(path), options_(options) {
    // Checked before the file is opened, because opening a device can have effects.
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) fail_by_system();
    check_kind(status);
    file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file_ < 0) fail_by_system();
    try {
      if (::fstat(file_, &status) != 0) fail_by_system();
      check_kind(status);
      pipe_ = S_ISFIFO(status.st_mode);
      if (!pipe_) check_size(static_cast<std::size_t>(status.st_size));
      grow(pipe_ ? kFirstBytes : static_cast<std::size_t>(status.st_size) + 1);
    } catch (...) {
      ::close(file_);
      throw;
    }
  }
  ~Reader() {
    ::close(file_);
    wipe(text_);
  }
  Reader(Reader const&) = delete;
  Reader& operator=(Reader const&) = delete;

  std::string read() {
    while (read_some()) check_size(size_);
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  static constexpr std::size_t kMinBytes = 4096, kFirstBytes = std::size_t{64} << 10;

  [[noreturn]] void fail(std::string const& reason) const {
    throw ConfigError(path_ + ": " + reason);
  }
  [[noreturn]] void fail_by_system() const {
    fail(std::string("cannot be read: ") + std::strerror(errno));
  }

  void check_kind(struct stat const& status) const {
    if (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode)) return;
    char const* const kind = S_ISDIR(status.st_mode)    ? "folder"
                             : S_ISSOCK(status.st_mode) ? "socket"
                                                        : "device";
    fail(std::string("is a ") + kind + "; expected a text file or a pipe");
  }
  void check_size(std::size_t bytes) const {
    if (bytes > options_.max_bytes)
      fail("is too long; expected at most " + size_text(options_.max_bytes));
  }

  /// False at the end of the file.
  bool read_some() {
    if (pipe_) wait();
    if (size_ == text_.size()) grow(2 * size_);
    auto const count = ::read(file_, text_.data() + size_, text_.size() - size_);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (count < 0) fail_by_system();
    size_ += static_cast<std::size_t>(count);
    return count > 0;
  }
  /// Waits until the pipe has bytes or its last writer has closed it.
  void wait() const {
    pollfd event{file_, POLLIN, 0};
    int ready = -1;
    while (ready < 0) {
      ready = ::poll(&event, 1, static_cast<int>(options_.max_silence.count()));
      if (ready < 0 && errno != EINTR) fail_by_system();
    }
    if (ready == 0)
      fail("is a pipe that sent nothing for " + time_text(options_.max_silence) +
           "; expected a text and its end");
  }
  void grow(std::size_t bytes) {
    std::string larger(std::min(std::max(bytes, kMinBytes), options_.max_bytes + 1), '\0');
    std::copy_n(text_.data(), size_, larger.data());
    wipe(text_);
    text_ = std::move(larger);
  }

  std::string const& path_;
  ReadOptions const& options_;
  int file_ = -1;
  bool pipe_ = false;
  std::string text_;  // `resize` sets how much can be read into it
  std::size_t size_ = 0;
};

}  // namespace

std::shared_ptr<Source const> make_secret_source(std::string name, std::string text) {
  return {new Source{std::move(name), std::move(text)}, [](Source* source) {
            wipe(source->text);
            delete source;
          }};
}

std::shared_ptr<Source const> read_source(std::string const& path, ReadOptions const& options) {
  auto text = Reader(path, options).read();
  if (text.starts_with(kByteOrderMark)) text.erase(0, std::strlen(kByteOrderMark));
  auto source = make_secret_source(path, std::move(text));
  if (source->text.find('\0') != std::string::npos)
    throw ConfigError(path + ": is a binary file; expected text");
  return source;
}

std::shared_ptr<Source const> read_source(std::string const& path) {
  return read_source(path, ReadOptions{});
}

}  // namespace warpline
