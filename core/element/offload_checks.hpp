// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <type_traits>

#include "core/device/device.hpp"
#include "core/device/region.hpp"
#include "core/element/outputs.hpp"
#include "core/element/shared.hpp"
#include "core/packet/verdict.hpp"

/// Checks that turn the commonest mistakes in an element for devices into a clear message of the
/// compiler. tests/compile_fail has an example of each.
namespace warpline::detail {

template <class Member>
struct ClassOf {
  using Type = void;
};
template <class Class, class Function>
struct ClassOf<Function Class::*> {
  using Type = Class;
};
/// `Self` itself declares the member that `Pointer` points to, not a base.
template <class Self, class Pointer>
inline constexpr bool kDeclares = std::is_same_v<typename ClassOf<Pointer>::Type, Self>;

template <class Writes>
inline constexpr bool kIsResult = std::is_same_v<Writes, NoResult>;
template <class T>
inline constexpr bool kIsResult<Result<T>> = true;

/// Whether the kernel takes the regions' arguments and returns the type that `Writes` requires.
template <class Kernel, class Writes, class Reads>
inline constexpr bool kKernelFits = false;
template <class Kernel, class Writes, class... Each>
inline constexpr bool kKernelFits<Kernel, Writes, Regions<Each...>> = [] {
  if constexpr (Writes::kSize == 0)
    return std::is_invocable_v<Kernel const&, typename Each::Argument...>;
  else
    return std::is_invocable_r_v<typename Writes::Type, Kernel const&, typename Each::Argument...>;
}();

template <class Self>
constexpr void check_steps() {
  using Writes = typename Self::Writes;
  using Value = typename Writes::Type;
  if constexpr (requires { &Self::prepare; })
    if constexpr (kDeclares<Self, decltype(&Self::prepare)>)
      static_assert(
          requires(Self & self, Packet & packet) {
            { self.prepare(packet) } -> std::same_as<Verdict>;
          } || requires(Self & self, std::span<Packet> packets,
                        Verdict * verdicts) { self.prepare(packets, verdicts); },
          "`prepare` has another signature than `Verdict prepare(Packet&)` or "
          "`void prepare(std::span<Packet>, Verdict*)`");
  if constexpr (requires { &Self::finish; })
    if constexpr (kDeclares<Self, decltype(&Self::finish)>) {
      if constexpr (Writes::kSize == 0)
        static_assert(
            requires(Self & self, Packet & packet) {
              { self.finish(packet) } -> std::same_as<Verdict>;
            },
            "`finish` has another signature than `Verdict finish(Packet&)`, which an element with "
            "NoResult has");
      else
        static_assert(
            requires(Self & self, Packet & packet, Value value) {
              { self.finish(packet, value) } -> std::same_as<Verdict>;
            } || requires(Self & self, std::span<Packet> packets, Value const* values,
                          Verdict* verdicts) { self.finish(packets, values, verdicts); },
            "`finish` has another signature than `Verdict finish(Packet&, T)` or "
            "`void finish(std::span<Packet>, T const*, Verdict*)`, where T is that of Result<T>");
    }
  if constexpr (requires { &Self::cpu; }) {
    if constexpr (Writes::kSize == 0)
      static_assert(
          requires(Self & self, std::span<Packet> packets) { self.cpu(packets); },
          "`cpu` has another signature than `void cpu(std::span<Packet>)`, which an element with "
          "NoResult has");
    else
      static_assert(
          requires(Self & self, std::span<Packet> packets, Value * values) {
            self.cpu(packets, values);
          },
          "`cpu` has another signature than `void cpu(std::span<Packet>, T*)`, where T is that of "
          "Result<T>");
  }
  if constexpr (requires { &Self::emit_created; })
    static_assert(
        requires(Self & self, Batch const& batch, Outputs& out) { self.emit_created(batch, out); },
        "`emit_created` has another signature than `void emit_created(Batch const&, Outputs&)`");
  if constexpr (requires { &Self::exchange; })
    static_assert(
        requires(Self & self, std::unique_ptr<Binding> & binding) { self.exchange(binding); },
        "`exchange` has another signature than `void exchange(std::unique_ptr<Binding>&)`");
}

/// Called with a complete `Self`.
template <class Self>
constexpr void check_offload_element() {
  constexpr bool kReads = requires { typename Self::Reads; };
  constexpr bool kWrites = requires { typename Self::Writes; };
  constexpr bool kKernel = requires { typename Self::Kernel; };
  static_assert(kReads,
                "an element for devices declares what its kernel reads: "
                "`using Reads = Regions<...>;`, public");
  static_assert(kWrites,
                "an element for devices declares what its kernel returns: "
                "`using Writes = Result<T>;` or `using Writes = NoResult;`, public");
  static_assert(
      kKernel,
      "an element for devices declares `struct Kernel`, public, whose operator() runs for "
      "each packet");
  if constexpr (kReads && kWrites && kKernel) {
    using Kernel = typename Self::Kernel;
    using Reads = typename AsRegions<typename Self::Reads>::Type;
    static_assert(
        std::is_trivially_copyable_v<Kernel>,
        "a device gets a copy of the kernel's bytes: `Kernel` must be trivially copyable, "
        "such as pointers to tables on the device");
    static_assert(kIsResult<typename Self::Writes>, "`Writes` is `Result<T>` or `NoResult`");
    if constexpr (kIsResult<typename Self::Writes>) {
      static_assert(
          kKernelFits<Kernel, typename Self::Writes, Reads>,
          "`Kernel::operator()` must be const, take one argument for each region of `Reads` "
          "and return the T of `Result<T>`");
      static_assert(
          requires(Self const& self, Device& device) {
            { self.kernel(device) } -> std::convertible_to<Kernel>;
          },
          "an element for devices has `Kernel kernel(Device&) const`, which binds the kernel to "
          "its "
          "tables");
      check_steps<Self>();
    }
  }
}

}  // namespace warpline::detail
