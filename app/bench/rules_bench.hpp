// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/bench/options.hpp"
#include "app/session/session.hpp"
#include "core/packet/packet.hpp"
#include "io/generator/capture_loop.hpp"
#include "measure/interruption.hpp"
#include "measure/rules_report.hpp"
#include "measure/scratch_folder.hpp"
#include "measure/suricata.hpp"

namespace warpline::ids {
struct LoadedRules;
class HyperscanDatabase;
class RuleSet;
}  // namespace warpline::ids

namespace warpline::bench {

/// `bench ids --rules`: measures the element `IDS` with one worker on a capture, and compares it with
/// its search alone and with Suricata. Control thread.
class RulesBench {
 public:
  /// Reads the capture and the rules, and looks for Suricata. Throws `ConfigError`.
  explicit RulesBench(Options const& options);
  ~RulesBench();

  /// For `SessionOptions::longest_frame`.
  std::uint32_t longest_frame() const { return frames_->longest(); }

  /// Runs all rounds and adds the rows, the capture and the rules to `report`. After a signal or an
  /// error, the report has the finished runs. Returns that error, or null.
  std::exception_ptr measure(app::Session& session, Interruption const& interruption, bool quiet,
                             RulesReport& report);

 private:
  class Steps;

  double load();
  void write_files();
  std::string pipeline(std::string const& rules) const;
  void add_rows();
  RulesRun run_pipeline(app::Session& session, std::string const& text,
                        Interruption const& interruption);
  RulesRun scan(int core, bool grouped, Interruption const& interruption);
  RulesRun run_suricata(std::string const& rules, Interruption const& interruption);
  void compare_pairs();
  RulesRun run(RulesRow const& row, app::Session& session, Interruption const& interruption);

  Options const& options_;
  ScratchFolder folder_;
  std::shared_ptr<CaptureFrames const> frames_;
  std::shared_ptr<ids::LoadedRules const> rules_;
  RulesLoad load_;
  std::optional<Suricata> suricata_;
  std::string no_rules_, loaded_rules_, all_rules_;  ///< files
  struct Payloads {
    std::vector<Bytes> bytes;
    std::vector<std::uint16_t> searches;  ///< of `ids::RuleGroups`
  };
  static Payloads payloads_of(CaptureFrames const& frames, ids::RuleSet const& rules);

  Payloads payloads_;
  std::shared_ptr<ids::HyperscanDatabase const> flat_;  ///< of all patterns; null if there are none
  std::shared_ptr<SharedStore> shared_;
  std::vector<std::shared_ptr<void>> tables_;  ///< from one engine to the next
  std::vector<RulesRow> rows_;
  double tsc_hz_ = 0;
};

}  // namespace warpline::bench
