// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/output_check.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "app/session/pipeline_options.hpp"
#include "app/session/session_options.hpp"

namespace warpline::app {
namespace {

using Kind = FileUse::Kind;

/// Where a path leads, also through links to files that are not there yet.
std::filesystem::path target_of(std::string const& path) {
  std::error_code none;
  std::filesystem::path target = std::filesystem::absolute(path, none);
  constexpr int kMaxLinks = 40;  // as the kernel
  for (int i = 0; i < kMaxLinks && std::filesystem::is_symlink(target, none); ++i)
    target = target.parent_path() / std::filesystem::read_symlink(target, none);
  return std::filesystem::weakly_canonical(target, none);
}

struct Identity {
  bool exists = false, regular = false;
  struct stat status {};
  std::filesystem::path target;

  explicit Identity(FileUse const& use) {
    bool const console = use.path == "-";
    exists = (console ? ::fstat(STDOUT_FILENO, &status) : ::stat(use.path.c_str(), &status)) == 0;
    regular = exists && S_ISREG(status.st_mode);
    target = console ? std::filesystem::path("-") : target_of(use.path);
  }
  bool same_as(Identity const& other) const {
    if (exists && other.exists)
      return status.st_dev == other.status.st_dev && status.st_ino == other.status.st_ino;
    return !exists && !other.exists && target == other.target;
  }
};

bool is_output(FileUse const& use) { return use.kind != Kind::kInput; }

std::string named(FileUse const& use) { return use.user + ": " + use.path; }

void check_writable(FileUse const& use, Identity const& file) {
  if (use.path == "-" || use.kind == Kind::kSocket) return;
  int error = 0;
  if (file.regular) {
    int const opened = ::open(use.path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (opened < 0) error = errno;
    if (opened >= 0) ::close(opened);
  } else if (file.exists) {
    if (S_ISDIR(file.status.st_mode))
      error = EISDIR;
    else if (::access(use.path.c_str(), W_OK) != 0)
      error = errno;
  } else {
    auto const folder = file.target.parent_path();
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0)
      error = errno;
    else if (!S_ISDIR(status.st_mode))
      error = ENOTDIR;
    else if (use.path.ends_with('/'))
      error = EISDIR;
    else if (::access(folder.c_str(), W_OK | X_OK) != 0)
      error = errno;
  }
  if (error != 0) throw ConfigError(named(use) + ": cannot be written: " + std::strerror(error));
}

void check_pair(FileUse const& output, Identity const& file, FileUse const& other,
                Identity const& other_file) {
  if (output.kind == Kind::kAppend && other.kind == Kind::kAppend) return;
  // Two users of one terminal or pipe do not harm each other's files; of a capture's stream they do.
  bool const streams = output.path == "-" && other.path == "-";
  if (!streams && file.exists && !file.regular && output.kind != Kind::kSocket &&
      other.kind != Kind::kSocket)
    return;
  if (!file.same_as(other_file)) return;
  if (streams)
    throw ConfigError("standard output is asked for twice, by " + output.user + " and by " +
                      other.user);
  auto const* relation = is_output(other) ? " is written too" : " is read";
  throw ConfigError(named(output) + ": the same file as " + named(other) + ", which" + relation +
                    "; expected a file of its own");
}

/// `key=` among the arguments of a driver.
void add_driver_file(std::vector<FileUse>& files, DpdkPortOptions const& port,
                     std::string const& key, Kind kind) {
  auto const& text = port.arguments;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find(',', begin), text.size());
    auto const piece = text.substr(begin, end - begin);
    if (piece.starts_with(key + "="))
      files.push_back({piece.substr(key.size() + 1), port.device + " " + key, kind});
    begin = end + 1;
  }
}

}  // namespace

std::vector<FileUse> files_of(PipelineOptions const& pipeline, SessionOptions const& session,
                              std::span<PortSpec const> specs) {
  std::vector<FileUse> files{{pipeline.file, "the pipeline"}};
  auto const add = [&](std::string const& path, std::string user, Kind kind) {
    if (!path.empty()) files.push_back({path, std::move(user), kind});
  };
  add(session.config, "--config", Kind::kInput);
  for (auto const& spec : specs) {
    if (auto const* capture = std::get_if<CaptureOptions>(&spec.options)) {
      // The port of -r and -w is not from a text of the user.
      bool const by_option = capture->in == pipeline.read && capture->out == pipeline.write;
      add(capture->in, by_option ? "-r" : spec.text, Kind::kInput);
      add(capture->out, by_option ? "-w" : spec.text, Kind::kOutput);
    } else if (auto const* replay = std::get_if<ReplayOptions>(&spec.options)) {
      add(replay->file, spec.text, Kind::kInput);
    } else if (auto const* generator = std::get_if<GeneratorOptions>(&spec.options)) {
      add(generator->capture, spec.text, Kind::kInput);
    } else if (auto const* device = std::get_if<DpdkPortOptions>(&spec.options)) {
      add_driver_file(files, *device, "rx_pcap", Kind::kInput);
      add_driver_file(files, *device, "tx_pcap", Kind::kOutput);
    }
  }
  return files;
}

void check_outputs(std::vector<FileUse> const& files) {
  std::vector<Identity> identities(files.begin(), files.end());
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!is_output(files[i])) continue;
    // An overlap is the better explanation of a file that cannot be written.
    for (std::size_t j = 0; j < files.size(); ++j)
      if (j < i || !is_output(files[j]))
        check_pair(files[i], identities[i], files[j], identities[j]);
    check_writable(files[i], identities[i]);
  }
}

}  // namespace warpline::app
