// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/eal.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <optional>
#include <sstream>
#include <stdexcept>

#include "core/base/error.hpp"
#include "io/dpdk/dpdk_log.hpp"
#include "io/dpdk/hugepages.hpp"

namespace warpline {
namespace {

/// Captures what is written to stdout and stderr: after a wrong option, DPDK prints pages of usage
/// to stdout, and getopt prints its reason to stderr.
class Quiet {
 public:
  Quiet() {
    std::fflush(nullptr);
    for (int i = 0; i < 2; ++i) {
      saved_[i] = fcntl(i + 1, F_DUPFD_CLOEXEC, 3);
      caught_[i] = memfd_create("output", MFD_CLOEXEC);
      if (saved_[i] >= 0 && caught_[i] >= 0) dup2(caught_[i], i + 1);
    }
  }
  ~Quiet() { restore(); }

  /// Ends the capture and returns the text of stderr.
  std::string restore() {
    std::string text;
    if (restored_) return text;
    restored_ = true;
    std::fflush(nullptr);
    for (int i = 0; i < 2; ++i) {
      if (saved_[i] >= 0 && caught_[i] >= 0) dup2(saved_[i], i + 1);
      if (i == 1 && caught_[i] >= 0) text = read_all(caught_[i]);
      if (saved_[i] >= 0) close(saved_[i]);
      if (caught_[i] >= 0) close(caught_[i]);
    }
    return text;
  }

 private:
  static std::string read_all(int file) {
    std::string text;
    char piece[4096];
    lseek(file, 0, SEEK_SET);
    for (ssize_t size; (size = read(file, piece, sizeof piece)) > 0;)
      text.append(piece, static_cast<std::size_t>(size));
    return text;
  }

  int saved_[2];
  int caught_[2];
  bool restored_ = false;
};

std::atomic<bool> started{false};

int initialise(std::vector<std::string> words) {
  words.insert(words.begin(), "warpline");
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);

  // The EAL pins its caller to the main core; threads created later would inherit that.
  cpu_set_t before;
  bool const known = pthread_getaffinity_np(pthread_self(), sizeof before, &before) == 0;
  auto const used = rte_eal_init(static_cast<int>(words.size()), arguments.data());
  if (known) pthread_setaffinity_np(pthread_self(), sizeof before, &before);
  return used;
}

}  // namespace

Eal::Eal(EalRequest const& request) {
  if (started.exchange(true)) throw std::logic_error("DPDK's environment is started once");
  auto const words = eal_line(request, hugepages_usable(request.memory));
  line_ = shell_line(words);

  auto const wants_log = [](std::string_view word) { return word.starts_with("--log-level"); };
  DpdkLog::capture(std::any_of(words.begin(), words.end(), wants_log));
  auto const mark = DpdkLog::mark();

  auto const wants_help = [](std::string_view word) {
    return word == "-h" || word == "--help" || word == "--log-level=help";
  };
  std::optional<Quiet> quiet;
  if (std::none_of(words.begin(), words.end(), wants_help)) quiet.emplace();
  auto const used = initialise(words);
  std::istringstream output(quiet ? quiet->restore() : std::string());
  for (std::string text; std::getline(output, text);) DpdkLog::add(text, used < 0);

  if (used < 0) {
    auto reason = DpdkLog::reasons_since(mark);
    if (reason.empty()) reason = rte_strerror(rte_errno);
    throw ConfigError("DPDK's environment did not start: " + reason +
                      "; its options were: " + line_);
  }
  hugepages_ = rte_eal_has_hugepages() != 0;
}

Eal::~Eal() { rte_eal_cleanup(); }

bool Eal::register_thread() noexcept {
  return rte_lcore_id() != LCORE_ID_ANY || rte_thread_register() == 0;
}

void Eal::unregister_thread() noexcept {
  auto const id = rte_lcore_id();
  if (id != LCORE_ID_ANY && rte_eal_lcore_role(id) == ROLE_NON_EAL) rte_thread_unregister();
}

}  // namespace warpline
