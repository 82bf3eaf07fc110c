// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/database_cache.hpp"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "core/base/text.hpp"

namespace warpline::ids {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "warpline ids 1\n";
constexpr std::string_view kSuffix = ".hs";

std::string digest(std::string_view text) {
  unsigned char bytes[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<unsigned char const*>(text.data()), text.size(), bytes);
  return {reinterpret_cast<char const*>(bytes), sizeof bytes};
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (char const byte : bytes)
    for (int const shift : {4, 0})
      text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> shift & 15];
  return text;
}

std::string key_of(PatternSet const& set) {
  std::string text = HyperscanDatabase::platform() + '\n';
  for (auto const& pattern : set.patterns) {
    text += std::to_string(pattern.bytes.size()) + (pattern.nocase ? " i " : " - ");
    text += pattern.bytes;
  }
  return digest(text);
}

/// A descriptor that is closed.
class File {
 public:
  explicit File(int file) : file_(file) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(File const&) = delete;
  File& operator=(File const&) = delete;
  operator int() const { return file_; }

 private:
  int file_;
};

std::optional<std::string> read_all(int file, std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t done = 0; done < size;) {
    auto const count = ::read(file, text.data() + done, size - done);
    if (count <= 0) return std::nullopt;
    done += static_cast<std::size_t>(count);
  }
  return text;
}

bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    auto const count = ::write(file, text.data(), text.size());
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

std::string DatabaseCache::default_folder() {
  // The specification ignores a relative XDG_CACHE_HOME.
  if (char const* const folder = std::getenv("XDG_CACHE_HOME"); folder && folder[0] == '/')
    return std::string(folder) + "/warpline/ids";
  char const* const home = std::getenv("HOME");
  return home != nullptr && home[0] != '\0' ? std::string(home) + "/.cache/warpline/ids" : "";
}

std::shared_ptr<HyperscanDatabase const> DatabaseCache::get(PatternSet const& set) {
  if (folder_.empty() || set.patterns.size() < kMinPatterns)
    return std::make_shared<HyperscanDatabase const>(set);
  auto const key = key_of(set);
  auto const path = folder_ + '/' + hex(key) + std::string(kSuffix);
  if (auto const bytes = load(path, key))
    if (auto database = HyperscanDatabase::from(*bytes)) {
      ++read_;
      return std::make_shared<HyperscanDatabase const>(std::move(*database));
    }
  auto database = std::make_shared<HyperscanDatabase const>(set);
  if (write_error_.empty()) store(path, key, database->serialized());
  return database;
}

/// The serialised database of a file; empty if there is none, or none that is to be trusted.
std::optional<std::string> DatabaseCache::load(std::string const& path, std::string const& key) {
  File const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file < 0) {
    if (errno != ENOENT) ++refused_;
    return std::nullopt;
  }
  struct stat status {};
  auto const head = kMagic.size() + 2 * SHA256_DIGEST_LENGTH;
  bool const own = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
                   status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
  std::optional<std::string> text;
  if (own && static_cast<std::size_t>(status.st_size) > head)
    text = read_all(file, static_cast<std::size_t>(status.st_size));
  auto const part = [&](std::size_t begin, std::size_t size = std::string::npos) {
    return std::string_view(*text).substr(begin, size);
  };
  if (!text || part(0, kMagic.size()) != kMagic ||
      part(kMagic.size(), SHA256_DIGEST_LENGTH) != key ||
      part(kMagic.size() + SHA256_DIGEST_LENGTH, SHA256_DIGEST_LENGTH) != digest(part(head))) {
    ++refused_;
    return std::nullopt;
  }
  ::futimens(file, nullptr);  // it was used
  return text->substr(head);
}

void DatabaseCache::store(std::string const& path, std::string const& key,
                          std::string const& database) {
  std::error_code error;
  fs::create_directories(folder_, error);
  auto temporary = path + ".XXXXXX";
  File const file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (file < 0) return fail(folder_);
  bool const complete = write_all(file, kMagic) && write_all(file, key) &&
                        write_all(file, digest(database)) && write_all(file, database);
  if (!complete || ::rename(temporary.c_str(), path.c_str()) != 0) {
    fail(folder_);
    ::unlink(temporary.c_str());
    return;
  }
  if (written_++ == 0) remove_old();
}

void DatabaseCache::fail(std::string const& path) {
  write_error_ = path + ": " + std::strerror(errno);
}

/// Also temporary files of a program that was killed.
void DatabaseCache::remove_old() {
  auto const limit = fs::file_time_type::clock::now() - std::chrono::hours(24 * kMaxAgeDays);
  std::error_code error;
  for (auto const& entry : fs::directory_iterator(folder_, error)) {
    if (entry.path().filename().string().find(kSuffix) == std::string::npos) continue;
    auto const used = entry.last_write_time(error);
    if (!error && used < limit) fs::remove(entry.path(), error);
  }
}

std::string DatabaseCache::notice() const {
  std::string text;
  if (refused_ > 0)
    text = "CACHE: " + counted(refused_, "file") + " in " + folder_ +
           " cannot be used (damaged, or of another user); compiled again";
  if (!write_error_.empty())
    text +=
        (text.empty() ? "" : "\n") + std::string("CACHE: databases are not kept: ") + write_error_;
  return text;
}

}  // namespace warpline::ids
