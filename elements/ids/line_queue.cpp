// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/line_queue.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "elements/ids/line_writer.hpp"

namespace warpline::ids {

LineQueue::LineQueue(std::shared_ptr<LineWriter> writer, std::shared_ptr<AppendFile> file,
                     std::size_t bytes)
    : writer_(std::move(writer)), file_(std::move(file)), ring_(std::bit_ceil(bytes)) {
  writer_->add(*this);
}

LineQueue::~LineQueue() {
  finish();
  writer_->remove(*this);
}

std::size_t LineQueue::waiting() const {
  return static_cast<std::size_t>(end_.load(std::memory_order_acquire) -
                                  begin_.load(std::memory_order_relaxed));
}

void LineQueue::lose() noexcept {
  ++lines_;
  file_->lose(1);
}

bool LineQueue::put(std::string_view line) noexcept {
  auto const end = end_.load(std::memory_order_relaxed);
  auto const bytes_used = [&] {
    return static_cast<std::size_t>(end - begin_.load(std::memory_order_acquire));
  };
  auto used = bytes_used();
  if (line.size() > ring_.size() - used && waits_ && line.size() <= ring_.size()) {
    finish();
    used = bytes_used();
  }
  if (line.size() > ring_.size() - used) {
    lose();
    return false;
  }
  ++lines_;
  copy_in(end, line);
  end_.store(end + line.size(), std::memory_order_release);
  auto const half = ring_.size() / 2;
  if (used < half && used + line.size() >= half) writer_->wake();
  return true;
}

void LineQueue::copy_in(std::uint64_t position, std::string_view bytes) noexcept {
  auto const offset = static_cast<std::size_t>(position & (ring_.size() - 1));
  auto const first = std::min(bytes.size(), ring_.size() - offset);
  std::memcpy(ring_.data() + offset, bytes.data(), first);
  std::memcpy(ring_.data(), bytes.data() + first, bytes.size() - first);
}

void LineQueue::finish() noexcept {
  auto const request = finish_requests_.load(std::memory_order_relaxed) + 1;
  finish_requests_.store(request, std::memory_order_release);
  writer_->wake();
  for (auto done = finishes_.load(std::memory_order_acquire); done != request;
       done = finishes_.load(std::memory_order_acquire))
    finishes_.wait(done, std::memory_order_acquire);
}

/// On the writer's thread. `joined`: space for lines that wrap around the ring's end.
void LineQueue::write(bool final, std::vector<char>& joined) noexcept {
  auto const begin = begin_.load(std::memory_order_relaxed);
  auto const size = waiting();
  if (size == 0) return;
  auto const offset = static_cast<std::size_t>(begin & (ring_.size() - 1));
  auto const first = std::min(size, ring_.size() - offset);
  std::string_view lines(ring_.data() + offset, first);
  if (first < size) {
    std::memcpy(joined.data(), lines.data(), first);
    std::memcpy(joined.data() + first, ring_.data(), size - first);
    lines = {joined.data(), size};
  }
  auto written = file_->write(lines, final);
  if (final && written < size) {
    auto const rest = lines.substr(written);
    file_->lose(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')));
    written = size;
  }
  begin_.store(begin + written, std::memory_order_release);
}

}  // namespace warpline::ids
