// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/pipeline_runner.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <thread>

#include "gpu/cuda/cuda_driver.hpp"
#include "gpu/host/host_device.hpp"

namespace warpline::test {
namespace {

constexpr std::chrono::seconds kPatience{60};  // far more than any run needs

}  // namespace

/// Runs every kernel as its body on the CPU, for any balancer.
class PipelineRunner::Bodies final : public OffloadHandler {
 public:
  /// `shared_bytes`: see `OffloadBase::run_emulated`; 0: as the body.
  Bodies(Graph& graph, std::uint32_t shared_bytes) : graph_(graph), shared_bytes_(shared_bytes) {}

  bool submit(Segment& segment, BatchPtr& batch) noexcept override {
    bool const prepared = batch->device != kCpuDevice || graph_.prepare_followers(segment, *batch);
    auto const kernels = prepared ? segment.nodes.size() : 1;
    for (std::size_t i = 0; i < kernels; ++i) {
      auto& offload = *segment.nodes[i]->element->offload();
      auto* const results = batch->results() + segment.nodes[i]->result_offset;
      if (shared_bytes_ > 0)
        offload.run_emulated(*batch, results, shared_bytes_);
      else
        offload.run_reference(*batch, results);
    }
    waiting_.push_back({&segment, std::move(batch), kernels});
    return true;
  }
  unsigned poll() {
    auto const count = static_cast<unsigned>(waiting_.size());
    for (unsigned i = 0; i < count; ++i) {
      auto [segment, batch, kernels] = std::move(waiting_.front());
      waiting_.pop_front();
      graph_.resume(*segment, std::move(batch), kernels);
    }
    return count;
  }

 private:
  Graph& graph_;
  std::uint32_t shared_bytes_;
  struct Waiting {
    Segment* segment;
    BatchPtr batch;
    std::size_t kernels;
  };
  std::deque<Waiting> waiting_;
};

PipelineRunner::PipelineRunner(std::string const& click, RunOptions options)
    : options_(std::move(options)),
      buffers_(options_.buffers, options_.frame_size,
               options_.cuda ? &slices_ : std::pmr::new_delete_resource()),
      context_{port_set_, devices_, shared_} {
  for (unsigned i = 0; i < options_.ports; ++i) {
    auto port =
        std::make_unique<MemoryPort>("port" + std::to_string(i), buffers_, options_.tailroom);
    port->set_bursts(options_.bursts);
    ports_.push_back(port.get());
    port_set_.add(std::move(port));
  }
  if (options_.host_helpers >= 0)
    devices_.add(std::make_unique<host::HostDevice>(
        std::vector<int>(static_cast<std::size_t>(options_.host_helpers), -1), "host",
        options_.lanes));
  if (options_.cuda) {
    devices_.add(cuda::open_device(0, options_.lanes));
    pinned_.pin_for(devices_[devices_.size() - 1],
                    [this](std::string const& text) { notices_.push_back(text); });
  }
  context_.worker = options_.worker;
  context_.workers = options_.workers;
  context_.seed = options_.seed;
  context_.notice = [this](std::string const& text) { notices_.push_back(text); };
  context_.print = [this](std::string_view line) { printed_.emplace_back(line); };
  auto const pipeline =
      parse_pipeline(std::make_shared<Source>(Source{options_.source_name, click}));
  auto graph = Graph::build(pipeline, context_, &warnings_);
  graph_ = graph.get();
  if (options_.threaded) {
    WorkerOptions worker;
    worker.index = options_.worker;
    worker.batches = options_.batches;
    worker.offload = options_.offload;
    worker_ = std::make_unique<Worker>(worker, buffers_, &pinned_);
    worker_->adopt(std::move(graph), devices_);
    return;
  }
  owned_graph_ = std::move(graph);
  io_ = std::make_unique<asio::io_context>(1);
  batches_ = std::make_unique<BatchPool>(options_.batches, &pinned_);
  graph_->attach(buffers_, *batches_, counters_);
  if (options_.kernels == Kernels::kDevice) {
    offloader_ =
        std::make_unique<Offloader>(*io_, *graph_, devices_, options_.offload, options_.batches);
    graph_->attach(offloader_.get());
  } else if (options_.kernels == Kernels::kBody || options_.kernels == Kernels::kTeam) {
    bodies_ = std::make_unique<Bodies>(
        *graph_, options_.kernels == Kernels::kTeam ? options_.shared_bytes : 0);
    graph_->attach(bodies_.get());
  }
  graph_->start();
}

PipelineRunner::~PipelineRunner() {
  if (owned_graph_) graph_->stop();
  offloader_.reset();
  owned_graph_.reset();
  worker_.reset();
  if (batches_) {
    EXPECT_EQ(batches_->in_use(), 0u) << "batches were lost";
  }
  EXPECT_EQ(buffers_.in_use(), 0u) << "buffers were lost";
}

void PipelineRunner::run_inline() {
  auto const begin = std::chrono::steady_clock::now();
  for (;;) {
    unsigned work = graph_->poll(true);
    if (bodies_) work += bodies_->poll();
    if (offloader_) {
      work += offloader_->poll();
      work += static_cast<unsigned>(io_->poll());
      io_->restart();
      if (work == 0) offloader_->flush();
    }
    bool const quiet = !offloader_ || offloader_->idle();
    if (work == 0 && quiet && graph_->held() == 0 && graph_->sources_finished()) return;
    if (std::chrono::steady_clock::now() - begin > kPatience) {
      ADD_FAILURE() << "the pipeline does not come to rest";
      return;
    }
  }
}

void PipelineRunner::run_threaded() {
  auto const begin = std::chrono::steady_clock::now();
  worker_->start();
  while (!worker_->done() && std::chrono::steady_clock::now() - begin < kPatience)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(worker_->done()) << "the worker does not come to an end";
  worker_->stop();
  worker_->join();
  EXPECT_EQ(worker_->left_inside(), 0u);
}

Outcome PipelineRunner::run_ports(std::vector<std::vector<Frame>> const& frames) {
  for (std::size_t i = 0; i < frames.size(); ++i) ports_.at(i)->give(frames[i]);
  worker_ ? run_threaded() : run_inline();
  auto const result = outcome(worker_ ? worker_->counters() : counters_);
  EXPECT_EQ(result.received + result.created, result.transmitted + result.dropped);
  EXPECT_EQ(buffers_.in_use(), 0u);
  std::uint64_t by_reason = 0;
  for (auto const& [reason, count] : result.drops) by_reason += count;
  EXPECT_EQ(by_reason, result.dropped) << "every drop has a reason";
  return result;
}

Outcome PipelineRunner::outcome(WorkerCounters const& counters) const {
  Outcome result;
  for (auto* port : ports_) result.sent.push_back(port->take_sent());
  for (auto const& node : graph_->nodes())
    for (std::uint16_t i = 0; i < DropReason::count(); ++i)
      if (auto const count = node->counters.drops[i].get(); count > 0) {
        auto const reason = DropReason::at(i).name();
        result.drops[std::string(reason)] += count;
        result.drops_at[node->name + ":" + std::string(reason)] += count;
      }
  result.received = counters.received.get();
  result.created = counters.created.get();
  result.transmitted = counters.transmitted.get();
  result.dropped = counters.dropped.get();
  result.printed = printed_;
  return result;
}

ElementCounters const& PipelineRunner::counters(std::string const& element) const {
  auto const* node = graph_->find(element);
  if (node == nullptr) throw std::invalid_argument("no element '" + element + "'");
  return node->counters;
}

Outcome run_pipeline(std::string const& click, std::vector<Frame> const& frames,
                     RunOptions options) {
  return PipelineRunner(click, std::move(options)).run(frames);
}

std::string error_of(std::string const& click, RunOptions options) {
  try {
    PipelineRunner runner(click, std::move(options));
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

std::string error_line(std::string const& click, RunOptions options) {
  auto const text = error_of(click, std::move(options));
  return text.substr(0, text.find('\n'));
}

}  // namespace warpline::test
