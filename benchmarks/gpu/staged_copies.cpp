// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/gpu/staged_copies.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gpu/stream/staged_copy.hpp"

namespace warpline::bench {
namespace {

constexpr std::size_t kItems = 4096;
constexpr std::size_t kMinCopies = 8;
// Of the batches: the one body of a suite does about 20 MB/s on a core.
constexpr std::size_t kCheckedOneIn = 4;

}  // namespace

StagedCopies::StagedCopies(Prepared& prepared, std::size_t min_bytes)
    : touched_bytes_(prepared.touched_bytes()) {
  std::uint32_t offset = 0;
  for (auto const& batch : prepared.batches())
    for (auto const& packet : std::as_const(*batch).packets()) {
      offsets_.push_back(offset);
      offset += stream::stride(stream::copied_bytes(packet, touched_bytes_));
    }
  packets_ = offsets_.size();
  bytes_ = std::max<std::size_t>(offset, 16);
  copies_ = static_cast<unsigned>(
      std::clamp<std::size_t>((min_bytes + bytes_ - 1) / bytes_, kMinCopies, 256));
  memory_ = std::make_unique<Owned<std::uint8_t>>(bytes_ * copies_);
  prepared_ = std::make_unique<Owned<std::uint8_t>>(bytes_);
  descriptors_ = std::make_unique<Owned<PacketHead>>(packets_ * copies_);
  results_ = std::make_unique<Owned<std::byte>>(packets_ * copies_ * Batch::kResultBytes);
  items_ = std::make_unique<Owned<WorkItem>>(kItems);
  // Bytes that no kernel has written must not be correct by chance.
  CUDA_TRY(cudaMemset(results_->get(), 0xee, results_->bytes()));

  std::vector<std::uint8_t> image(bytes_);
  std::vector<PacketHead> descriptors(packets_);
  for (unsigned copy = 0; copy < copies_; ++copy) {
    std::size_t i = 0;
    auto* const begin = memory_->get() + copy * bytes_;
    for (auto const& batch : prepared.batches())
      for (auto const& packet : std::as_const(*batch).packets()) {
        auto const copied = stream::copied_bytes(packet, touched_bytes_);
        if (copy == 0 && copied > 0)
          std::memcpy(image.data() + offsets_[i], packet.data + touched_bytes_.from, copied);
        descriptors[i] = stream::copied_descriptor(packet, begin, offsets_[i], touched_bytes_);
        ++i;
      }
    CUDA_TRY(cudaMemcpy(descriptors_->get() + copy * packets_, descriptors.data(),
                        packets_ * sizeof(PacketHead), cudaMemcpyHostToDevice));
  }
  CUDA_TRY(cudaMemcpy(prepared_->get(), image.data(), bytes_, cudaMemcpyHostToDevice));
  restore(nullptr);
  CUDA_TRY(cudaStreamSynchronize(nullptr));
}

void StagedCopies::restore(cudaStream_t stream) {
  // Bytes that no kernel edits are unchanged.
  if (restored_ && !touched_bytes_.edits()) return;
  for (unsigned copy = 0; copy < copies_; ++copy)
    CUDA_TRY(cudaMemcpyAsync(memory_->get() + copy * bytes_, prepared_->get(), bytes_,
                             cudaMemcpyDeviceToDevice, stream));
  restored_ = true;
}

WorkItem const* StagedCopies::item(unsigned copy, std::size_t first, std::uint32_t count,
                                   cudaStream_t stream) {
  auto const index = copy * packets_ + first;
  auto const item = WorkItem::of(descriptors_->get() + index, count,
                                 results_->get() + index * Batch::kResultBytes);
  auto* const place = items_->get() + used_items_++ % kItems;
  CUDA_TRY(cudaMemcpyAsync(place, &item, sizeof item, cudaMemcpyHostToDevice, stream));
  CUDA_TRY(cudaStreamSynchronize(stream));
  return place;
}

bool StagedCopies::right(Prepared& prepared) const {
  std::vector<std::uint8_t> image(bytes_);
  std::vector<std::byte> results(packets_ * touched_bytes_.result_bytes);
  CUDA_TRY(cudaMemcpy(image.data(), memory_->get(), bytes_, cudaMemcpyDeviceToHost));
  if (!results.empty())
    CUDA_TRY(cudaMemcpy(results.data(), results_->get(), results.size(), cudaMemcpyDeviceToHost));
  std::size_t i = 0, number = 0;
  for (auto& batch : prepared.batches()) {
    if (number++ % kCheckedOneIn != 0 && number != prepared.batches().size()) {
      i += batch->size();
      continue;
    }
    prepared.element().run_reference(*batch);
    auto const size = batch->size() * std::size_t{touched_bytes_.result_bytes};
    if (size > 0 &&
        std::memcmp(batch->results(), results.data() + i * touched_bytes_.result_bytes, size))
      return false;
    for (auto const& packet : std::as_const(*batch).packets()) {
      auto const copied = stream::copied_bytes(packet, touched_bytes_);
      if (copied > 0 &&
          std::memcmp(packet.data + touched_bytes_.from, image.data() + offsets_[i], copied) != 0)
        return false;
      ++i;
    }
  }
  return true;
}

}  // namespace warpline::bench
