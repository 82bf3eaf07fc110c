// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_state.hpp"

#include <algorithm>

#include "core/base/error.hpp"
#include "elements/ipsec/database/sa_identity.hpp"

namespace warpline::ipsec {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 5ms;
constexpr unsigned kMinLookRatio = 20;  // a scan may use at most 1/20 of the control thread's time
constexpr auto kWindow = 100ms;         // period of rate measurements: packets come in bursts
constexpr double kMinWindow = 0.02;
constexpr auto kInbound = 500ms;
constexpr auto kRetry = 1s;
constexpr double kForget = 10;  // seconds in which a rate is forgotten

}  // namespace

SaState::~SaState() {
  for (auto const& entry : kept_) {
    if (entry.record == kNone) continue;
    auto& users = file_->users(entry.record);
    if (entry.place != kNone) --users.active;
    file_->drop_holder(entry.record);
  }
}

std::uint32_t SaState::record_of(std::uint32_t index, SaConfig const& sa, Direction direction) {
  auto const identity = identity_of(slots_.keys(index), sa, direction);
  auto const fingerprint = file_->fingerprint(identity.bytes());
  auto const kind = kind_of(direction);
  if (auto const record = file_->find(kind, fingerprint)) return *record;
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
  if (users.active > 0)
    throw ConfigError(direction == Direction::kOutbound
                          ? "the program sends by this key already: two SAs, or two databases with "
                            "one SA, would use the same sequence numbers; expected one"
                          : "two databases receive by this SA, and a state file keeps one replay "
                            "window of it; expected one database");
  auto& entry = kept_[index];
  entry = Kept{};
  entry.record = record;
  entry.direction = direction;
  entry.extended = sa.form.esn;
  try {
    if (direction == Direction::kOutbound)
      begin_outbound(index, sa);
    else
      begin_inbound(index, sa);
  } catch (...) {
    entry.record = kNone;
    throw;
  }
  if (file_->record(record).removed != 0) file_->change(record).removed = 0;
  ++users.active;
  ++users.holders;
  entry.place = static_cast<std::uint32_t>(active_.size());
  active_.push_back(index);
}

void SaState::begin_outbound(std::uint32_t index, SaConfig& sa) {
  auto& entry = kept_[index];
  auto const mark = file_->record(entry.record).mark;
  sa.last_sequence = std::max(sa.last_sequence, mark);
  slots_.resume(index, sa);
  auto& use = slots_.use(index).outbound;
  sa.last_sequence = std::min(sa.last_sequence, use.last_sequence);  // it may have had 64 bits
  use.limit.store(sa.last_sequence, std::memory_order_relaxed);
  entry.seen = sa.last_sequence;
  entry.step = first_step_ != 0 ? first_step_ : sa.form.esn ? kFirstExtendedStep : kFirstStep;
  auto const distance = use.last_sequence - std::min(use.last_sequence, sa.last_sequence);
  file_->change(entry.record).mark =
      std::max(mark, sa.last_sequence + std::min(distance, entry.step));
  waiting_.push_back(index);
}

void SaState::begin_inbound(std::uint32_t index, SaConfig const& sa) {
  auto& entry = kept_[index];
  auto const size = slots_.inbound(index).window.size();
  auto const& record = file_->record(entry.record);
  auto const mark = record.mark;
  // An SA that was removed with packets inside still marks in its ring: this one gets another.
  if (file_->users(entry.record).holders > 0) file_->leave_window(entry.record);
  bool resumed = record.units != 0 && record.window == size;
  if (resumed) resumed = slots_.keep_window(index, file_->window(entry.record)).resume(mark);
  if (!resumed) {
    file_->allocate_window(entry.record, size);
    slots_.keep_window(index, file_->window(entry.record)).restore(mark, {});
  }
  entry.units = {record.first_unit, record.units};
  auto& window = slots_.inbound(index).window;
  if (window.highest() < sa.last_received) window.restore(sa.last_received, sa.received);
  if (window.highest() > mark) file_->change(entry.record).mark = window.highest();
}

std::error_code SaState::release_marks() {
  if (auto const error = file_->write()) return error;
  for (auto const index : waiting_) {
    if (kept_[index].record == kNone) continue;
    auto& use = slots_.use(index).outbound;
    use.limit.store(std::min(file_->record(kept_[index].record).mark, use.last_sequence),
                    std::memory_order_relaxed);
  }
  waiting_.clear();
  return {};
}

void SaState::remove(std::uint32_t index) {
  if (index >= kept_.size() || kept_[index].place == kNone) return;
  auto& entry = kept_[index];
  auto const last = active_.back();
  active_[entry.place] = last;
  kept_[last].place = entry.place;
  active_.pop_back();
  entry.place = kNone;
  std::erase(waiting_, index);
  if (--file_->users(entry.record).active > 0) return;
  auto& record = file_->change(entry.record);
  record.removed = 1;
  record.removed_at = minutes_now();
  if (entry.direction == Direction::kInbound)
    record.mark = std::max(record.mark, slots_.inbound(index).window.highest());
}

void SaState::release(std::uint32_t index) {
  if (index >= kept_.size() || kept_[index].record == kNone) return;
  remove(index);
  auto const record = std::exchange(kept_[index].record, kNone);
  file_->drop_holder(record);
  auto const& entry = kept_[index];
  if (entry.direction == Direction::kOutbound) return;
  auto const highest = slots_.inbound(index).window.highest();
  if (highest > file_->record(record).mark) file_->change(record).mark = highest;
  auto const& now = file_->record(record);
  if (now.units != 0 && now.first_unit == entry.units.first)
    file_->free_window(record);
  else
    file_->free_units(entry.units);
}

/// Returns whether the SA's mark was raised in the record. `seconds`: since the start of the period
/// in which the rate is measured; `over`: the period ends now.
bool SaState::raise(std::uint32_t index, Kept& kept, double seconds, bool over) {
  auto const last = slots_.outbound(index).last.load(std::memory_order_relaxed);
  auto& use = slots_.use(index).outbound;
  auto const rate = std::max(static_cast<double>(last - kept.seen) / std::max(seconds, kMinWindow),
                             kept.rate * std::max(0.0, 1 - seconds / kForget));
  if (over) {
    kept.rate = rate;
    kept.seen = last;
  }
  auto const limit = use.limit.load(std::memory_order_relaxed);
  auto const left = limit - std::min(limit, last);
  constexpr double kSeconds = std::chrono::duration<double>(kAhead).count();
  auto step = static_cast<std::uint64_t>(rate * kSeconds);
  if (left == 0) step = std::max(step, 2 * kept.step);  // the rate was held back
  step = std::clamp(step, min_step_, kept.extended ? kMaxExtendedStep : kMaxStep);
  if (limit >= use.last_sequence || left > step / 2) return false;
  kept.step = step;
  // Never lowered: workers may send up to the limit, and a write that failed may have reached the
  // disk.
  auto& mark = file_->change(kept.record).mark;
  mark = std::max(mark, last + std::min(step, use.last_sequence - last));
  return true;
}

std::optional<std::error_code> SaState::tick(Clock::time_point now) {
  if (now < next_look_) return std::nullopt;
  auto const seconds = std::chrono::duration<double>(now - window_).count();
  bool const over = now - window_ >= kWindow;
  if (over) window_ = now;
  bool const inbound = now >= next_inbound_;
  for (auto const index : active_) {
    auto& entry = kept_[index];
    if (entry.direction == Direction::kOutbound) {
      if (raise(index, entry, seconds, over)) waiting_.push_back(index);
    } else if (inbound) {
      auto const highest = slots_.inbound(index).window.highest();
      if (highest > file_->record(entry.record).mark) file_->change(entry.record).mark = highest;
    }
  }
  auto const looked = Clock::now() - now;
  auto const error = release_marks();
  next_look_ = now + std::max<Clock::duration>({kLook, kMinLookRatio * looked});
  if (inbound) next_inbound_ = now + kInbound;
  if (error) {
    waiting_.clear();  // their limits are as they were: the next look finds them again
    next_look_ = now + kRetry;
  }
  return error;
}

void SaState::settle() {
  for (auto const index : active_) {
    auto const& entry = kept_[index];
    auto& mark = file_->change(entry.record).mark;
    mark = entry.direction == Direction::kOutbound
               ? slots_.outbound(index).last.load(std::memory_order_relaxed)
               : std::max(mark, slots_.inbound(index).window.highest());
  }
}

SaState::Status SaState::status(std::uint32_t index) const {
  if (index >= kept_.size() || kept_[index].record == kNone) return {};
  auto const& entry = kept_[index];
  auto const& record = file_->record(entry.record);
  return {record.mark, entry.step, record.began_at_mark != 0};
}

}  // namespace warpline::ipsec
