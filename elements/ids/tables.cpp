// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/tables.hpp"

#include "elements/ids/calibration.hpp"
#include "elements/ids/pattern_file.hpp"
#include "elements/ids/synthetic_patterns.hpp"

namespace warpline::ids {

AhoCorasick const& Tables::automaton() const {
  std::scoped_lock const lock(mutex_);
  if (!automaton_) automaton_ = std::make_shared<AhoCorasick const>(set_.patterns);
  return *automaton_;
}

CpuMatching const& Tables::cpu_matching() const {
  std::scoped_lock const lock(mutex_);
  if (!cpu_matching_) {
    cpu_matching_ = measured();
    if (cpu_matching_->automaton) automaton_ = cpu_matching_->automaton;
  }
  return *cpu_matching_;
}

CpuMatching Tables::measured() const {
  auto automaton = automaton_;
  try {
    if (!automaton) automaton = std::make_shared<AhoCorasick const>(set_.patterns, kMaxCpuStates);
  } catch (ConfigError const&) {
    return {MatcherPolicy::kHyperscan, database_, nullptr};
  }
  auto const policy = calibrate(database_, *automaton);
  if (policy == MatcherPolicy::kHyperscan) automaton = nullptr;
  return {policy, database_, automaton};
}

std::shared_ptr<Shared<Tables>> file_tables(SharedStore& store, std::string const& path) {
  return store.read<Shared<Tables>>("file:" + path, [&] {
    return std::make_shared<Shared<Tables>>(std::make_shared<Tables>(load_patterns(path)));
  });
}

std::shared_ptr<Shared<Tables>> synthetic_tables(SharedStore& store, std::size_t count) {
  return store.get<Shared<Tables>>("synthetic:" + std::to_string(count), [&] {
    return std::make_shared<Shared<Tables>>(std::make_shared<Tables>(synthetic_patterns(1, count)));
  });
}

}  // namespace warpline::ids
