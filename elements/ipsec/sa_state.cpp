// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_state.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "elements/ipsec/sa_identity.hpp"

namespace warpline::ipsec {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 5ms;
constexpr unsigned kLookShare = 20;  // a look may take one part of so many of the thread's time
constexpr auto kInbound = 500ms;
constexpr auto kRetry = 1s;
constexpr double kForget = 10;  // seconds in which a rate is forgotten

}  // namespace

SaState::~SaState() {
  for (auto const& kept : kept_) {
    if (kept.record == kNone) continue;
    auto& users = file_->users(kept.record);
    --users.holders;
    if (kept.place != kNone) --users.active;
  }
}

std::uint32_t SaState::record_of(std::uint32_t index, SaConfig const& sa, Direction direction) {
  auto const identity = identity_of(slots_.keys(index), sa);
  auto const fingerprint = file_->fingerprint(identity.bytes());
  auto const kind = kind_of(direction);
  if (auto const found = file_->find(kind, fingerprint)) return *found;
  StateRecord record;
  record.kind = kind;
  record.fingerprint = fingerprint;
  record.spi = sa.spi;
  return file_->add(record);
}

void SaState::begin(std::uint32_t index, SaConfig& sa, Direction direction) {
  if (index >= kept_.size()) kept_.resize(index + 1);
  if (kept_[index].record != kNone) release(index);
  auto const record = record_of(index, sa, direction);
  auto& users = file_->users(record);
  if (direction == Direction::kOutbound && users.active > 0)
    throw ConfigError(
        "the program sends by this key already: two SAs, or two databases with one "
        "SA, would use the same sequence numbers; expected one");
  auto& kept = kept_[index];
  kept = Kept{};
  kept.record = record;
  kept.direction = direction;
  kept.extended = sa.form.esn;
  try {
    if (direction == Direction::kOutbound)
      begin_outbound(index, sa);
    else
      begin_inbound(index, sa);
  } catch (...) {
    kept.record = kNone;
    throw;
  }
  if (file_->record(record).removed != 0) file_->change(record).removed = 0;
  ++users.active;
  ++users.holders;
  kept.place = static_cast<std::uint32_t>(active_.size());
  active_.push_back(index);
}

void SaState::begin_outbound(std::uint32_t index, SaConfig& sa) {
  auto& kept = kept_[index];
  auto const mark = file_->record(kept.record).mark;
  sa.last_sequence = std::max(sa.last_sequence, mark);
  slots_.resume(index, sa);
  auto& use = slots_.use(index).outbound;
  use.limit.store(sa.last_sequence, std::memory_order_relaxed);
  kept.seen = sa.last_sequence;
  kept.step = kFirstStep;
  auto const room = use.last_sequence - std::min(use.last_sequence, sa.last_sequence);
  file_->change(kept.record).mark = sa.last_sequence + std::min(room, kept.step);
  waiting_.push_back(index);
}

void SaState::begin_inbound(std::uint32_t index, SaConfig const& sa) {
  auto& kept = kept_[index];
  auto const size = slots_.inbound(index).window.size();
  auto const& record = file_->record(kept.record);
  auto const mark = record.mark;
  // Where another SA of this program has the record, what it stored is here.
  bool const live = file_->windows_survived() || file_->users(kept.record).holders > 0;
  bool resumed = live && record.units != 0 && record.window == size;
  if (resumed) resumed = slots_.keep_window(index, file_->window(kept.record)).resume(mark);
  if (!resumed) {
    file_->allocate_window(kept.record, size);
    slots_.keep_window(index, file_->window(kept.record)).restore(mark, {});
    kept.from_mark = mark > 0;
  }
  auto& window = slots_.inbound(index).window;
  if (window.highest() < sa.last_received) {
    window.restore(sa.last_received, sa.received);
    kept.from_mark = false;
  }
  kept.seen = window.highest();
  if (kept.seen > mark) file_->change(kept.record).mark = kept.seen;
}

std::error_code SaState::release_marks() {
  if (auto const error = file_->write()) return error;
  for (auto const index : waiting_)
    if (kept_[index].record != kNone)
      slots_.use(index).outbound.limit.store(file_->record(kept_[index].record).mark,
                                             std::memory_order_relaxed);
  waiting_.clear();
  return {};
}

void SaState::remove(std::uint32_t index) {
  if (index >= kept_.size() || kept_[index].place == kNone) return;
  auto& kept = kept_[index];
  auto const last = active_.back();
  active_[kept.place] = last;
  kept_[last].place = kept.place;
  active_.pop_back();
  kept.place = kNone;
  std::erase(waiting_, index);
  if (--file_->users(kept.record).active > 0) return;
  auto& record = file_->change(kept.record);
  record.removed = 1;
  if (kept.direction == Direction::kInbound)
    record.mark = std::max(record.mark, slots_.inbound(index).window.highest());
}

void SaState::release(std::uint32_t index) {
  if (index >= kept_.size() || kept_[index].record == kNone) return;
  remove(index);
  auto const record = std::exchange(kept_[index].record, kNone);
  if (--file_->users(record).holders > 0) return;
  if (kept_[index].direction == Direction::kOutbound) return;
  auto const highest = slots_.inbound(index).window.highest();
  if (highest > file_->record(record).mark) file_->change(record).mark = highest;
  file_->free_window(record);
}

/// Whether the SA's mark was raised, in the record.
bool SaState::raise(std::uint32_t index, Kept& kept, double seconds) {
  auto const last = slots_.outbound(index).last.load(std::memory_order_relaxed);
  auto& use = slots_.use(index).outbound;
  auto const sent = static_cast<double>(last - kept.seen) / seconds;
  kept.rate = std::max(sent, kept.rate * std::max(0.0, 1 - seconds / kForget));
  kept.seen = last;
  auto const limit = use.limit.load(std::memory_order_relaxed);
  if (limit >= use.last_sequence || limit - last > kept.step / 2) return false;
  constexpr double kSeconds = std::chrono::duration<double>(kAhead).count();
  auto step = static_cast<std::uint64_t>(kept.rate * kSeconds);
  if (limit == last) step = std::max(step, 2 * kept.step);  // the rate was held back
  kept.step = std::clamp(step, kMinStep, kept.extended ? kMaxExtendedStep : kMaxStep);
  file_->change(kept.record).mark = last + std::min(kept.step, use.last_sequence - last);
  return true;
}

std::optional<std::error_code> SaState::tick(Clock::time_point now) {
  if (now < next_look_) return std::nullopt;
  auto const seconds = std::max(1e-6, std::chrono::duration<double>(now - looked_).count());
  bool const inbound = now >= next_inbound_;
  looked_ = now;
  for (auto const index : active_) {
    auto& kept = kept_[index];
    if (kept.direction == Direction::kOutbound) {
      if (raise(index, kept, seconds)) waiting_.push_back(index);
    } else if (inbound) {
      auto const highest = slots_.inbound(index).window.highest();
      if (highest > file_->record(kept.record).mark) file_->change(kept.record).mark = highest;
    }
  }
  auto const looked = Clock::now() - now;
  auto const error = release_marks();
  next_look_ = now + std::max<Clock::duration>({kLook, kLookShare * looked});
  if (inbound) next_inbound_ = now + kInbound;
  if (error) {
    waiting_.clear();  // their limits are as they were: the next look finds them again
    next_look_ = now + kRetry;
  }
  return error;
}

void SaState::settle() {
  for (auto const index : active_) {
    auto const& kept = kept_[index];
    file_->change(kept.record).mark =
        kept.direction == Direction::kOutbound
            ? slots_.outbound(index).last.load(std::memory_order_relaxed)
            : slots_.inbound(index).window.highest();
  }
}

SaState::Status SaState::status(std::uint32_t index) const {
  if (index >= kept_.size() || kept_[index].record == kNone) return {};
  auto const& kept = kept_[index];
  return {file_->record(kept.record).mark, kept.step, kept.from_mark};
}

}  // namespace warpline::ipsec
