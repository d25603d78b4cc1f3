#include "worker/simulate/checkpoint/checkpoint_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/canonical_json.h"
#include "common/base/digest.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/fnv.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"

namespace miv::simulate {
namespace {

using nlohmann::json;

constexpr absl::string_view kMagic = "MIVCKPT1";
constexpr std::size_t kHeadBytes = 24;
constexpr std::size_t kDigestBytes = 71;  // "sha256:" and 64 digits
constexpr std::uint64_t kLargestHeader = 16u << 20;
constexpr std::uint64_t kLargestCellCount = 1u << 28;

struct IndexEntry {
  std::uint64_t gid = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t checksum = 0;
};

json ToJson(const CheckpointHeader& header) {
  return {{"t", header.t_ms},
          {"step", header.step},
          {"dt", header.dt_ms},
          {"secondorder", header.secondorder},
          {"neuron", header.neuron},
          {"run", header.run_digest},
          {"mechanisms", header.mechanisms},
          {"ties", header.ties},
          {"unequal_ties", header.unequal_ties}};
}

absl::Status Damaged(absl::string_view label, std::string what) {
  Fault fault;
  fault.reason = "CHECKPOINT_DAMAGED";
  fault.file = std::string(label);
  fault.what = std::move(what);
  return MakeStatus(absl::StatusCode::kDataLoss, fault);
}

bool IsNumber(const json& record, const char* name) {
  return record.contains(name) && record[name].is_number() &&
         std::isfinite(record[name].get<double>());
}

absl::StatusOr<CheckpointHeader> HeaderFromJson(absl::string_view text,
                                                absl::string_view label) {
  const json record = json::parse(text, nullptr, false);
  const auto bad = [label] {
    return Damaged(label, "the header is not one of a checkpoint");
  };
  if (!record.is_object()) return bad();
  for (const char* name :
       {"t", "step", "dt", "secondorder", "ties", "unequal_ties"}) {
    if (!IsNumber(record, name)) return bad();
  }
  for (const char* name : {"neuron", "run"}) {
    if (!record.contains(name) || !record[name].is_string()) return bad();
  }
  if (!record.contains("mechanisms") || !record["mechanisms"].is_array()) {
    return bad();
  }
  CheckpointHeader header;
  for (const json& name : record["mechanisms"]) {
    if (!name.is_string()) return bad();
    header.mechanisms.push_back(name.get<std::string>());
  }
  header.t_ms = record["t"].get<double>();
  header.step = record["step"].get<std::int64_t>();
  header.dt_ms = record["dt"].get<double>();
  header.secondorder = record["secondorder"].get<int>();
  header.neuron = record["neuron"].get<std::string>();
  header.run_digest = record["run"].get<std::string>();
  header.ties = record["ties"].get<std::int64_t>();
  header.unequal_ties = record["unequal_ties"].get<std::int64_t>();
  if (header.t_ms < 0 || header.step < 0 || header.dt_ms <= 0) return bad();
  return header;
}

std::string HeadOf(const std::string& header,
                   const std::vector<IndexEntry>& index) {
  std::string head(kMagic);
  const std::uint64_t sizes[] = {header.size(), index.size()};
  head.append(reinterpret_cast<const char*>(sizes), sizeof sizes);
  head += header;
  head.append(reinterpret_cast<const char*>(index.data()),
              index.size() * sizeof(IndexEntry));
  head += DigestOf(head);
  return head;
}

/// Collective: the cells of all ranks by gid, each with its place in the file.
std::vector<IndexEntry> MakeIndex(parallel::Ranks& ranks,
                                  absl::Span<const CheckpointCell> cells,
                                  std::size_t header_size) {
  std::vector<IndexEntry> own;
  for (const CheckpointCell& cell : cells) {
    own.push_back({cell.gid, 0, cell.bytes.size(), Fnv1a64(cell.bytes)});
  }
  std::vector<IndexEntry> all =
      parallel::AllGatherValues(ranks, absl::MakeConstSpan(own));
  std::sort(
      all.begin(), all.end(),
      [](const IndexEntry& a, const IndexEntry& b) { return a.gid < b.gid; });
  std::uint64_t at =
      kHeadBytes + header_size + all.size() * sizeof(IndexEntry) + kDigestBytes;
  for (IndexEntry& entry : all) {
    entry.offset = at;
    at += entry.length;
  }
  return all;
}

absl::Status SystemError(const std::string& path) {
  return absl::UnavailableError(absl::StrCat(path, ": ", std::strerror(errno)));
}

absl::Status WriteAt(int fd, const std::string& path, absl::string_view bytes,
                     std::uint64_t offset) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(fd, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return SystemError(path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadAt(int fd, absl::string_view label,
                                   std::uint64_t offset, std::uint64_t length) {
  std::string bytes(length, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t got = ::pread(fd, bytes.data() + done, bytes.size() - done,
                                static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return Damaged(label, "the file is cut off");
    done += static_cast<std::size_t>(got);
  }
  return bytes;
}

/// What precedes the cells.
struct Head {
  std::string header;
  std::vector<IndexEntry> index;
};

absl::StatusOr<Head> ReadHead(int fd, absl::string_view label,
                              std::uint64_t file_size) {
  MIV_ASSIGN_OR_RETURN(const std::string start,
                       ReadAt(fd, label, 0, kHeadBytes));
  if (!absl::StartsWith(start, kMagic)) {
    return Damaged(label, "the file is no checkpoint");
  }
  std::uint64_t sizes[2];
  std::memcpy(sizes, start.data() + kMagic.size(), sizeof sizes);
  if (sizes[0] > kLargestHeader || sizes[1] > kLargestCellCount) {
    return Damaged(label, "the header is too long");
  }
  const std::uint64_t checked = sizes[0] + sizes[1] * sizeof(IndexEntry);
  if (file_size < kHeadBytes + checked + kDigestBytes) {
    return Damaged(label, "the file is cut off");
  }
  MIV_ASSIGN_OR_RETURN(const std::string rest,
                       ReadAt(fd, label, kHeadBytes, checked + kDigestBytes));
  const absl::string_view content(rest.data(), checked);
  if (DigestOf(absl::StrCat(start, content)) != rest.substr(checked)) {
    return Damaged(label, "the checksum of the header is wrong");
  }
  Head head;
  head.header = std::string(content.substr(0, sizes[0]));
  head.index.resize(sizes[1]);
  std::memcpy(head.index.data(), content.data() + sizes[0],
              sizes[1] * sizeof(IndexEntry));
  return head;
}

/// This rank's cells, and on rank 0 all that precedes them.
absl::Status WriteOwn(const std::string& path, bool root,
                      const std::string& head,
                      absl::Span<const CheckpointCell> cells,
                      const std::vector<IndexEntry>& index) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return SystemError(path);
  const absl::Cleanup close = [fd] { ::close(fd); };
  if (root) MIV_RETURN_IF_ERROR(WriteAt(fd, path, head, 0));
  for (const CheckpointCell& cell : cells) {
    const auto entry = std::lower_bound(
        index.begin(), index.end(), cell.gid,
        [](const IndexEntry& a, std::uint64_t gid) { return a.gid < gid; });
    MIV_RETURN_IF_ERROR(WriteAt(fd, path, cell.bytes, entry->offset));
  }
  return ::fsync(fd) == 0 ? absl::OkStatus() : SystemError(path);
}

absl::Status Create(const std::string& path) {
  const int fd =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (fd < 0) return SystemError(path);
  ::close(fd);
  return absl::OkStatus();
}

absl::Status MoveIntoPlace(const std::string& partial,
                           const std::string& path) {
  if (::rename(partial.c_str(), path.c_str()) != 0) return SystemError(path);
  return SyncDirectory(path.substr(0, path.rfind('/')));
}

}  // namespace

std::string RunDigest(json config, std::int64_t seed) {
  for (const char* key :
       {"cells", "connections", "templates", "mechanisms", "ranks", "nodes",
        "io_size", "debug", "checkpoint_interval", "resume"}) {
    config.erase(key);
  }
  return DigestOf(
      CanonicalJson(json{{"config", std::move(config)}, {"seed", seed}}));
}

absl::Status WriteCheckpoint(parallel::Ranks& ranks, const std::string& path,
                             const CheckpointHeader& header,
                             absl::Span<const CheckpointCell> cells) {
  std::string text = ranks.is_root() ? ToJson(header).dump() : "";
  ranks.Broadcast(&text);
  const std::vector<IndexEntry> index = MakeIndex(ranks, cells, text.size());
  const std::string partial = path + ".partial";
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(ranks.is_root() ? Create(partial)
                                                          : absl::OkStatus()));
  const std::string head = ranks.is_root() ? HeadOf(text, index) : "";
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(
      WriteOwn(partial, ranks.is_root(), head, cells, index)));
  return ranks.AgreeOnStatus(ranks.is_root() ? MoveIntoPlace(partial, path)
                                             : absl::OkStatus());
}

absl::StatusOr<CheckpointFile> CheckpointFile::Open(const std::string& path,
                                                    absl::string_view label) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return absl::NotFoundError(absl::StrCat(label, ": ", std::strerror(errno)));
  }
  const absl::Cleanup close = [fd] { ::close(fd); };
  struct stat info;
  if (::fstat(fd, &info) != 0) return SystemError(path);
  const auto file_size = static_cast<std::uint64_t>(info.st_size);
  MIV_ASSIGN_OR_RETURN(const Head head, ReadHead(fd, label, file_size));
  CheckpointFile file;
  file.path_ = path;
  file.label_ = std::string(label);
  MIV_ASSIGN_OR_RETURN(file.header_, HeaderFromJson(head.header, label));
  for (const IndexEntry& entry : head.index) {
    if (entry.offset > file_size || entry.length > file_size - entry.offset) {
      return Damaged(label, "the file is cut off");
    }
    file.cells_[static_cast<std::uint32_t>(entry.gid)] = {
        entry.offset, entry.length, entry.checksum};
  }
  return file;
}

absl::StatusOr<std::string> CheckpointFile::Cell(std::uint32_t gid) const {
  const auto place = cells_.find(gid);
  if (place == cells_.end()) {
    return absl::NotFoundError(
        absl::StrCat(label_, " has no cell with gid ", gid));
  }
  const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return SystemError(path_);
  const absl::Cleanup close = [fd] { ::close(fd); };
  MIV_ASSIGN_OR_RETURN(
      std::string bytes,
      ReadAt(fd, label_, place->second.offset, place->second.length));
  if (Fnv1a64(bytes) != place->second.checksum) {
    return Damaged(label_,
                   absl::StrCat("the checksum of gid ", gid, " is wrong"));
  }
  return bytes;
}

}  // namespace miv::simulate
