#include "worker/simulate/gid_table.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/parallel/exchange.h"

namespace miv::simulate {
namespace {

absl::Status CannotWrite(const std::string& path) {
  return absl::UnavailableError(absl::StrCat("cannot write ", path));
}

}  // namespace

GidTable::GidTable(parallel::Ranks& ranks, std::string path)
    : ranks_(&ranks), path_(std::move(path)) {}

std::string GidTable::PartOfRank(int rank) const {
  return absl::StrCat(path_, ".part", rank);
}

absl::StatusOr<GidTable> GidTable::Create(parallel::Ranks& ranks,
                                          const std::string& path) {
  GidTable table(ranks, path);
  table.part_.open(table.PartOfRank(ranks.rank()),
                   std::ios::binary | std::ios::trunc);
  if (!table.part_) return CannotWrite(table.PartOfRank(ranks.rank()));
  return table;
}

absl::Status GidTable::Append(std::uint32_t gid, absl::string_view lines) {
  part_.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  if (!part_) return CannotWrite(PartOfRank(ranks_->rank()));
  entries_.push_back({gid, ranks_->rank(), size_, lines.size()});
  size_ += lines.size();
  return absl::OkStatus();
}

absl::Status GidTable::Join(const std::vector<Entry>& entries,
                            absl::string_view header) const {
  std::vector<std::ifstream> parts;
  for (int rank = 0; rank < ranks_->size(); ++rank) {
    parts.emplace_back(PartOfRank(rank), std::ios::binary);
  }
  std::ofstream out(path_, std::ios::binary | std::ios::trunc);
  out << header << '\n';
  std::string lines;
  for (const Entry& entry : entries) {
    lines.resize(entry.size);
    std::ifstream& part = parts[entry.rank];
    part.seekg(static_cast<std::streamoff>(entry.offset));
    part.read(lines.data(), static_cast<std::streamsize>(lines.size()));
    if (!part) {
      return absl::UnavailableError(
          absl::StrCat("cannot read ", PartOfRank(entry.rank)));
    }
    out << lines;
  }
  out.close();
  return out ? absl::OkStatus() : CannotWrite(path_);
}

absl::Status GidTable::Finish(absl::string_view header) {
  part_.close();
  const absl::Status closed =
      part_ ? absl::OkStatus() : CannotWrite(PartOfRank(ranks_->rank()));
  MIV_RETURN_IF_ERROR(ranks_->AgreeOnStatus(closed));
  std::vector<Entry> all =
      parallel::GatherValuesToRoot(*ranks_, absl::MakeConstSpan(entries_));
  std::stable_sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) {
    return a.gid < b.gid;
  });
  absl::Status joined;
  if (ranks_->is_root()) joined = Join(all, header);
  MIV_RETURN_IF_ERROR(ranks_->AgreeOnStatus(joined));
  return RemoveTree(PartOfRank(ranks_->rank()));
}

}  // namespace miv::simulate
