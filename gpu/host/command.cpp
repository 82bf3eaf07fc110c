// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/host/command.hpp"

#include <cstring>

#include "gpu/stream/staged_copy.hpp"

namespace warpline::host {

Command Command::copy(void* to, void const* from, std::size_t size) {
  Command command;
  command.kind = Kind::kCopy;
  command.to = to;
  command.from = from;
  command.size = size;
  return command;
}

Command Command::launch(KernelCall const& call, WorkItem const* items, std::uint32_t count) {
  Command command;
  command.kind = Kind::kLaunch;
  command.call = call;
  command.from = items;
  command.value = count;
  return command;
}

Command Command::gather(stream::StagedCopy const& staged_copy) {
  Command command;
  command.kind = Kind::kGather;
  command.from = &staged_copy;
  return command;
}

Command Command::scatter(stream::StagedCopy const& staged_copy) {
  auto command = gather(staged_copy);
  command.kind = Kind::kScatter;
  return command;
}

Command Command::write(std::uint32_t* flag, std::uint32_t value) {
  Command command;
  command.kind = Kind::kWrite;
  command.to = flag;
  command.value = value;
  return command;
}

Command Command::invoke(void (*function)(void*), void* context) {
  Command command;
  command.kind = Kind::kCall;
  command.function = function;
  command.to = context;
  return command;
}

Command Command::record(stream::EventHandle* event) {
  Command command;
  command.kind = Kind::kRecord;
  command.to = event;
  command.size = ++event->recorded;
  return command;
}

void Command::run() const noexcept {
  switch (kind) {
    case Kind::kCopy:
      std::memcpy(to, from, size);
      break;
    case Kind::kLaunch: {
      auto const* const items = static_cast<WorkItem const*>(from);
      for (std::uint32_t i = 0; i < value; ++i) call.host(call.kernel, items[i]);
      break;
    }
    case Kind::kGather:
      stream::gather_on_cpu(*static_cast<stream::StagedCopy const*>(from));
      break;
    case Kind::kScatter:
      stream::scatter_on_cpu(*static_cast<stream::StagedCopy const*>(from));
      break;
    case Kind::kWrite:
      std::atomic_ref(*static_cast<std::uint32_t*>(to)).store(value, std::memory_order_release);
      break;
    case Kind::kCall:
      function(to);
      break;
    case Kind::kRecord:
      static_cast<stream::EventHandle*>(to)->completed.store(size, std::memory_order_release);
      break;
  }
}

}  // namespace warpline::host
