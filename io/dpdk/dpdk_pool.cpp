// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/dpdk_pool.hpp"

#include <rte_errno.h>
#include <rte_mbuf.h>
#include <rte_mbuf_pool_ops.h>
#include <rte_mempool.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "core/base/error.hpp"
#include "io/dpdk/arrivals_dpdk.hpp"
#include "io/dpdk/dpdk_log.hpp"
#include "io/dpdk/mbuf_dpdk.hpp"

namespace warpline {
namespace {

static_assert(BufferPool::kHeadroom == RTE_PKTMBUF_HEADROOM);

constexpr unsigned kChunk = 256;
constexpr std::size_t kTransparentPage = std::size_t{2} << 20;
constexpr std::uint64_t kForeign = RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;

std::uint16_t data_room(unsigned frame_size) {
  return static_cast<std::uint16_t>(
      std::min(BufferPool::kHeadroom + frame_size + DpdkPool::kTailroom, 65535u));
}

std::size_t object_size(unsigned frame_size) {
  return rte_mempool_calc_obj_size(static_cast<unsigned>(sizeof(rte_mbuf) + data_room(frame_size)),
                                   0, nullptr);
}

std::size_t round_up(std::size_t value, std::size_t unit) {
  return (value + unit - 1) / unit * unit;
}

void unmap(rte_mempool_memhdr* memory, void*) { munmap(memory->addr, memory->len); }

/// Without reserved hugepages: ordinary memory that the kernel is advised to back with huge pages.
/// It needs no rights and avoids most of the TLB misses of 4 KiB pages.
void populate_with_own_memory(rte_mempool& pool) {
  auto const object = pool.header_size + pool.elt_size + pool.trailer_size;
  auto const size = round_up(std::size_t{pool.size} * object + RTE_MEMPOOL_ALIGN, kTransparentPage);
  auto* mapped =
      static_cast<std::uint8_t*>(mmap(nullptr, size + kTransparentPage, PROT_READ | PROT_WRITE,
                                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (mapped == MAP_FAILED) throw ConfigError("the system has no memory");
  auto const skipped = round_up(reinterpret_cast<std::uintptr_t>(mapped), kTransparentPage) -
                       reinterpret_cast<std::uintptr_t>(mapped);
  if (skipped > 0) munmap(mapped, skipped);
  if (skipped < kTransparentPage) munmap(mapped + skipped + size, kTransparentPage - skipped);
  auto* memory = mapped + skipped;
  madvise(memory, size, MADV_HUGEPAGE);
  auto* address = reinterpret_cast<char*>(memory);
  auto const added = rte_mempool_populate_iova(&pool, address, reinterpret_cast<rte_iova_t>(memory),
                                               size, unmap, nullptr);
  if (added < 0) munmap(memory, size);
  if (added < static_cast<int>(pool.size)) throw ConfigError("the buffers do not fit their memory");
}

rte_mempool* make_pool(Eal const& eal, PoolOptions const& options) {
  auto const count = static_cast<unsigned>(options.count);
  auto const cache = static_cast<unsigned>(DpdkPool::cache_of(options.count));
  auto const room = data_room(options.frame_size);
  auto const node = options.numa_node < 0 ? SOCKET_ID_ANY : options.numa_node;
  auto const* name = options.name.c_str();
  if (eal.hugepages() || options.shared_by_pci)
    return rte_pktmbuf_pool_create(name, count, cache, 0, room, node);

  // All addresses are virtual in that case, so a buffer may cross a page. Otherwise there is one
  // buffer per 4 KiB page, and all headers share the same few sets of the cache.
  auto* pool = rte_mempool_create_empty(name, count, sizeof(rte_mbuf) + room, cache,
                                        sizeof(rte_pktmbuf_pool_private), node,
                                        RTE_MEMPOOL_F_NO_IOVA_CONTIG);
  if (pool == nullptr) return nullptr;
  try {
    if (rte_mempool_set_ops_byname(pool, rte_mbuf_best_mempool_ops(), nullptr) != 0)
      throw ConfigError("DPDK knows no way to keep buffers");
    rte_pktmbuf_pool_private private_data{};
    private_data.mbuf_data_room_size = room;
    rte_pktmbuf_pool_init(pool, &private_data);
    populate_with_own_memory(*pool);
  } catch (...) {
    rte_mempool_free(pool);
    throw;
  }
  rte_mempool_obj_iter(pool, rte_pktmbuf_init, nullptr);
  return pool;
}

rte_mempool* make_pool_or_throw(Eal const& eal, PoolOptions const& options) {
  auto const fail = [&](std::string const& reason) {
    return ConfigError("no memory for " + std::to_string(options.count) + " packet buffers of " +
                       std::to_string(options.frame_size) + " bytes: " + reason);
  };
  auto const mark = DpdkLog::mark();
  rte_mempool* pool = nullptr;
  try {
    pool = make_pool(eal, options);
  } catch (ConfigError const& error) {
    throw fail(error.what());
  }
  if (pool == nullptr) {
    auto const reason = DpdkLog::reasons_since(mark);
    throw fail(rte_strerror(rte_errno) + (reason.empty() ? "" : " (" + reason + ")"));
  }
  return pool;
}

void add_memory(rte_mempool*, void* context, rte_mempool_memhdr* memory, unsigned) {
  (*static_cast<std::function<void(void*, std::size_t)> const*>(context))(memory->addr,
                                                                          memory->len);
}

/// What `DpdkPool::fill` does, from one buffer to the next.
struct Filler {
  Bytes content;
  std::size_t room;
  std::size_t next = 0;

  void fill(std::uint8_t* to) {
    for (std::size_t done = 0; done < room;) {
      auto const size = std::min<std::size_t>(room - done, content.size - next);
      std::memcpy(to + done, content.data + next, size);
      done += size;
      next = (next + size) % content.size;
    }
  }
};

void fill_buffers(rte_mempool* pool, Bytes content, unsigned frame_size) {
  Filler filler{content, data_room(frame_size)};
  rte_mempool_obj_iter(
      pool,
      [](rte_mempool*, void* context, void* object, unsigned) {
        static_cast<Filler*>(context)->fill(
            reinterpret_cast<std::uint8_t*>(static_cast<rte_mbuf*>(object) + 1));
      },
      &filler);
}

}  // namespace

DpdkPool::DpdkPool(Eal const& eal, PoolOptions options) : options_(std::move(options)) {
  if (options_.frame_size == 0 || options_.frame_size > kMaxFrameSize)
    throw ConfigError("packet buffers for frames of " + std::to_string(options_.frame_size) +
                      " bytes; expected 1 to " + std::to_string(kMaxFrameSize));
  if (options_.count == 0 || options_.count > ~0u / 2)
    throw ConfigError(std::to_string(options_.count) + " packet buffers; expected 1 to 2147483647");
  if (options_.large_frame_size > kMaxLargeFrame)
    throw ConfigError("packet buffers for frames of " + std::to_string(options_.large_frame_size) +
                      " bytes; expected at most " + std::to_string(kMaxLargeFrame));
  pool_ = make_pool_or_throw(eal, options_);
  if (options_.large_count == 0) return;
  auto large = options_;
  large.name += "_large";
  large.count = options_.large_count;
  large.frame_size = options_.large_frame_size;
  try {
    large_ = make_pool_or_throw(eal, large);
  } catch (...) {
    rte_mempool_free(pool_);
    throw;
  }
}

DpdkPool::~DpdkPool() {
  rte_mempool_free(large_);
  rte_mempool_free(pool_);
}

unsigned DpdkPool::longest_frame() const {
  return std::max(options_.frame_size, large_ == nullptr ? 0 : options_.large_frame_size);
}

bool DpdkPool::allocate(std::span<Packet> packets) noexcept {
  std::uint64_t const buffer_bytes = data_room(options_.frame_size);
  for (std::size_t done = 0; done < packets.size();) {
    void* buffers[kChunk];
    auto const count = std::min<std::size_t>(kChunk, packets.size() - done);
    if (rte_mempool_get_bulk(pool_, buffers, static_cast<unsigned>(count)) != 0) {
      release(packets.first(done));
      return false;
    }
    for (std::size_t i = 0; i < count; ++i) {
      auto* mbuf = static_cast<rte_mbuf*>(buffers[i]);
      // A buffer in a pool has one reference and one segment; other fields keep their last values.
      mbuf->ol_flags = 0;
      auto& packet = packets[done + i];
      // The address that `rte_pktmbuf_init` sets: saves the load of `buf_addr`.
      packet.data = reinterpret_cast<std::uint8_t*>(mbuf + 1) + kHeadroom;
      packet.buffer = mbuf;
      packet.arrive(0, 0, kHeadroom, buffer_bytes - kHeadroom);
    }
    done += count;
  }
  return true;
}

bool DpdkPool::allocate_large(Packet& packet, unsigned length) noexcept {
  void* buffer = nullptr;
  if (large_ == nullptr || rte_mempool_get(large_, &buffer) != 0) return false;
  auto* mbuf = static_cast<rte_mbuf*>(buffer);
  mbuf->ol_flags = 0;
  unsigned const room = data_room(options_.large_frame_size);
  auto const headroom = std::min(kHeadroom, room - length);
  packet.data = reinterpret_cast<std::uint8_t*>(mbuf + 1) + headroom;
  packet.buffer = mbuf;
  packet.arrive(0, 0, headroom, room - headroom);
  return true;
}

void DpdkPool::release(std::span<Packet const> packets) noexcept {
  while (!packets.empty()) {
    void* buffers[kChunk];
    auto const count = std::min<std::size_t>(kChunk, packets.size());
    std::uint64_t odd = 0;
    for (std::size_t i = 0; i < count; ++i) {
      auto const* mbuf = mbuf_of(packets[i]);
      buffers[i] = packets[i].buffer;
      odd |= static_cast<unsigned>((mbuf->refcnt ^ 1) | (mbuf->nb_segs ^ 1)) |
             (mbuf->ol_flags & kForeign) | static_cast<std::uint64_t>(mbuf->pool != pool_);
    }
    if (odd == 0) [[likely]] {
      rte_mempool_put_bulk(pool_, buffers, static_cast<unsigned>(count));
    } else {
      // Buffers of another pool, or with external memory of a driver.
      for (std::size_t i = 0; i < count; ++i) rte_pktmbuf_free(mbuf_of(packets[i]));
    }
    packets = packets.subspan(count);
  }
}

Arrivals const& DpdkPool::arrivals() {
  if (!arrivals_) arrivals_ = std::make_unique<Arrivals>();
  return *arrivals_;
}

Arrival DpdkPool::arrival(Packet const& packet) const noexcept {
  return arrivals_ ? arrivals_->get(mbuf_of(packet)) : Arrival{};
}

std::size_t DpdkPool::in_use() const noexcept {
  return rte_mempool_in_use_count(pool_) +
         (large_ == nullptr ? 0 : rte_mempool_in_use_count(large_));
}

void DpdkPool::for_each_memory(std::function<void(void*, std::size_t)> const& pin) const {
  auto* context = const_cast<void*>(static_cast<void const*>(&pin));
  rte_mempool_mem_iter(pool_, add_memory, context);
  if (large_ != nullptr) rte_mempool_mem_iter(large_, add_memory, context);
}

void DpdkPool::fill(Bytes content) {
  if (content.size == 0) return;
  fill_buffers(pool_, content, options_.frame_size);
  if (large_ != nullptr) fill_buffers(large_, content, options_.large_frame_size);
}

std::size_t DpdkPool::memory_of(PoolOptions const& options) {
  return options.count * object_size(options.frame_size) +
         options.large_count * object_size(options.large_frame_size);
}

std::size_t DpdkPool::cache_of(std::size_t count) {
  return std::min<std::size_t>(RTE_MEMPOOL_CACHE_MAX_SIZE, count / 6);
}

}  // namespace warpline
