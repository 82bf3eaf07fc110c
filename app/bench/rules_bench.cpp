// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/rules_bench.hpp"

#include <time.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <set>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "core/base/error.hpp"
#include "core/base/read_source.hpp"
#include "core/base/thread.hpp"
#include "core/engine/snapshot.hpp"
#include "elements/ids/decode/frame_decoder.hpp"
#include "elements/ids/flow/flow_key.hpp"
#include "elements/ids/rules/loaded_rules.hpp"
#include "measure/ceilings/ids.hpp"
#include "measure/terminal.hpp"
#include "measure/traffic.hpp"

namespace warpline::bench {
namespace {

namespace fs = std::filesystem;

constexpr char kSource[] = "source and sink", kRulesOff[] = "rules-off", kRules[] = "rules",
               kFlat[] = "hs_scan flat", kGrouped[] = "hs_scan grouped",
               kSuricata[] = "Suricata, loaded", kSuricataAll[] = "Suricata, all",
               kSuricataOff[] = "Suricata, none";
// Decoding, flows and streams only: no packet of a capture has this protocol and these addresses.
constexpr char kNoRule[] =
    "alert sctp 127.0.0.1 any -> 127.0.0.1 any (msg:\"none\"; sid:1; rev:1;)\n";
constexpr std::pair<std::string_view, char const*> kSearches[] = {
    {"payload_search_cycles", "payloads"},
    {"stream_search_cycles", "streams"},
    {"buffer_search_cycles", "buffers"}};
constexpr std::chrono::milliseconds kLook{2};
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double process_cpu_seconds() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

/// All fast patterns once: of payloads and of buffers of applications.
ids::PatternSet fast_patterns(ids::RuleSet const& rules) {
  auto all = rules.groups().all_patterns();
  std::set<std::pair<std::string, bool>> known;
  for (auto const& pattern : all.patterns) known.emplace(pattern.bytes, pattern.nocase);
  for (auto const& buffer : rules.app_buffers())
    for (auto const& pattern : buffer.patterns.patterns)
      if (known.emplace(pattern.bytes, pattern.nocase).second) all.patterns.push_back(pattern);
  return all;
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t size = 0, resident = 0;
  file >> size >> resident;
  return resident * 4096;
}

}  // namespace

/// Innermost payloads, as `IDS` searches them. The first packet of a flow is from the client.
RulesBench::Payloads RulesBench::payloads_of(CaptureFrames const& frames,
                                             ids::RuleSet const& rules) {
  ids::FrameDecoder decoder;
  Payloads payloads;
  std::unordered_map<std::uint64_t, bool> client_is_second;  // by the hash of the flow
  for (auto const& frame : frames.all()) {
    auto const& inner = decoder.decode(frame.bytes, frame.link_type).back();
    bool to_server = true;
    if (inner.has_transport) {
      auto const [key, from_second] = ids::flow_key_of(inner);
      auto const flow = client_is_second.emplace(ids::hash_of(key, 1), from_second).first;
      to_server = from_second == flow->second;
    }
    if (inner.payload_size == 0) continue;
    payloads.bytes.push_back(inner.payload_bytes());
    payloads.searches.push_back(rules.groups()[rules.groups().find(inner, to_server)].search);
  }
  return payloads;
}

/// `[3/35] rules`, on a terminal.
class RulesBench::Steps {
 public:
  Steps(std::size_t total, bool quiet) : progress_(quiet), total_(total) {}
  void begin(std::string const& name) {
    progress_.show("[" + std::to_string(++done_) + "/" + std::to_string(total_) + "] " + name);
  }

 private:
  Progress progress_;
  std::size_t total_, done_ = 0;
};

RulesBench::RulesBench(Options const& options)
    : options_(options), shared_(std::make_shared<SharedStore>()) {
  for (auto const& file : options.rules) read_source(file, {});  // refuses what is not a file
  frames_ = std::make_shared<CaptureFrames>(options.pcap);
  auto const memory_before = resident_bytes();
  load_.cold_cpu_seconds = load();
  load_.memory_bytes = resident_bytes() - std::min(memory_before, resident_bytes());
  load_.cached_cpu_seconds = load();
  load_.files = options.rules;
  load_.loaded = rules_->report.loaded;
  load_.skipped = rules_->report.skipped;
  load_.refused = rules_->report.refused;
  auto const patterns = fast_patterns(rules_->set);
  load_.patterns = patterns.patterns.size();
  if (load_.patterns > 0) flat_ = std::make_shared<ids::HyperscanDatabase>(patterns);
  if (options.suricata != "off") suricata_ = Suricata::find(options.suricata);
  payloads_ = payloads_of(*frames_, rules_->set);
  write_files();
  add_rows();
}

RulesBench::~RulesBench() = default;

/// With a cache of its own. Returns the CPU time.
double RulesBench::load() {
  auto const begin = process_cpu_seconds();
  ids::RuleFiles files;
  files.rules = options_.rules;
  files.variables = options_.vars;
  files.cache = folder_.path() + "/cache";
  rules_ = ids::load_rules(files, {});
  if (rules_->tables) rules_->tables->cpu_matching();  // as the element does
  return process_cpu_seconds() - begin;
}

void RulesBench::write_files() {
  no_rules_ = folder_.path() + "/none.rules";
  loaded_rules_ = folder_.path() + "/loaded.rules";
  all_rules_ = folder_.path() + "/all.rules";
  std::ofstream(no_rules_) << kNoRule;
  std::ofstream loaded(loaded_rules_);
  for (auto const& compiled : rules_->set.rules()) loaded << compiled.rule.text << "\n";
  std::ofstream all(all_rules_);
  for (auto const& file : options_.rules) all << std::ifstream(file).rdbuf() << "\n";
  if (!loaded.flush() || !all.flush())
    throw std::runtime_error(folder_.path() + ": the rules cannot be written there");
}

void RulesBench::add_rows() {
  rows_ = {{kSource, {}, {}, {}}, {kRulesOff, {}, {}, {}}, {kRules, {}, {}, {}}};
  for (auto const* const scan : {kFlat, kGrouped})
    rows_.push_back({scan, kRules, load_.patterns == 0 ? "the rules have no patterns" : "", {}});
  std::string const absent = suricata_ ? "" : options_.suricata == "off" ? "off" : "not installed";
  rows_.push_back({kSuricata, kRules, absent, {}});
  if (load_.skipped + load_.refused > 0) rows_.push_back({kSuricataAll, kRules, absent, {}});
  rows_.push_back({kSuricataOff, kRulesOff, absent, {}});
}

std::string RulesBench::pipeline(std::string const& rules) const {
  auto const source = "FromInput(BURST " + std::to_string(*options_.burst) + ")";
  if (rules.empty()) return source + " -> ToOutput;";
  auto text = source + " -> IDS(RULES " + quote(rules);
  if (!options_.vars.empty()) text += ", VARS " + quote(fs::absolute(options_.vars).string());
  return text + ", CHECKSUM off, CACHE " + quote(folder_.path() + "/cache") + ", EVE " +
         quote(folder_.path() + "/eve.json") + ") -> ToOutput;";
}

RulesRun RulesBench::run_pipeline(app::Session& session, std::string const& text,
                                  Interruption const& interruption) {
  if (options_.show_pipeline) session.notice(text);
  auto options = session.engine_options();
  options.shared = shared_;
  options.worker.nap = false;
  if (!options_.session.watchdog) options.watchdog = {};
  double worker_seconds = 0;
  options.worker.on_thread_end = [&worker_seconds, end = options.worker.on_thread_end] {
    worker_seconds = thread_cpu_seconds();
    end();
  };
  app::Deployment deployment(session, std::vector<std::string>{}, std::move(options));
  auto& engine = deployment.engine();
  engine.on_notice([](std::string const&) {});  // about rules: the report has them
  auto& port =
      static_cast<CaptureLoopPort&>(deployment.ports().add(std::make_unique<CaptureLoopPort>(
          "capture", frames_, dynamic_cast<DpdkPool&>(session.buffers()), *options_.window)));
  deployment.load(std::make_shared<Source>(Source{"benchmark", text + "\n"}));
  tables_ = shared_->hold();
  auto const before = process_cpu_seconds();
  deployment.start();
  while (!engine.done()) interruption.sleep_for(kLook);
  deployment.join();
  auto const process_seconds = process_cpu_seconds() - before;
  auto const snapshot = take_snapshot(engine);
  if (auto const totals = engine.totals(); !totals.conserved() || totals.inside > 0)
    throw std::runtime_error("packets are not accounted for; in: " + text);
  auto const measured = port.measured();
  if (measured.passes == 0) throw std::runtime_error("the worker has ended early; in: " + text);

  RulesRun run;
  run.packets = static_cast<double>(frames_->all().size()) * measured.passes;
  run.bytes = static_cast<double>(frames_->bytes()) * measured.passes;
  run.seconds = measured.cpu_seconds;
  run.other_seconds =
      std::max(0.0, process_seconds - worker_seconds) * measured.passes / measured.all_passes;
  run.longest_turn_seconds = measured.longest_turn_seconds;
  run.alerts = kUnknown;
  double cycles = 0;
  for (auto const& element : snapshot.elements) {
    cycles += static_cast<double>(element.cycles);
    if (element.class_name != "IDS") continue;
    for (auto const& metric : element.metrics) {
      auto const value = static_cast<double>(metric.value);
      if (metric.name == "alerts") run.alerts = value / measured.all_passes;
      for (auto const& [name, kind] : kSearches)
        if (metric.name == name)
          run.search_shares[kind] = value / static_cast<double>(element.cycles);
    }
  }
  // Of the elements the counters give shares: they count other load on the processor, too.
  for (auto const& element : snapshot.elements)
    run.element_cycles[element.class_name] +=
        static_cast<double>(element.cycles) / cycles * run.seconds * tsc_hz_ / run.packets;
  if (suricata_) run.pairs = read_alert_pairs(folder_.path() + "/eve.json");
  std::error_code ignored;
  fs::resize_file(folder_.path() + "/eve.json", 0, ignored);  // the next run has it open
  return run;
}

RulesRun RulesBench::scan(int core, bool grouped, Interruption const& interruption) {
  RulesRun run;
  run.alerts = kUnknown;
  auto const min_seconds = std::chrono::duration<double>(*options_.window).count();
  std::exception_ptr error;
  std::thread thread([&] {
    pin_this_thread(core);
    try {
      std::vector<ceilings::RawHyperscan::Database> databases{flat_};
      if (grouped) databases.clear();
      for (std::uint16_t i = 1; grouped && i <= rules_->tables->size(); ++i)
        databases.push_back((*rules_->tables)[i].database());
      ceilings::RawHyperscan raw(std::move(databases));
      auto const pass = [&] {
        grouped ? raw.scan(payloads_.bytes, payloads_.searches) : raw.scan(payloads_.bytes);
      };
      pass();
      auto const begin = thread_cpu_seconds();
      do {
        interruption.check();
        pass();
        run.packets += static_cast<double>(frames_->all().size());
        run.bytes += static_cast<double>(frames_->bytes());
        run.seconds = thread_cpu_seconds() - begin;
      } while (run.seconds < min_seconds);
    } catch (...) {
      error = std::current_exception();
    }
  });
  thread.join();
  if (error) std::rethrow_exception(error);
  return run;
}

RulesRun RulesBench::run_suricata(std::string const& rules, Interruption const& interruption) {
  auto const folder = folder_.path() + "/suricata";
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  fs::create_directory(folder);
  auto const result = suricata_->run(options_.pcap, rules, options_.vars, folder, interruption);
  RulesRun run;
  run.packets = static_cast<double>(frames_->all().size());
  run.bytes = static_cast<double>(frames_->bytes());
  run.seconds = result.worker_cpu_seconds;
  run.alerts = rules.empty() ? kUnknown : static_cast<double>(result.alerts);
  run.pairs = read_alert_pairs(folder + "/eve.json");
  if (run.seconds <= 0)
    throw std::runtime_error("Suricata's worker was not seen; the capture is too short for it");
  return run;
}

RulesRun RulesBench::run(RulesRow const& row, app::Session& session,
                         Interruption const& interruption) {
  if (row.name == kSource) return run_pipeline(session, pipeline({}), interruption);
  if (row.name == kRulesOff) return run_pipeline(session, pipeline(no_rules_), interruption);
  if (row.name == kRules) return run_pipeline(session, pipeline(all_rules_), interruption);
  if (row.name == kFlat || row.name == kGrouped)
    return scan(session.worker_cores()[0], row.name == kGrouped, interruption);
  return run_suricata(row.name == kSuricata      ? loaded_rules_
                      : row.name == kSuricataAll ? all_rules_
                                                 : std::string(),
                      interruption);
}

/// Both engines have the same files; rules that one of them refuses show as a difference.
void RulesBench::compare_pairs() {
  auto const row_of = [&](std::string_view name) {
    return std::ranges::find(rows_, name, &RulesRow::name);
  };
  auto const& rules = *row_of(kRules);
  for (auto const* const name : {kSuricata, kSuricataAll}) {
    auto const row = row_of(name);
    if (row == rows_.end() || row->runs.empty() || rules.runs.empty()) continue;
    row->pairs = difference_of(rules.runs.back().pairs, row->runs.back().pairs);
  }
}

std::exception_ptr RulesBench::measure(app::Session& session, Interruption const& interruption,
                                       bool quiet, RulesReport& report) {
  tsc_hz_ = report.common.machine.tsc_hz;
  report.capture = options_.pcap;
  report.packets = frames_->all().size();
  report.bytes = frames_->bytes();
  report.load = load_;
  if (suricata_) report.common.machine.versions.emplace_back("Suricata", suricata_->version());
  std::exception_ptr error;
  bool complete = false;
  {
    Steps steps(rows_.size() * *options_.repeat, quiet);
    try {
      for (unsigned round = 0; round < *options_.repeat; ++round)
        for (auto& row : rows_) {
          steps.begin(row.name);
          if (row.absent.empty()) row.runs.push_back(run(row, session, interruption));
        }
      complete = true;
    } catch (Interrupted const&) {
    } catch (...) {
      error = std::current_exception();
    }
  }
  report.common.complete = complete;
  compare_pairs();
  report.rows = rows_;
  return error;
}

}  // namespace warpline::bench
