// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/state/state_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <boost/crc.hpp>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "core/base/error.hpp"
#include "elements/ipsec/crypto/hmac.hpp"
#include "elements/ipsec/crypto/sha2.hpp"

namespace warpline::ipsec {
namespace {

std::error_code last_error() { return {errno, std::generic_category()}; }

template <class T>
std::uint32_t crc_after_checksum(T const& value) {
  constexpr auto kBegin = offsetof(T, checksum) + sizeof value.checksum;
  boost::crc_32_type crc;
  crc.process_bytes(reinterpret_cast<std::uint8_t const*>(&value) + kBegin, sizeof value - kBegin);
  return crc.checksum();
}

/// Zeros if it cannot be read: no boot is equal to another then.
std::array<std::uint8_t, 16> read_boot_id(std::string const& path) {
  std::array<std::uint8_t, 16> id{};
  std::ifstream file(path);
  std::string text;
  std::getline(file, text);
  std::erase(text, '-');
  if (text.size() != 2 * id.size() ||
      text.find_first_not_of("0123456789abcdef") != std::string::npos)
    return id;
  for (std::size_t i = 0; i < id.size(); ++i)
    id[i] = static_cast<std::uint8_t>(std::stoul(text.substr(2 * i, 2), nullptr, 16));
  return id;
}

std::uint32_t units_for(std::uint32_t window) {
  auto const bytes = ReplayWindow::ring_words(window) * sizeof(ReplayWindow::Word);
  return static_cast<std::uint32_t>((bytes + kStateUnit - 1) / kStateUnit);
}

}  // namespace

std::uint32_t state_checksum(StateHeader const& header) { return crc_after_checksum(header); }
std::uint32_t state_checksum(StateRecord const& record) { return crc_after_checksum(record); }

std::uint32_t minutes_now() {
  return static_cast<std::uint32_t>(std::chrono::duration_cast<std::chrono::minutes>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

/// A segment of windows in memory.
struct StateFile::Mapping {
  Mapping(int file, std::uint64_t offset)
      : memory(mmap(nullptr, kStateSegmentBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file,
                    static_cast<off_t>(offset))) {}
  ~Mapping() {
    if (good()) munmap(memory, kStateSegmentBytes);
  }
  bool good() const { return memory != MAP_FAILED; }

  void* memory;
};

StateFile::StateFile(std::string path, std::string const& boot_id_file) : path_(std::move(path)) {
  try {
    open_or_make();
    load();
    auto const boot_id = read_boot_id(boot_id_file);
    bool const same_boot = boot_id == header_.boot_id && boot_id != decltype(boot_id){};
    survived_ = header_.clean != 0 || same_boot;
    for (std::uint32_t index = 0; !survived_ && index < records_.size(); ++index) {
      if (records_[index].kind != StateRecord::Kind::kInbound) continue;
      change(index).began_at_mark = 1;
      free_window(index);
    }
    // Before the header: a program that finds this boot in it must find no window of the last one.
    auto error = write();
    header_.boot_id = boot_id;
    header_.clean = 0;
    if (!error) error = write_header();
    if (error) fail(error.message());
  } catch (...) {
    mappings_.clear();
    if (file_ >= 0) ::close(file_);
    throw;
  }
}

StateFile::~StateFile() {
  mappings_.clear();
  if (file_ >= 0) ::close(file_);
}

void StateFile::fail(std::string const& reason) const {
  throw ConfigError("state file '" + path_ + "': " + reason);
}

void StateFile::open_or_make() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    fail("expected a regular file");
  constexpr auto kFlags = O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  file_ = ::open(path_.c_str(), kFlags);
  if (file_ < 0 && errno == ENOENT) {
    make();
    file_ = ::open(path_.c_str(), kFlags);
  }
  if (file_ < 0) fail(last_error().message());
  lock();
  if (fstat(file_, &status) != 0) fail(last_error().message());
  if (status.st_size == 0)
    fail(
        "it is empty, so it was cut: the numbers of its SAs are lost. Expected a state file or "
        "none; "
        "give the SAs new keys, then remove it");
}

void StateFile::lock() {
  if (flock(file_, LOCK_EX | LOCK_NB) != 0)
    fail(errno == EWOULDBLOCK ? "in use by another program; give each program its own state file"
                              : last_error().message());
}

/// Whole or not at all: under another name first.
void StateFile::make() {
  auto const resolved = std::filesystem::weakly_canonical(std::filesystem::absolute(path_));
  auto const fresh = resolved.string() + ".new";
  file_ = ::open(fresh.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) fail(last_error().message());
  lock();
  if (getrandom(header_.secret.data(), header_.secret.size(), 0) !=
      static_cast<ssize_t>(header_.secret.size()))
    fail("no random numbers: " + last_error().message());
  header_.clean = 1;  // it has no SA whose state could be lost
  auto error = write_header();
  if (!error && fsync(file_) != 0) error = last_error();
  // A link does not replace a file that another program created meanwhile.
  if (!error && ::link(fresh.c_str(), resolved.c_str()) != 0 && errno != EEXIST)
    error = last_error();
  ::unlink(fresh.c_str());
  ::close(std::exchange(file_, -1));
  if (error) fail(error.message());
  // Syncs the file's name: without it a power loss leaves no file, and the marks are lost.
  auto const folder = ::open(resolved.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0 || fsync(folder) != 0) fail("its folder: " + last_error().message());
  ::close(folder);
}

std::string StateFile::file_error() const {
  struct stat status {};
  if (fstat(file_, &status) != 0) return last_error().message();
  if (status.st_nlink == 0)
    return "it was removed while it is used: after a restart the numbers of its SAs begin again";
  if (static_cast<std::uint64_t>(status.st_size) < offset_of(header_.segment_count))
    return "it was cut while it is used: the program may be killed, and numbers are lost";
  return {};
}

void StateFile::load() {
  bool known = false, good = false;
  for (std::uint32_t copy = 0; copy < kStateHeaders && !good; ++copy) {
    StateHeader header;
    auto const size = pread(file_, &header, sizeof header, copy * sizeof header);
    if (size != static_cast<ssize_t>(sizeof header)) continue;
    known = known || header.magic == StateHeader::kMagic;
    good = header.magic == StateHeader::kMagic && header.checksum == state_checksum(header) &&
           header.segment_count <= StateHeader::kMaxSegments;
    if (good) header_ = header;
  }
  if (!good)
    fail(known ? "it is damaged (both headers have wrong checksums); give its SAs new keys, then "
                 "remove it"
               : "it is no state file of Warpline, and is left as it is");
  struct stat status {};
  if (fstat(file_, &status) != 0) fail(last_error().message());
  if (static_cast<std::uint64_t>(status.st_size) < offset_of(header_.segment_count))
    fail("it is cut short: " + std::to_string(status.st_size) + " bytes; expected " +
         std::to_string(offset_of(header_.segment_count)));
  for (std::uint32_t segment = 0; segment < header_.segment_count; ++segment) {
    if (header_.segments[segment] == StateSegment::kRecords) {
      record_segments_.push_back(segment);
      read_records(segment);
    } else if (header_.segments[segment] == StateSegment::kWindows) {
      window_segments_.push_back(segment);
      mappings_.push_back(std::make_unique<Mapping>(file_, offset_of(segment)));
      if (!mappings_.back()->good()) fail(last_error().message());
      // A hole, as copies may have, would kill the program on a full disk.
      posix_fallocate(file_, static_cast<off_t>(offset_of(segment)), kStateSegmentBytes);
    } else {
      fail("it is damaged: segment " + std::to_string(segment) + " is of no known kind");
    }
  }
  claim_windows();
}

void StateFile::read_records(std::uint32_t segment) {
  auto const first = records_.size();
  records_.resize(first + kRecordsPerSegment);
  auto const size =
      pread(file_, &records_[first], kStateSegmentBytes, static_cast<off_t>(offset_of(segment)));
  if (size != static_cast<ssize_t>(kStateSegmentBytes)) fail("cannot be read");
  for (auto index = first; index < records_.size(); ++index) {
    auto const& record = records_[index];
    if (record.kind == StateRecord::Kind::kFree && record.checksum == 0) continue;
    if (record.checksum != state_checksum(record) || record.kind > StateRecord::Kind::kInbound) {
      char spi[16];
      std::snprintf(spi, sizeof spi, "0x%08x", record.spi);
      fail("record " + std::to_string(index) + " is damaged (wrong checksum; SPI " + spi +
           " as far as can be read): numbers of its SA are lost. Give the SAs of this file new "
           "keys, "
           "then remove it");
    }
    by_fingerprint_[{record.kind, record.fingerprint}] = static_cast<std::uint32_t>(index);
  }
  for (auto index = records_.size(); index-- > first;)
    if (records_[index].kind == StateRecord::Kind::kFree)
      free_records_.push_back(static_cast<std::uint32_t>(index));
}

/// The units that records use; the others are free.
void StateFile::claim_windows() {
  std::uint64_t const all = std::uint64_t{kUnitsPerSegment} * window_segments_.size();
  std::map<std::uint32_t, std::uint32_t> used;
  for (std::uint32_t index = 0; index < records_.size(); ++index) {
    auto& record = records_[index];
    if (record.units == 0) continue;
    bool const inside = std::uint64_t{record.first_unit} + record.units <= all &&
                        record.first_unit / kUnitsPerSegment ==
                            (record.first_unit + record.units - 1) / kUnitsPerSegment &&
                        record.units == units_for(record.window);
    auto const next = used.lower_bound(record.first_unit);
    bool const apart = (next == used.end() || next->first >= record.first_unit + record.units) &&
                       (next == used.begin() ||
                        std::prev(next)->first + std::prev(next)->second <= record.first_unit);
    if (inside && apart && record.removed == 0)
      used.emplace(record.first_unit, record.units);
    else
      change(index).units = 0;
  }
  for (std::uint32_t segment = 0; segment < window_segments_.size(); ++segment) {
    auto unit = segment * kUnitsPerSegment;
    auto const end = unit + kUnitsPerSegment;
    for (auto next = used.lower_bound(unit); next != used.end() && next->first < end; ++next) {
      if (next->first > unit) free_units_[unit] = next->first - unit;
      unit = std::max(unit, next->first + next->second);
    }
    if (unit < end) free_units_[unit] = end - unit;
  }
}

std::uint64_t StateFile::offset_of(std::uint32_t segment) {
  return kStateHeaders * sizeof(StateHeader) + std::uint64_t{segment} * kStateSegmentBytes;
}

/// Returns when the data is on the disk. It syncs only this range: a sync of the whole file would
/// also write windows, and the next store of a worker to each of their pages would fault.
std::error_code StateFile::store(void const* data, std::size_t size, std::uint64_t offset) {
  auto const* bytes = static_cast<char const*>(data);
  bool flush = false;
  while (size > 0) {
    iovec const piece{const_cast<char*>(bytes), size};
    auto written = flush ? -1 : pwritev2(file_, &piece, 1, static_cast<off_t>(offset), RWF_DSYNC);
    if (written < 0 && (flush || errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)) {
      flush = true;
      written = pwrite(file_, bytes, size, static_cast<off_t>(offset));
    }
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    bytes += written;
    size -= static_cast<std::size_t>(written);
    offset += static_cast<std::uint64_t>(written);
  }
  if (flush && fdatasync(file_) != 0) return last_error();
  return {};
}

// One copy after the other: at any moment one of them is whole.
std::error_code StateFile::write_header() {
  header_.checksum = state_checksum(header_);
  for (std::uint32_t copy = 0; copy < kStateHeaders; ++copy)
    if (auto const error = store(&header_, sizeof header_, copy * sizeof header_)) return error;
  return {};
}

// Written, not only allocated: a mapped page that has no place on a full disk would kill the
// program when a worker stores to it.
void StateFile::append_segment(StateSegment kind) {
  if (header_.segment_count == StateHeader::kMaxSegments)
    fail("it has reached its largest size, 1 GiB; expected a new file (and new keys)");
  auto const segment = header_.segment_count;
  std::vector<char> const zeros(kStateSegmentBytes);
  auto error = store(zeros.data(), zeros.size(), offset_of(segment));
  if (!error && fsync(file_) != 0) error = last_error();
  auto mapping = kind == StateSegment::kWindows && !error
                     ? std::make_unique<Mapping>(file_, offset_of(segment))
                     : nullptr;
  if (mapping && !mapping->good()) error = last_error();
  if (!error) {
    header_.segments[segment] = kind;
    header_.segment_count = segment + 1;
    error = write_header();
    if (error) header_.segment_count = segment;
  }
  if (error) fail("it cannot grow: " + error.message());
  if (kind == StateSegment::kRecords) {
    record_segments_.push_back(segment);
    auto const first = static_cast<std::uint32_t>(records_.size());
    records_.resize(first + kRecordsPerSegment);
    for (auto index = first + kRecordsPerSegment; index-- > first;) free_records_.push_back(index);
  } else {
    free_units_[static_cast<std::uint32_t>(window_segments_.size()) * kUnitsPerSegment] =
        kUnitsPerSegment;
    window_segments_.push_back(segment);
    mappings_.push_back(std::move(mapping));
  }
}

Fingerprint StateFile::fingerprint(std::span<std::uint8_t const> identity) const {
  auto const key = make_hmac_key<Sha256>(header_.secret.data(),
                                         static_cast<std::uint32_t>(header_.secret.size()));
  auto const digest =
      hmac<Sha256>(key, identity.data(), static_cast<std::uint32_t>(identity.size()));
  Fingerprint fingerprint;
  for (unsigned i = 0; i < 4; ++i) store_be32(&fingerprint[4 * i], digest.words[i]);
  return fingerprint;
}

std::optional<std::uint32_t> StateFile::find(StateRecord::Kind kind,
                                             Fingerprint const& fingerprint) const {
  auto const entry = by_fingerprint_.find({kind, fingerprint});
  return entry != by_fingerprint_.end() ? std::optional(entry->second) : std::nullopt;
}

std::uint32_t StateFile::add(StateRecord const& record) {
  if (free_records_.empty() && !reuse_records()) append_segment(StateSegment::kRecords);
  auto const index = free_records_.back();
  free_records_.pop_back();
  change(index) = record;
  by_fingerprint_[{record.kind, record.fingerprint}] = index;
  return index;
}

/// Frees records of SAs that were removed long ago; returns whether there were any.
bool StateFile::reuse_records() {
  auto const now = minutes_now();
  constexpr auto kMinutes = std::chrono::minutes(kKeepRemoved).count();
  for (std::uint32_t index = 0; index < records_.size(); ++index) {
    auto const& record = records_[index];
    if (record.kind == StateRecord::Kind::kFree || record.removed == 0 || users_.contains(index) ||
        std::int64_t{now} - record.removed_at < kMinutes)
      continue;
    by_fingerprint_.erase({record.kind, record.fingerprint});
    change(index) = StateRecord{};
    free_records_.push_back(index);
  }
  return !free_records_.empty();
}

void StateFile::drop_holder(std::uint32_t index) {
  auto const users = users_.find(index);
  if (users != users_.end() && --users->second.holders == 0) users_.erase(users);
}

StateRecord& StateFile::change(std::uint32_t index) {
  changed_.insert(index);
  return records_[index];
}

void StateFile::allocate_window(std::uint32_t index, std::uint32_t size) {
  auto const units = units_for(size);
  auto const fits = [units](auto const& run) { return run.second >= units; };
  auto run = std::find_if(free_units_.begin(), free_units_.end(), fits);
  if (run == free_units_.end()) {
    append_segment(StateSegment::kWindows);
    run = std::find_if(free_units_.begin(), free_units_.end(), fits);
  }
  free_window(index);
  auto& record = change(index);
  auto const [first, count] = *run;
  free_units_.erase(run);
  if (count > units) free_units_[first + units] = count - units;
  record.first_unit = first;
  record.units = units;
  record.window = static_cast<std::uint16_t>(size);
  std::fill_n(window(index), ReplayWindow::ring_words(size), std::uint64_t{0});
}

void StateFile::free_window(std::uint32_t index) {
  if (records_[index].units == 0) return;
  auto& record = change(index);
  leaving_units_.push_back({record.first_unit, record.units});
  record.units = 0;
}

void StateFile::free_units(StateUnits units) {
  if (units.count != 0) leaving_units_.push_back(units);
}

/// Merges the run with its free neighbours in the segment.
void StateFile::join_free(StateUnits units) {
  auto const first = units.first;
  auto count = units.count;
  auto const next = free_units_.find(first + count);
  if (next != free_units_.end() && next->first % kUnitsPerSegment != 0) {
    count += next->second;
    free_units_.erase(next);
  }
  auto const after = free_units_.lower_bound(first);
  if (after != free_units_.begin() && first % kUnitsPerSegment != 0) {
    auto const before = std::prev(after);
    if (before->first + before->second == first) {
      before->second += count;
      return;
    }
  }
  free_units_[first] = count;
}

ReplayWindow::Word* StateFile::window(std::uint32_t index) const {
  auto const& record = records_[index];
  auto* const memory = mappings_[record.first_unit / kUnitsPerSegment]->memory;
  auto const offset = std::size_t{record.first_unit % kUnitsPerSegment} * kStateUnit;
  return reinterpret_cast<ReplayWindow::Word*>(static_cast<char*>(memory) + offset);
}

std::error_code StateFile::write() {
  while (!changed_.empty()) {
    auto const segment = *changed_.begin() / kRecordsPerSegment;
    auto const end = changed_.lower_bound((segment + 1) * kRecordsPerSegment);
    for (auto record = changed_.begin(); record != end; ++record)
      records_[*record].checksum = state_checksum(records_[*record]);
    auto const first = *changed_.begin(), last = *std::prev(end);
    auto const offset = offset_of(record_segments_[segment]) +
                        std::uint64_t{first % kRecordsPerSegment} * sizeof(StateRecord);
    if (auto const error =
            store(&records_[first], (last - first + 1) * sizeof(StateRecord), offset))
      return error;
    changed_.erase(changed_.begin(), end);
  }
  for (auto const& units : std::exchange(leaving_units_, {})) join_free(units);
  return {};
}

std::error_code StateFile::finish() {
  if (auto const error = write()) return error;
  for (auto const& mapping : mappings_)
    if (msync(mapping->memory, kStateSegmentBytes, MS_SYNC) != 0) return last_error();
  if (fdatasync(file_) != 0) return last_error();
  header_.clean = 1;
  return write_header();
}

}  // namespace warpline::ipsec
