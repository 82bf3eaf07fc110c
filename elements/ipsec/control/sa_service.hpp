// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/element/service.hpp"
#include "elements/ipsec/control/sa_control.hpp"
#include "elements/ipsec/database/sa_databases.hpp"

namespace warpline::ipsec {

/// The options of the command line for SAs: a single object of the `SharedStore`.
struct SaOptions {
  std::uint32_t max_sas = 0;     ///< `--max-sas`, of each database; 0: no limit
  std::string state_file{};      ///< `--state`; empty: none
  std::uint64_t state_step = 0;  ///< `--state-step`; 0: by the rate
};

/// The databases of SAs of a program, their state files, and the requests of clients about them.
class SaService final : public Service {
 public:
  /// That of the program which the store belongs to, made at the first call.
  static std::shared_ptr<SaService> of(SharedStore& shared);

  explicit SaService(std::shared_ptr<SaOptions const> options,
                     std::shared_ptr<SaDatabases> databases = std::make_shared<SaDatabases>())
      : options_(std::move(options)), databases_(std::move(databases)), control_(databases_) {}

  SaDatabases& databases() { return *databases_; }

  void check() const override { databases_->check(); }
  void check_reload() override { databases_->check_reload(); }
  std::string plan(unsigned workers) const override;
  void open(RunConditions const& conditions,
            std::function<void(std::string const&)> const& warn) override;
  std::vector<ControlEvent> poll() override;
  std::vector<std::string> close() override { return databases_->finish(); }
  std::vector<std::string> commands() const override { return SaControl::commands(); }
  ControlAnswer answer(std::string_view command, ControlRequest& request) override {
    return control_.answer(command, request);
  }

 private:
  std::shared_ptr<SaOptions const> options_;
  std::shared_ptr<SaDatabases> databases_;
  SaControl control_;
  std::chrono::steady_clock::time_point next_tick_{};
};

}  // namespace warpline::ipsec
