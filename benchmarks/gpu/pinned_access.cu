// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "benchmarks/gpu/measure.hpp"
#include "benchmarks/gpu/owned.hpp"

namespace warpline::bench {
namespace {

constexpr std::size_t kBuffer = std::size_t{128} << 20;
constexpr int kRepeats = 9;
constexpr unsigned kThreads = 256;
constexpr std::size_t kStride = 2048;  // of packets, as in a pool of buffers

/// Neighbouring threads access neighbouring words of 16 bytes.
__global__ void read_words(uint4 const* from, std::size_t words, unsigned* sink) {
  unsigned sum = 0;
  for (auto i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < words;
       i += std::size_t{gridDim.x} * blockDim.x) {
    auto const word = from[i];
    sum += word.x ^ word.y ^ word.z ^ word.w;
  }
  if (sum == 0xdeadbeef) *sink = sum;  // the reads have a use
}

__global__ void write_words(uint4* to, std::size_t words) {
  auto const step = std::size_t{gridDim.x} * blockDim.x;
  for (auto i = blockIdx.x * std::size_t{blockDim.x} + threadIdx.x; i < words; i += step)
    to[i] = make_uint4(1, 2, 3, 4);
}

/// `lanes` threads to each packet: 1 as a kernel body reads, 32 as a warp does.
__global__ void read_packets(std::uint8_t const* from, unsigned packets, unsigned size,
                             unsigned lanes, unsigned* sink) {
  auto const thread = blockIdx.x * blockDim.x + threadIdx.x;
  auto const packet = thread / lanes;
  if (packet >= packets) return;
  unsigned sum = 0;
  for (auto offset = thread % lanes * 16; offset + 16 <= size; offset += lanes * 16) {
    auto const word = *reinterpret_cast<uint4 const*>(from + packet * kStride + offset);
    sum += word.x ^ word.y ^ word.z ^ word.w;
  }
  if (sum == 0xdeadbeef) *sink = sum;
}

template <class Launch>
double median_time(cudaStream_t stream, Launch&& launch) {
  std::vector<double> all;
  for (int i = 0; i <= kRepeats; ++i) {
    auto const duration = device_time_us(stream, [&] { launch(static_cast<std::size_t>(i)); });
    CUDA_TRY(cudaGetLastError());
    if (i > 0) all.push_back(duration);
  }
  return median(all);
}

}  // namespace

void measure_pinned_access(Rows& rows) {
  std::string const section = "pinned memory from kernels";
  rows.note(section,
            "words: 16 bytes a thread, neighbouring threads adjacent; packets: 16 bytes at "
            "a time of packets that begin every 2 KiB, by one thread or a warp each");
  int processors = 0;
  CUDA_TRY(cudaDeviceGetAttribute(&processors, cudaDevAttrMultiProcessorCount, 0));
  Pinned<std::uint8_t> const host(kBuffer);
  std::fill_n(host.get(), kBuffer, std::uint8_t{0x11});
  Owned<unsigned> const sink(1);
  OwnedStream const stream;
  auto const blocks = static_cast<unsigned>(processors) * 4;
  auto const add = [&](std::string const& how, std::size_t unit, std::size_t bytes, double time) {
    rows.add(section)
        .set("access", how)
        .set("unit_bytes", unit)
        .set("bytes", bytes)
        .set("us", time)
        .set("GBps", 1e-3 * static_cast<double>(bytes) / time);
  };
  for (std::size_t size = 64 << 10; size <= 16u << 20; size *= 4) {
    auto const place = [&](std::size_t i) { return host.get() + i * size % (kBuffer - size); };
    add("read words", 16, size, median_time(stream, [&](std::size_t i) {
          read_words<<<blocks, kThreads, 0, stream>>>(reinterpret_cast<uint4 const*>(place(i)),
                                                      size / 16, sink.get());
        }));
    add("write words", 16, size, median_time(stream, [&](std::size_t i) {
          write_words<<<blocks, kThreads, 0, stream>>>(reinterpret_cast<uint4*>(place(i)),
                                                       size / 16);
        }));
  }
  for (unsigned const size : {64u, 256u, 1024u, 1408u})
    for (unsigned const lanes : {1u, 32u}) {
      constexpr unsigned kPackets = 4096;
      add(lanes == 1 ? "read packets, a thread each" : "read packets, a warp each", size,
          std::size_t{kPackets} * size, median_time(stream, [&](std::size_t i) {
            auto const* const from = host.get() + i * kPackets * kStride % (kBuffer / 2);
            read_packets<<<(kPackets * lanes + kThreads - 1) / kThreads, kThreads, 0, stream>>>(
                from, kPackets, size, lanes, sink.get());
          }));
    }
}

}  // namespace warpline::bench
