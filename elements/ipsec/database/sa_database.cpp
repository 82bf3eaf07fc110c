// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_database.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <set>
#include <utility>

#include "core/base/clock.hpp"
#include "elements/ipsec/database/sa_identity.hpp"

namespace warpline::ipsec {
namespace {

constexpr std::size_t kFewPolicies = 256;  // building them again takes less than a millisecond

std::string describe(SaName const& name) {
  char spi[16];
  std::snprintf(spi, sizeof spi, "0x%x", name.spi);
  return std::string(name.direction == Direction::kOutbound ? "outbound" : "inbound") +
         " SA with SPI " + spi + " to " + to_string(name.destination);
}

/// The packets that an inbound SA is for; no value: any.
std::optional<IpAddress> destination_of(SaConfig const& sa) {
  auto const& destination = sa.form.destination;
  return destination.is_unspecified() ? std::nullopt : std::optional(destination);
}

/// An SA without a selector accepts all packets.
TrafficSelector selector_of(SaConfig const& sa) { return sa.selector.value_or(TrafficSelector{}); }

std::string text(TrafficSelector const& selector) {
  auto const prefix = [](std::optional<IpPrefix> const& side) {
    return side ? to_string(*side) : std::string("any");
  };
  auto const ports = [](PortRange const& range) {
    return std::to_string(range.first) + '-' + std::to_string(range.last);
  };
  return prefix(selector.source) + ' ' + prefix(selector.destination) + ' ' +
         std::to_string(selector.protocol.value_or(0)) + (selector.protocol ? "" : "*") + ' ' +
         ports(selector.source_port) + ' ' + ports(selector.destination_port);
}

std::string ends(SaMode mode, IpAddress const& source, IpAddress const& destination) {
  return (mode == SaMode::kTunnel ? "tunnel " : "transport ") + to_string(source) + ' ' +
         to_string(destination);
}

std::string with_reqid(std::string const& ends, std::uint32_t reqid) {
  return ends + ' ' + std::to_string(reqid);
}

/// Groups of policies that an SA may serve; with `own`, the policies are the selectors of SAs.
std::vector<std::string> groups_of(SaConfig const& sa, bool own) {
  auto const group = ends(sa.form.mode, sa.form.source, sa.form.destination);
  auto const alone = with_reqid(group, sa.reqid);
  if (own) return {alone + ' ' + text(selector_of(sa))};
  return {alone, group, std::string()};
}
/// The group of all SAs that may serve the policy. Without a reqid these are the SAs between its
/// ends; if an end is open, all SAs.
std::string group_of(Policy const& policy, bool own) {
  auto const& sa = *policy.sa;
  if (!sa.source || !sa.destination) return {};
  auto const group = ends(sa.mode, *sa.source, *sa.destination);
  if (own) return with_reqid(group, sa.reqid) + ' ' + text(policy.selector);
  if (sa.source->is_unspecified() || sa.destination->is_unspecified()) return {};
  return sa.reqid == 0 ? group : with_reqid(group, sa.reqid);
}

std::string between(IpAddress const& source, IpAddress const& destination) {
  return to_string(source) + ' ' + to_string(destination);
}

}  // namespace

SaDatabase::SaDatabase(std::span<SaConfig const> sas, std::vector<Policy> policies, Options options)
    : max_sas_(options.max_sas),
      keys_(std::move(options.keys)),
      readers_(options.readers ? std::move(options.readers) : std::make_shared<Quiescence>()),
      indices_(*readers_, slots_.capacity(), options.hold),
      spis_(*readers_),
      policies_(std::move(policies)),
      written_(policies_.size()) {
  auto const is = [this](PolicyDirection direction) {
    return std::any_of(policies_.begin(), policies_.end(),
                       [&](Policy const& policy) { return policy.direction == direction; });
  };
  implicit_ = !is(PolicyDirection::kOut);
  if (is(PolicyDirection::kIn) || is(PolicyDirection::kForward)) {
    std::vector<std::uint32_t> peers;
    for (auto const& policy : policies_)
      peers.push_back(policy.sa ? peer(policy.sa->mode, policy.sa->source, policy.sa->destination,
                                       policy.sa->reqid)
                                : 0);
    inbound_policies_.emplace(policies_, peers);
  }
  for (auto const& policy : policies_)
    if (policy.sa && policy.sa->source && policy.sa->destination) {
      auto& used = used_between_[between(*policy.sa->source, *policy.sa->destination)];
      (policy.direction == PolicyDirection::kOut ? used.out : used.in) = true;
    }
  insert(sas);
  make_policies();
}

SaDatabase::~SaDatabase() = default;

std::size_t SaDatabase::max_bytes_of_sa() {
  constexpr std::size_t kControlBytes = 1500;
  std::size_t tables = 0;
  for (auto const& suite : suites()) tables = std::max(tables, SaSlots::host_bytes(suite.suite));
  return tables + kControlBytes;
}

SaDatabase::Key SaDatabase::key_of(SaName const& name) {
  return {name.direction, name.spi,
          name.destination.is_unspecified() ? std::string() : to_string(name.destination)};
}

std::vector<Direction> SaDatabase::directions(SaConfig const& sa) const {
  if (sa.direction) return {*sa.direction};
  auto const entry = used_between_.find(between(sa.form.source, sa.form.destination));
  auto const used = entry != used_between_.end() ? entry->second : Used{};
  if (used.out && !used.in) return {Direction::kOutbound};
  if (used.in && !used.out) return {Direction::kInbound};
  return {Direction::kOutbound, Direction::kInbound};
}

std::uint32_t SaDatabase::peer(SaMode mode, std::optional<IpAddress> const& source,
                               std::optional<IpAddress> const& destination, std::uint32_t reqid) {
  auto const text = [](std::optional<IpAddress> const& address) {
    return address && !address->is_unspecified() ? to_string(*address) : std::string("any");
  };
  auto const key = (mode == SaMode::kTunnel ? "tunnel " + text(source) + ' ' + text(destination)
                                            : std::string("transport")) +
                   ' ' + std::to_string(reqid);
  return peers_.emplace(key, peers_.size() + 1).first->second;
}

/// `others`: SAs that are not in the database yet, but will be.
SaDatabase::Staged SaDatabase::stage(SaConfig const& sa, Direction direction, std::size_t others) {
  if (max_sas_ != 0 && sas_.size() + others >= max_sas_)
    throw ConfigError("no room for another SA: there are " + std::to_string(sas_.size() + others) +
                      ", and --max-sas allows no more");
  auto key_claim = keys_ ? keys_->claim(sa) : nullptr;
  auto const index = indices_.take(Clock::now());
  if (!index)
    throw ConfigError("no room for another SA: there are " + std::to_string(sas_.size()) +
                      ", and " + std::to_string(indices_.held()) +
                      " were removed a short time ago; the program has addresses for " +
                      std::to_string(slots_.capacity()));
  if (state_) state_->release(*index);
  try {
    slots_.set(*index, sa, direction);
  } catch (...) {
    indices_.put_back(*index);
    throw;
  }
  if (uses_.size() <= *index) uses_.resize(*index + 1);
  Staged staged{sa, direction, *index, std::move(key_claim)};
  staged.config.key = staged.config.authentication = Secret();
  if (direction == Direction::kOutbound ? !keeps_outbound_ : !keeps_inbound_) return staged;
  try {
    state_->begin(*index, staged.config, direction);
  } catch (...) {
    indices_.give(*index, Clock::now());
    throw;
  }
  return staged;
}

void SaDatabase::unstage(std::vector<Staged> const& staged) {
  for (auto const& entry : staged) {
    if (state_) state_->remove(entry.index);
    indices_.give(entry.index, Clock::now());
  }
}

/// All SAs up to the first that cannot be: their numbers are on the disk before anyone finds them.
void SaDatabase::insert(std::span<SaConfig const> sas) {
  std::vector<Staged> staged;
  std::set<Key> names;
  std::exception_ptr failure;
  try {
    for (auto const& sa : sas)
      for (auto const direction : directions(sa)) {
        SaName const name{direction, sa.spi, sa.form.destination};
        auto const key = key_of(name);
        if (sas_.contains(key) || !names.insert(key).second)
          throw ConfigError("there is an " + describe(name) + " already");
        staged.push_back(stage(sa, direction, staged.size()));
      }
  } catch (...) {
    failure = std::current_exception();
  }
  if (auto const error = state_ ? state_->release_marks() : std::error_code()) {
    unstage(staged);
    throw ConfigError("state file '" + state_->file().path() + "': " + error.message() +
                      "; no SA was added");
  }
  for (auto& entry : staged) publish(std::move(entry));
  if (failure) std::rethrow_exception(failure);
}

void SaDatabase::publish(Staged&& staged) {
  auto const& sa = staged.config;
  auto const direction = staged.direction;
  if (direction == Direction::kInbound) {
    auto& use = slots_.use(staged.index).inbound;
    use.peer = peer(sa.form.mode, sa.form.source, sa.form.destination, sa.reqid);
    use.any_peer = peer(sa.form.mode, sa.form.source, sa.form.destination, 0);
    spis_.add(sa.spi, destination_of(sa), staged.index);
  }
  auto const key = key_of({direction, sa.spi, sa.form.destination});
  Sa entry{std::move(staged.config), direction, staged.index, ++serial_, Clock::now()};
  entry.key = std::move(staged.key);
  auto const place = sas_.emplace(key, std::move(entry)).first;
  auto const& added_sa = place->second;
  if (added_sa.config.soft != Lifetime{} || added_sa.config.hard != Lifetime{})
    expiring_.emplace(added_sa.serial, place);
  if (direction == Direction::kInbound) return;
  for (auto const& group : groups_of(added_sa.config, implicit_)) {
    auto& sas = sas_of_[group];
    sas.emplace(added_sa.serial, &added_sa);
    if (implicit_ && sas.size() == 1) ++outdated_;
    if (!owned_) continue;
    // It is the newest.
    for (auto const policy : policies_of(group))
      if (serves(added_sa, policies_[policy])) this->use(policy, added_sa.index);
  }
}

void SaDatabase::erase(Place entry) {
  auto const& sa = entry->second;
  auto const index = sa.index;
  if (sa.direction == Direction::kInbound) {
    spis_.remove(sa.config.spi, destination_of(sa.config));
  } else {
    for (auto const& group : groups_of(sa.config, implicit_)) {
      auto const sas = sas_of_.find(group);
      sas->second.erase(sa.serial);
      if (sas->second.empty()) {
        sas_of_.erase(sas);
        if (implicit_) ++outdated_;
      }
      for (auto const policy : policies_of(group))
        if (owned_->sa(policy) == index) bind(policy);
    }
  }
  expiring_.erase(sa.serial);
  if (state_) state_->remove(index);
  sas_.erase(entry);
  indices_.give(index, Clock::now());
}

bool SaDatabase::serves(Sa const& sa, Policy const& policy) const {
  auto const& sa_template = *policy.sa;
  auto const& form = sa.config.form;
  auto const same = [](std::optional<IpAddress> const& address, IpAddress const& other) {
    return !address || address->is_unspecified() || *address == other;
  };
  return sa_template.mode == form.mode && (!sa_template.spi || *sa_template.spi == sa.config.spi) &&
         (sa_template.reqid == 0 || sa_template.reqid == sa.config.reqid) &&
         same(sa_template.source, form.source) && same(sa_template.destination, form.destination);
}

/// Of the SAs that serve it, the policy uses the newest.
void SaDatabase::bind(std::uint32_t policy) {
  auto index = OutboundPolicies::kNoSa;
  auto const entry = sas_of_.find(group_of(policies_[policy], policy >= written_));
  if (entry != sas_of_.end()) {
    auto const& sas = entry->second;
    auto const newest = std::find_if(sas.rbegin(), sas.rend(), [&](auto const& sa) {
      return serves(*sa.second, policies_[policy]);
    });
    if (newest != sas.rend()) index = newest->second->index;
  }
  use(policy, index);
}

void SaDatabase::use(std::uint32_t policy, std::uint32_t index) {
  if (auto const before = owned_->sa(policy); before != OutboundPolicies::kNoSa) --uses_[before];
  if (index != OutboundPolicies::kNoSa) ++uses_[index];
  owned_->use(policy, index);
}

std::span<std::uint32_t const> SaDatabase::policies_of(std::string const& group) const {
  auto const entry = policies_of_.find(group);
  if (entry == policies_of_.end()) return {};
  return entry->second;
}

/// Outbound policies as the user wrote them; without any, one for each group of SAs, the oldest
/// first.
void SaDatabase::make_policies() {
  policies_.resize(written_);
  policies_of_.clear();
  auto const begin = Clock::now();
  outdated_ = 0;
  if (implicit_) {
    std::vector<Sa const*> oldest;
    for (auto const& [group, sas] : sas_of_) oldest.push_back(sas.begin()->second);
    std::sort(oldest.begin(), oldest.end(),
              [](Sa const* a, Sa const* b) { return a->serial < b->serial; });
    for (auto const* sa : oldest) {
      Policy policy;
      policy.position = sa->config.position;
      policy.selector = selector_of(sa->config);
      policy.action = PolicyAction::kProtect;
      policy.sa = SaTemplate{sa->config.form.mode, sa->config.form.source,
                             sa->config.form.destination, std::nullopt, sa->config.reqid};
      policies_.push_back(std::move(policy));
    }
  }
  auto before = std::exchange(owned_, std::make_unique<OutboundPolicies>(policies_, implicit_));
  std::fill(uses_.begin(), uses_.end(), 0);
  for (std::uint32_t policy = 0; policy < policies_.size(); ++policy) {
    if (policies_[policy].direction != PolicyDirection::kOut || !policies_[policy].sa) continue;
    policies_of_[group_of(policies_[policy], policy >= written_)].push_back(policy);
    bind(policy);
  }
  outbound_.store(owned_.get(), std::memory_order_release);
  readers_->retire(std::move(before));
  made_ = Clock::now();
  make_time_ = made_ - begin;
}

/// The time for adding SAs one by one grows linearly with their number.
void SaDatabase::make_policies_now_or_later() {
  constexpr std::size_t kShare = 8;
  if (policies_.size() < kFewPolicies || outdated_ >= policies_.size() / kShare) make_policies();
}

void SaDatabase::add(std::span<SaConfig const> sas) {
  std::lock_guard const lock(mutex_);
  try {
    insert(sas);
  } catch (...) {
    if (outdated_ != 0) make_policies_now_or_later();
    throw;
  }
  if (outdated_ != 0) make_policies_now_or_later();
}

bool SaDatabase::remove(SaName const& name) {
  std::lock_guard const lock(mutex_);
  auto const entry = sas_.find(key_of(name));
  if (entry == sas_.end()) return false;
  erase(entry);
  return true;
}

/// Outbound, the sequence numbers count them.
std::uint64_t SaDatabase::packets(Sa const& sa) const {
  if (sa.direction == Direction::kInbound)
    return slots_.use(sa.index).inbound.packets.load(std::memory_order_relaxed);
  return slots_.outbound(sa.index).last.load(std::memory_order_relaxed) - sa.config.last_sequence;
}

SaStatus SaDatabase::status(Sa const& sa) const {
  auto const& use = slots_.use(sa.index);
  auto const& config = sa.config;
  SaStatus status;
  status.name = sa.name();
  status.form = config.form;
  status.suite = config.suite;
  status.reqid = config.reqid;
  if (sa.direction == Direction::kOutbound) {
    status.sequence = slots_.outbound(sa.index).last.load(std::memory_order_relaxed);
    status.in_use = uses_[sa.index] != 0;
  } else {
    status.sequence = slots_.inbound(sa.index).window.highest();
    status.in_use = true;
    status.integrity_failures = use.inbound.integrity_failures.load(std::memory_order_relaxed);
    status.replayed = use.inbound.replayed.load(std::memory_order_relaxed);
    auto const& inbound = slots_.inbound(sa.index);
    if (inbound.anti_replay) status.window_size = inbound.window.size();
    status.accepted = inbound.window.accepted_below(status.sequence);
    status.too_old = use.inbound.too_old.load(std::memory_order_relaxed);
    status.mismatched = use.inbound.mismatched.load(std::memory_order_relaxed);
  }
  status.packets = packets(sa);
  status.bytes = use.bytes.load(std::memory_order_relaxed);
  if (auto const last = use.last_use.load(std::memory_order_relaxed); last != 0)
    status.idle_seconds =
        static_cast<double>(static_cast<std::int64_t>(cycles() - last)) / cycles_per_second();
  status.age_seconds = std::chrono::duration<double>(Clock::now() - sa.added).count();
  status.soft = config.soft;
  status.hard = config.hard;
  status.selector = config.selector;
  if (state_) status.kept = state_->status(sa.index);
  return status;
}

std::vector<SaStatus> SaDatabase::list() const { return list(std::nullopt, SIZE_MAX); }

std::vector<SaStatus> SaDatabase::list(std::optional<SaName> const& after, std::size_t max) const {
  std::lock_guard const lock(mutex_);
  std::vector<SaStatus> statuses;
  auto next = after ? sas_.upper_bound(key_of(*after)) : sas_.begin();
  for (; next != sas_.end() && statuses.size() < max; ++next)
    statuses.push_back(status(next->second));
  return statuses;
}

std::optional<SaStatus> SaDatabase::find(SaName const& name) const {
  std::lock_guard const lock(mutex_);
  auto const entry = sas_.find(key_of(name));
  return entry != sas_.end() ? std::optional(status(entry->second)) : std::nullopt;
}

bool SaDatabase::reached(Sa const& sa, Lifetime const& lifetime, Clock::time_point now) const {
  auto const& use = slots_.use(sa.index);
  return (lifetime.packets && packets(sa) >= *lifetime.packets) ||
         (lifetime.bytes && use.bytes.load(std::memory_order_relaxed) >= *lifetime.bytes) ||
         (lifetime.seconds && now - sa.added >= std::chrono::seconds(*lifetime.seconds));
}

std::vector<SaDatabase::Expired> SaDatabase::tick() {
  std::lock_guard const lock(mutex_);
  auto const now = Clock::now();
  std::vector<Expired> expired;
  for (auto entry = expiring_.begin(); entry != expiring_.end();) {
    auto const here = (entry++)->second;
    auto& sa = here->second;
    if (reached(sa, sa.config.hard, now)) {
      expired.push_back({sa.name(), true});
      erase(here);
    } else if (!sa.soft_told && reached(sa, sa.config.soft, now)) {
      sa.soft_told = true;
      expired.push_back({sa.name(), false});
    }
  }
  // With many policies, this takes at most a fifth of the time, for any rate of changes.
  if (outdated_ != 0 && (policies_.size() < kFewPolicies || now - made_ >= 4 * make_time_))
    make_policies();
  readers_->collect();
  for (auto const index : indices_.collect(now)) {
    if (state_) state_->release(index);
    slots_.wipe(index);
  }
  return expired;
}

void SaDatabase::keep_state(std::shared_ptr<StateFile> file, bool outbound, bool inbound,
                            std::uint64_t step) {
  std::lock_guard const lock(mutex_);
  auto const path = file->path();
  state_ = std::make_unique<SaState>(std::move(file), slots_, step);
  keeps_outbound_ = outbound;
  keeps_inbound_ = inbound;
  for (auto& [key, sa] : sas_)
    if (sa.direction == Direction::kOutbound ? outbound : inbound) try {
        state_->begin(sa.index, sa.config, sa.direction);
      } catch (ConfigError const& error) {
        throw ConfigError(describe(sa.name()) + ": " + error.what());
      }
  if (auto const error = state_->release_marks())
    throw ConfigError("state file '" + path + "': " + error.message());
}

std::optional<std::error_code> SaDatabase::write_state() {
  std::lock_guard const lock(mutex_);
  if (!state_) return std::nullopt;
  return state_->tick(Clock::now());
}

std::vector<std::pair<Secret, std::uint32_t>> SaDatabase::outbound_identities() const {
  std::lock_guard const lock(mutex_);
  std::vector<std::pair<Secret, std::uint32_t>> identities;
  for (auto const& [key, sa] : sas_)
    if (sa.direction == Direction::kOutbound)
      identities.emplace_back(identity_of(slots_.keys(sa.index), sa.config, sa.direction),
                              sa.config.spi);
  return identities;
}

void SaDatabase::settle_state() {
  std::lock_guard const lock(mutex_);
  if (state_) state_->settle();
}

}  // namespace warpline::ipsec
