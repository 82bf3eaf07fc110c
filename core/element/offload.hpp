// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <map>
#include <memory>
#include <span>

#include "core/device/device.hpp"
#include "core/device/region.hpp"
#include "core/device/team.hpp"
#include "core/element/element.hpp"
#include "core/element/offload_checks.hpp"
#include "core/element/shared.hpp"

namespace warpline {

/// Selects a CUDA launch; `gpu/launch.cuh` has the better overload for it.
template <class Reads, class Writes, class Kernel>
struct KernelTypes {};
template <class Types>
constexpr CudaLaunch cuda_launch_of(Types, long) {
  return nullptr;
}

/// The graph's view of an offloadable element. The steps are `prepare`, then its kernel on the CPU
/// (`run_cpu`) or on a device (`call`), then `finish`.
class OffloadBase : public Element {
 public:
  OffloadBase* offload() final { return this; }

  /// Runs all three steps on the CPU, or submits the batch to a device. If the batch's kernels have
  /// already run, only `finish`.
  void process(BatchPtr batch, unsigned port, Outputs& out) noexcept final;

  /// Drops and counts packets that the kernel cannot process, and lets the element prepare the
  /// rest. An element without a `prepare` returns false from `has_prepare` and may follow another
  /// in a segment.
  virtual void prepare(Batch& batch, Outputs& out) noexcept = 0;
  virtual bool has_prepare() const noexcept = 0;
  /// Runs the kernel over the batch on the CPU, in the tuned form if there is one.
  virtual void run_cpu(Batch& batch) noexcept = 0;
  /// Runs the kernel body over the batch on the CPU. For tests.
  virtual void run_reference(Batch& batch, std::byte* results) noexcept = 0;
  void run_reference(Batch& batch) noexcept { run_reference(batch, batch.results()); }
  /// Runs the kernel over the batch on the CPU as a GPU would, if it has a form for teams of
  /// threads. `shared_bytes`: size of a block's shared memory. For tests; slow.
  virtual void run_emulated(Batch& batch, std::byte* results, std::uint32_t shared_bytes) = 0;
  void run_emulated(Batch& batch, std::uint32_t shared_bytes) {
    run_emulated(batch, batch.results(), shared_bytes);
  }
  virtual bool has_cpu_form() const noexcept = 0;
  /// Passes the packets on as the element decides by the kernel's `results`.
  virtual void finish(BatchPtr batch, std::byte* results, Outputs& out) noexcept = 0;

  /// The kernel bound to a device; created at start-up. Its address stays the same: `bind` changes
  /// it in place.
  virtual KernelCall call(Device& device) = 0;

  /// The table that the element reads and that may be replaced while packets flow; null if there is
  /// none.
  virtual SharedTable const* shared_table() const noexcept { return nullptr; }
  /// Creates what the element needs to read the current generation on `devices`. Runs on the
  /// control thread while the worker runs, so it accesses nothing that the worker changes. Throws
  /// `ConfigError` if a device is out of memory.
  virtual std::unique_ptr<Binding> make_binding(DeviceSet& devices) const {
    (void)devices;
    return nullptr;
  }
  /// Reads `binding` from now on, and puts there what it has read until now, for the control thread
  /// to free. Runs on the worker while its segment holds no batch, so that a batch sees one
  /// generation.
  virtual void bind(std::unique_ptr<Binding>& binding) noexcept = 0;

  /// The element only edits in place: it has neither results nor a `finish` step. Any element
  /// without a `prepare` may follow in the same segment.
  virtual bool only_edits() const noexcept = 0;
  /// The next element's kernel may run before `finish`, if it only reads.
  virtual bool finish_may_wait() const noexcept = 0;
  /// True if every packet is long enough for the kernel.
  virtual bool fits(Batch const& batch) const noexcept = 0;
  /// The byte range of a packet that the kernel touches.
  virtual TouchedBytes touched_bytes() const noexcept = 0;

 protected:
  /// Keeps the packets whose verdict is to forward, drops the others, in place.
  static void keep_forwarded(Batch& batch, Verdict const* verdicts, Outputs& out) noexcept;
  /// `Outputs::split` after a `finish`. If later kernels of the segment have run already, their
  /// results stay with the packets.
  static void split(BatchPtr batch, Verdict const* verdicts, Outputs& out) noexcept;
};

/// An element whose work per packet is a kernel that any device can run. The members of `Self` are
/// called on the worker's thread, except the constructor and `make_binding` (control thread).
///
/// `Self` declares `Reads` (regions) and `Writes` (`Result<T>` or `NoResult`), a trivially copyable
/// `Kernel` whose `operator()` is `WARPLINE_HD`, and `Kernel kernel(Device&) const` that binds it
/// to tables on a device. Optional: `Verdict prepare(Packet&)` before, or for all packets at once
/// `void prepare(std::span<Packet>, Verdict*)`; `Verdict finish(Packet&, T)`
/// (`finish(Packet&)` with `NoResult`) afterwards, or for all at once
/// `void finish(std::span<Packet>, T const*, Verdict*)`; and a tuned `void cpu(std::span<Packet>,
/// T*)` (`cpu(std::span<Packet>)` with `NoResult`) that must give the same bytes. A kernel with a
/// member `team()` has a tuned form for GPUs (`core/device/team.hpp`), which must give them too.
/// An element that creates packets declares `void emit_created(Batch const&, Outputs&)`, called after
/// `finish` for all packets of a batch and before they leave; batches that it emits come after them.
/// An element whose table may be replaced overrides `shared_table` and `make_binding` and declares
/// `void exchange(std::unique_ptr<Binding>&)`, which swaps what it reads; `kernel` is then called
/// again, finds copies on all devices, and must not throw.
/// A packet too short for the declared regions is dropped as `truncated` before any of it.
/// `static constexpr bool kFinishMayWait = true` declares that `finish` changes nothing that a
/// kernel reads: it may drop packets, and set annotations outside `PacketHead`. Then an element
/// that only reads may follow in the same segment, and its kernel may run before this `finish`.
template <class Self>
class OffloadElement : public OffloadBase {
 public:
  OffloadElement() { detail::check_offload_element<Self>(); }

  bool has_prepare() const noexcept final { return kHasPrepare<Self> || kHasBatchPrepare<Self>; }
  bool has_cpu_form() const noexcept final { return kHasCpuForm<Self>; }
  bool only_edits() const noexcept final {
    return Self::Writes::kSize == 0 && !kHasPlainFinish<Self>;
  }
  bool finish_may_wait() const noexcept final {
    if constexpr (requires { Self::kFinishMayWait; })
      return Self::kFinishMayWait;
    else
      return false;
  }
  bool fits(Batch const& batch) const noexcept final {
    using Reads = typename detail::AsRegions<typename Self::Reads>::Type;
    bool all = true;
    for (auto const& packet : batch.packets()) all = all && Reads::fits(packet);
    return all;
  }
  TouchedBytes touched_bytes() const noexcept final {
    auto touched_bytes = detail::AsRegions<typename Self::Reads>::Type::kTouchedBytes;
    touched_bytes.result_bytes = Self::Writes::kSize;
    return touched_bytes;
  }

  void prepare(Batch& batch, Outputs& out) noexcept final {
    using Reads = typename detail::AsRegions<typename Self::Reads>::Type;
    if constexpr (kHasPrepare<Self> || kHasBatchPrepare<Self> || Reads::kMinimum > 0) {
      [[maybe_unused]] auto& self = static_cast<Self&>(*this);
      Verdict verdicts[Batch::kCapacity];
      if constexpr (kHasBatchPrepare<Self>) self.prepare(batch.packets(), verdicts);
      auto const decide = [&](Packet& packet, [[maybe_unused]] unsigned i) {
        auto verdict = forward();
        if constexpr (kHasBatchPrepare<Self>) verdict = verdicts[i];
        if constexpr (kHasPrepare<Self>) verdict = self.prepare(packet);
        if (!Reads::fits(packet) && !verdict.is_drop()) [[unlikely]]
          verdict = warpline::drop<"truncated">();
        return verdict;
      };
      if (!all_forwarded(batch, verdicts, decide)) keep_forwarded(batch, verdicts, out);
    }
  }

  void run_cpu(Batch& batch) noexcept final {
    if constexpr (kHasCpuForm<Self>) {
      auto& self = static_cast<Self&>(*this);
      auto const bytes = batch.bytes();
      if constexpr (Self::Writes::kSize == 0)
        self.cpu(batch.packets());
      else
        self.cpu(batch.packets(), typed(batch.results()));
      batch.set_bytes(bytes);  // a kernel changes no length
    } else {
      run_reference(batch, batch.results());
    }
  }

  void run_reference(Batch& batch, std::byte* results) noexcept final {
    auto const& kernel = bound(cpu_device());
    body(&kernel, WorkItem::of(batch.slots(), batch.size(), results));
  }

  void run_emulated(Batch& batch, std::byte* results, std::uint32_t shared_bytes) final {
    if constexpr (kHasTeam<typename Self::Kernel>)
      emulate_team<typename Self::Reads, typename Self::Writes>(
          bound(cpu_device()).team(), WorkItem::of(batch.slots(), batch.size(), results),
          shared_bytes);
    else
      run_reference(batch, results);
  }

  void finish(BatchPtr batch, [[maybe_unused]] std::byte* results, Outputs& out) noexcept final {
    if constexpr (Self::Writes::kSize == 0 && !kHasPlainFinish<Self>) {
      out.emit(std::move(batch));
    } else {
      auto& self = static_cast<Self&>(*this);
      Verdict verdicts[Batch::kCapacity];
      [[maybe_unused]] auto* const values = typed(results);
      if constexpr (kHasBatchFinish<Self>) self.finish(batch->packets(), values, verdicts);
      auto const decide = [&](Packet& packet, [[maybe_unused]] unsigned i) {
        if constexpr (Self::Writes::kSize == 0)
          return self.finish(packet);
        else if constexpr (kHasBatchFinish<Self>)
          return verdicts[i];
        else
          return self.finish(packet, values[i]);
      };
      bool const all = all_forwarded(*batch, verdicts, decide);
      if constexpr (kEmitsCreated<Self>) self.emit_created(std::as_const(*batch), out);
      if (all) [[likely]]
        out.emit(std::move(batch));
      else
        split(std::move(batch), verdicts, out);
    }
  }

  void bind(std::unique_ptr<Binding>& binding) noexcept final {
    if constexpr (kHasExchange<Self>) {
      auto& self = static_cast<Self&>(*this);
      self.exchange(binding);
      // The lanes are idle, so the chains that point here may find another kernel.
      for (auto& [device, kernel] : kernels_)
        std::construct_at(static_cast<typename Self::Kernel*>(kernel.get()), self.kernel(*device));
    }
  }

  KernelCall call(Device& device) final {
    KernelCall call;
    call.host = &body;
    // Found at the point of instantiation: the overload of gpu/launch.cuh if a .cu includes it.
    call.cuda = cuda_launch_of(
        KernelTypes<typename Self::Reads, typename Self::Writes, typename Self::Kernel>{}, 0);
#if defined(__CUDACC__)
    static_assert(
        cuda_launch_of(
            KernelTypes<typename Self::Reads, typename Self::Writes, typename Self::Kernel>{}, 0) !=
            nullptr,
        "a .cu element includes gpu/launch.cuh");
#endif
    call.kernel = &bound(device);
    return call;
  }

 private:
  template <class S>
  static constexpr bool kHasPrepare = requires(S self, Packet packet) {
    self.prepare(packet);
  };
  template <class S>
  static constexpr bool kHasBatchPrepare = requires(S self, std::span<Packet> packets,
                                                    Verdict* verdicts) {
    self.prepare(packets, verdicts);
  };
  template <class S>
  static constexpr bool kHasPlainFinish = requires(S self, Packet packet) {
    self.finish(packet);
  };
  template <class S>
  static constexpr bool kHasBatchFinish = requires(S self, std::span<Packet> packets,
                                                   typename S::Writes::Type const* results,
                                                   Verdict* verdicts) {
    self.finish(packets, results, verdicts);
  };
  template <class S>
  static constexpr bool kEmitsCreated = requires(S self, Batch const& batch, Outputs& out) {
    self.emit_created(batch, out);
  };
  template <class S>
  static constexpr bool kHasExchange = requires(S self, std::unique_ptr<Binding>& binding) {
    self.exchange(binding);
  };
  template <class S>
  static constexpr bool kHasCpuForm = requires(S self, std::span<Packet> packets) {
    self.cpu(packets);
  }
  || requires(S self, std::span<Packet> packets, typename S::Writes::Type* results) {
    self.cpu(packets, results);
  };

  // Self is complete only inside member functions, so Kernel's type is erased here.
  auto const& bound(Device& device) {
    using Kernel = typename Self::Kernel;
    auto& kernel = kernels_[&device];
    if (!kernel) kernel = std::make_shared<Kernel>(static_cast<Self&>(*this).kernel(device));
    return *static_cast<Kernel const*>(kernel.get());
  }
  static Device& cpu_device() {
    static CpuDevice core;
    return core;
  }
  static auto* typed(std::byte* results) {
    return reinterpret_cast<typename Self::Writes::Type*>(results);
  }
  static void body(void const* kernel, WorkItem const& item) noexcept {
    auto const& bound_kernel = *static_cast<typename Self::Kernel const*>(kernel);
    for (std::uint32_t i = 0; i < item.count; ++i)
      run_kernel<typename Self::Reads, typename Self::Writes>(bound_kernel, item.head(i), i,
                                                              item.results);
  }

  std::map<Device*, std::shared_ptr<void>> kernels_;
};

}  // namespace warpline
