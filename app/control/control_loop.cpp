// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/control_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <cstdio>
#include <optional>

#include "app/control/control_commands.hpp"
#include "app/control/control_socket.hpp"
#include "app/control/hangup.hpp"
#include "app/control/output_monitor.hpp"
#include "app/control/port_events.hpp"
#include "app/control/reload.hpp"
#include "core/engine/snapshot.hpp"
#include "measure/table.hpp"
#include "measure/terminal.hpp"

namespace warpline::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLook{5};       // how soon the end of the workers is seen
constexpr std::chrono::milliseconds kRefresh{500};  // of the line of progress
constexpr std::chrono::milliseconds kTick{100};     // of outputs

}  // namespace

class ControlLoop::Impl {
 public:
  Impl(Engine& engine, ControlOptions const& options)
      : engine_(engine),
        outputs_(options.outputs),
        hangup_(options.hangup),
        reload_(options.reload),
        ports_(options.ports),
        shared_(options.shared),
        quiet_(options.quiet),
        progress_(options.quiet),
        services_(services(options.shared)),
        commands_(
            services_, [this] { return list_metrics(take_snapshot(engine_)); },
            options.reload == nullptr ? ControlCommands::Reload()
                                      : [this] { return answer_reload(); }),
        duration_(options.duration) {
    if (!options.socket.empty())
      socket_.emplace(context_, options.socket,
                      [this](std::string_view line) { return commands_.answer(line); });
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (error) return;
      end_by(RunEnd::kSignal);
      signals_.clear();  // the next one has its usual effect
    });
  }

  RunEnd run() {
    begin_ = shown_ = ticked_ = Clock::now();
    if (duration_.count() > 0) {
      deadline_.expires_after(duration_);
      deadline_.async_wait([this](boost::system::error_code error) {
        if (!error) end_by(RunEnd::kDuration);
      });
    }
    look_again();
    context_.run();
    return end_;
  }

  bool service_failed() const { return service_failed_; }

 private:
  void end_by(RunEnd end) {
    end_ = end;
    engine_.stop();
  }

  void look_again() {
    look_.expires_after(kLook);
    look_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      if (engine_.done()) {
        progress_.clear();
        signals_.cancel();
        deadline_.cancel();
        look_at_reload();
        if (socket_) socket_->close();
        return;
      }
      look_at_services();
      look_at_hangup();
      look_at_reload();
      look_at_ports();
      look_at_ticks();
      show_progress();
      look_again();
    });
  }

  static std::vector<std::shared_ptr<Service>> services(
      std::shared_ptr<SharedStore> const& shared) {
    if (!shared) return {};
    return Services::of(*shared)->all();
  }

  void look_at_services() {
    for (auto const& service : services_)
      for (auto const& event : service->poll()) {
        service_failed_ = service_failed_ || event.severity == ControlEvent::Severity::kError;
        publish(event);
      }
  }

  void look_at_hangup() {
    if (hangup_ == nullptr) return;
    auto const event = hangup_->look();
    if (event == Hangup::Event::kTerminalGone) end_by(RunEnd::kSignal);
    if (event != Hangup::Event::kReopen) return;
    if (outputs_ != nullptr) print(outputs_->reopen());
    if (reload_ == nullptr) return;
    try {
      begin_reload();
    } catch (std::exception const& error) {
      print({std::string("error: SIGHUP: the pipeline stays as it is: ") + error.what()});
    }
  }

  Reload::Report begin_reload() {
    auto report = reload_->begin();
    services_ = services(shared_);
    commands_.set_services(services_);
    if (outputs_ != nullptr) outputs_->add_new();
    print(report.warnings);
    return report;
  }

  void look_at_reload() {
    if (reload_ == nullptr) return;
    auto const time = reload_->poll();
    if (!time) return;
    ++reloads_;
    reload_seconds_ = time->count();
    if (!quiet_)
      print({"note: the pipeline was read again, in " + fixed(reload_seconds_, 3) + " s"});
    if (socket_) socket_->send_answers();
  }

  /// The answer comes when all workers have changed over; if the engine ends before that, they have.
  ControlAnswer answer_reload() {
    auto report = begin_reload();
    boost::json::array warnings(report.warnings.begin(), report.warnings.end());
    boost::json::array notices(report.notices.begin(), report.notices.end());
    return ControlAnswer::later([this, number = reloads_ + 1, warnings = std::move(warnings),
                                 notices = std::move(notices)]() -> std::optional<std::string> {
      if (reloads_ < number) return std::nullopt;
      return boost::json::serialize(boost::json::object{{"seconds", reload_seconds_},
                                                        {"warnings", warnings},
                                                        {"notices", notices},
                                                        {"ok", true}});
    });
  }

  void look_at_ports() {
    if (ports_ == nullptr) return;
    for (auto const& event : check_links(*ports_)) publish(event);
  }

  void look_at_ticks() {
    auto const now = Clock::now();
    if (now - ticked_ < kTick) return;
    ticked_ = now;
    if (outputs_ == nullptr) return;
    print(outputs_->look());
    if (end_ == RunEnd::kSourcesFinished && outputs_->reader_gone()) end_by(RunEnd::kReaderGone);
  }

  void print(std::vector<std::string> const& lines) {
    if (!lines.empty()) progress_.clear();
    for (auto const& line : lines) std::fprintf(stderr, "%s\n", line.c_str());
  }

  void publish(ControlEvent const& event) {
    constexpr char const* kSeverities[] = {"note: ", "warning: ", "error: "};
    print({kSeverities[static_cast<std::size_t>(event.severity)] + event.text});
    if (socket_ && !event.json.empty()) socket_->publish(event.json);
  }

  void show_progress() {
    auto const now = Clock::now();
    if (!progress_.visible() || now - shown_ < kRefresh) return;
    auto const totals = take_snapshot(engine_).totals;
    std::chrono::duration<double> const interval = now - shown_;
    std::chrono::duration<double> const elapsed = now - begin_;
    auto const rate = [&](std::uint64_t value, std::uint64_t before) {
      return fixed(static_cast<double>(value - before) / interval.count() / 1e6, 3) + " Mpps";
    };
    progress_.show(
        fixed(elapsed.count(), 1) + " s   rx " + rate(totals.received, before_.received) +
        "   tx " + rate(totals.transmitted, before_.transmitted) + "   dropped " +
        rate(totals.dropped, before_.dropped) + "   received " + with_commas(totals.received));
    before_ = totals;
    shown_ = now;
  }

  Engine& engine_;
  OutputMonitor* outputs_;
  Hangup* hangup_;
  Reload* reload_;
  PortSet* ports_;
  std::shared_ptr<SharedStore> shared_;
  bool quiet_;
  std::uint64_t reloads_ = 0;  // that have ended
  double reload_seconds_ = 0;  // of the last one
  Progress progress_;
  std::vector<std::shared_ptr<Service>> services_;
  ControlCommands commands_;
  std::chrono::nanoseconds duration_;
  bool service_failed_ = false;
  boost::asio::io_context context_{1};
  boost::asio::signal_set signals_{context_, SIGINT, SIGTERM};
  boost::asio::steady_timer deadline_{context_}, look_{context_};
  Clock::time_point begin_ = Clock::now(), shown_ = begin_;
  Clock::time_point ticked_ = begin_;
  std::optional<ControlSocket> socket_;
  Totals before_;
  RunEnd end_ = RunEnd::kSourcesFinished;
};

ControlLoop::ControlLoop(Engine& engine, ControlOptions options)
    : impl_(std::make_unique<Impl>(engine, options)) {}
ControlLoop::~ControlLoop() = default;
RunEnd ControlLoop::run() { return impl_->run(); }
bool ControlLoop::service_failed() const { return impl_->service_failed(); }

}  // namespace warpline::app
