// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/output_file.hpp"

#include <utility>

namespace warpline {

OutputFile::OutputFile(std::string path, std::string unit, std::string owner)
    : path_(std::move(path)), unit_(std::move(unit)), owner_(std::move(owner)) {}

void OutputFile::note_failure(int error) noexcept {
  failed_at_ = Clock::now();
  last_error_.store(error, std::memory_order_relaxed);
  if (error_.exchange(error, std::memory_order_relaxed) == 0)
    failures_.fetch_add(1, std::memory_order_release);
}

void OutputFile::note_revoked(std::uint64_t count, std::uint64_t bytes) noexcept {
  add(lost_, count);
  add(revoked_, count);
  add(revoked_bytes_, bytes);
}

bool OutputFile::may_try() const noexcept {
  return error() == 0 || Clock::now() - failed_at_ >= retry_interval_;
}

}  // namespace warpline
