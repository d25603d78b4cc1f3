#include "common/neuroh5/types_io.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/names.h"

namespace miv::neuroh5 {
namespace {

constexpr std::uint64_t kGidEnd = std::uint64_t{1} << 32;
constexpr std::uint64_t kMaxRows = std::uint64_t{1} << 24;

std::string TypesPath(absl::string_view name) {
  return absl::StrCat("/", kTypesGroup, "/", name);
}

absl::Status Damaged(const Handle& file, absl::string_view name,
                     std::string what, std::string expected = "",
                     std::string found = "") {
  Fault fault;
  fault.what = std::move(what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy = "Write /H5Types anew, or copy it from a sound file.";
  return ObjectError(absl::StatusCode::kDataLoss, file, TypesPath(name), fault);
}

// An integer of at most eight bytes as it is stored.  (HDF5's conversion of a
// compound costs more than all else that opening a file needs.)
std::uint64_t Unsigned(const unsigned char* bytes, const Handle& type) {
  const std::size_t size = H5Tget_size(type.id());
  const bool big_endian = H5Tget_order(type.id()) == H5T_ORDER_BE;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value = value << 8 | bytes[big_endian ? i : size - 1 - i];
  return value;
}

// Label of each enum value.
absl::StatusOr<std::map<std::uint64_t, std::string>> ReadLabels(
    const Handle& file) {
  const std::string path = TypesPath(kPopulationLabels);
  if (!Exists(file, path))
    return Damaged(file, kPopulationLabels, "the population labels are missing",
                   "a committed enum type");
  const Handle type(H5Topen2(file.id(), path.c_str(), H5P_DEFAULT));
  if (!type.valid() || H5Tget_class(type.id()) != H5T_ENUM)
    return Damaged(file, kPopulationLabels,
                   "the population labels are not an enum type");
  const int count = H5Tget_nmembers(type.id());
  if (H5Tget_size(type.id()) > sizeof(std::uint64_t) || count < 0)
    return Damaged(file, kPopulationLabels, "the population labels are broken");
  std::map<std::uint64_t, std::string> labels;
  for (int i = 0; i < count; ++i) {
    unsigned char bytes[sizeof(std::uint64_t)] = {};
    char* name = H5Tget_member_name(type.id(), static_cast<unsigned>(i));
    H5Tget_member_value(type.id(), static_cast<unsigned>(i), bytes);
    if (name != nullptr) labels[Unsigned(bytes, type)] = name;
    H5free_memory(name);
  }
  return labels;
}

// Rows of a compound dataset as unsigned integers, `width` members each.
using Rows = std::vector<std::vector<std::uint64_t>>;
absl::StatusOr<Rows> ReadCompound(const Handle& file, absl::string_view name,
                                  int width) {
  MIV_ASSIGN_OR_RETURN(const Handle dataset,
                       OpenDataset(file, TypesPath(name)));
  const Handle type(H5Dget_type(dataset.id()));
  if (!type.valid() || H5Tget_class(type.id()) != H5T_COMPOUND ||
      H5Tget_nmembers(type.id()) != width)
    return Damaged(file, name, "the rows have an unusable type",
                   absl::StrCat("a compound of ", width, " integers"));
  for (int m = 0; m < width; ++m) {
    const Handle member(H5Tget_member_type(type.id(), m));
    const H5T_class_t kind = H5Tget_class(member.id());
    if ((kind != H5T_INTEGER && kind != H5T_ENUM) ||
        H5Tget_size(member.id()) > sizeof(std::uint64_t))
      return Damaged(file, name, "the rows have an unusable type",
                     "integer members", absl::StrCat("member ", m));
  }
  MIV_ASSIGN_OR_RETURN(const Shape shape, ShapeOf(dataset));
  if (shape.columns != 0 || shape.rows > kMaxRows)
    return Damaged(file, name, "the dataset has an unusable shape",
                   "one row per entry");
  const std::size_t size = H5Tget_size(type.id());
  std::vector<unsigned char> bytes(shape.rows * size);
  if (shape.rows > 0 && H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL,
                                H5P_DEFAULT, bytes.data()) < 0)
    return Hdf5Error(absl::StatusCode::kDataLoss, file, TypesPath(name),
                     "the rows cannot be read");
  Rows rows(shape.rows, std::vector<std::uint64_t>(width));
  for (int m = 0; m < width; ++m) {
    const Handle member(H5Tget_member_type(type.id(), m));
    const std::size_t offset = H5Tget_member_offset(type.id(), m);
    for (std::size_t r = 0; r < rows.size(); ++r)
      rows[r][m] = Unsigned(bytes.data() + r * size + offset, member);
  }
  return rows;
}

absl::StatusOr<std::string> LabelOf(
    const Handle& file, absl::string_view dataset,
    const std::map<std::uint64_t, std::string>& labels, std::uint64_t value) {
  const auto it = labels.find(value);
  if (it != labels.end()) return it->second;
  return Damaged(file, dataset, "a row names a population without a label",
                 "a value of 'Population labels'", absl::StrCat(value));
}

absl::StatusOr<Population> ToPopulation(
    const Handle& file, const std::map<std::uint64_t, std::string>& labels,
    const std::vector<std::uint64_t>& row) {
  Population p;
  MIV_ASSIGN_OR_RETURN(p.name, LabelOf(file, kPopulations, labels, row[2]));
  if (row[0] > kGidEnd || row[1] > kGidEnd - row[0] || row[1] >= kGidEnd ||
      row[2] > 0xffff)
    return Damaged(
        file, kPopulations,
        absl::StrCat("the gids of population ", p.name, " do not fit 32 bits"),
        "Start + Count of at most 2^32", absl::StrCat(row[0], " + ", row[1]));
  p.start = row[0];
  p.count = static_cast<std::uint32_t>(row[1]);
  p.index = static_cast<std::uint16_t>(row[2]);
  return p;
}

// Types in memory for writing, equal to the file's.
Handle LabelsType(const Types& types) {
  Handle type(H5Tenum_create(H5T_STD_U16LE));
  for (const Population& p : types.populations)
    H5Tenum_insert(type.id(), p.name.c_str(), &p.index);
  return type;
}

Handle RangeType(const Handle& labels) {
  Handle type(H5Tcreate(H5T_COMPOUND, 14));
  H5Tinsert(type.id(), kStart, 0, H5T_STD_U64LE);
  H5Tinsert(type.id(), kCount, 8, H5T_STD_U32LE);
  H5Tinsert(type.id(), kPopulation, 12, labels.id());
  return type;
}

Handle PairType(const Handle& labels) {
  Handle type(H5Tcreate(H5T_COMPOUND, 4));
  H5Tinsert(type.id(), kSource, 0, labels.id());
  H5Tinsert(type.id(), kDestination, 2, labels.id());
  return type;
}

template <typename T>
void Append(T value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

std::string RangeRows(const Types& types) {
  std::string rows;
  for (const Population& p : types.populations) {
    Append(p.start, &rows);
    Append(p.count, &rows);
    Append(p.index, &rows);
  }
  return rows;
}

std::string PairRows(const Types& types) {
  std::string rows;
  for (const ProjectionName& p : types.valid_projections) {
    Append(types.Find(p.source)->index, &rows);
    Append(types.Find(p.destination)->index, &rows);
  }
  return rows;
}

absl::Status Commit(const Handle& file, absl::string_view name,
                    const Handle& type) {
  const Handle copy(H5Tcopy(type.id()));
  if (H5Tcommit2(file.id(), TypesPath(name).c_str(), copy.id(), H5P_DEFAULT,
                 TypeCreation().id(), H5P_DEFAULT) >= 0)
    return absl::OkStatus();
  return Hdf5Error(absl::StatusCode::kUnavailable, file, TypesPath(name),
                   "the type cannot be written");
}

// A dataset of fixed length in one chunk.  Rank 0 writes the rows.
absl::Status WriteTable(const FileAccess& access, const Handle& file,
                        absl::string_view name, const Handle& type,
                        const std::string& rows) {
  const hsize_t count = rows.size() / H5Tget_size(type.id());
  const hsize_t chunk = std::max<hsize_t>(1, count);
  const hsize_t most = count == 0 ? H5S_UNLIMITED : count;
  const Handle space(H5Screate_simple(1, &count, &most));
  const Handle layout = DatasetCreation();
  H5Pset_chunk(layout.id(), 1, &chunk);
  H5Pset_alloc_time(layout.id(), H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(layout.id(), H5D_FILL_TIME_NEVER);
  const Handle dataset(H5Dcreate2(file.id(), TypesPath(name).c_str(), type.id(),
                                  space.id(), H5P_DEFAULT, layout.id(),
                                  H5P_DEFAULT));
  const hid_t transfer =
      access.transfer.valid() ? access.transfer.id() : H5P_DEFAULT;
  if (dataset.valid() && (count == 0 || access.team->rank() != 0 ||
                          H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL,
                                   transfer, rows.data()) >= 0))
    return absl::OkStatus();
  return Hdf5Error(absl::StatusCode::kUnavailable, file, TypesPath(name),
                   "the rows cannot be written");
}

}  // namespace

absl::StatusOr<Types> ReadTypes(const Handle& file) {
  MIV_RETURN_IF_ERROR(OpenGroup(file, absl::StrCat("/", kTypesGroup)).status());
  MIV_ASSIGN_OR_RETURN(const auto labels, ReadLabels(file));
  MIV_ASSIGN_OR_RETURN(const Rows rows, ReadCompound(file, kPopulations, 3));
  if (rows.empty())
    return Damaged(file, kPopulations, "there is no population");
  Types types;
  for (const auto& row : rows) {
    MIV_ASSIGN_OR_RETURN(Population p, ToPopulation(file, labels, row));
    types.populations.push_back(std::move(p));
  }
  std::sort(types.populations.begin(), types.populations.end(),
            [](const Population& a, const Population& b) {
              return a.index < b.index;
            });
  if (!Exists(file, TypesPath(kValidProjections))) return types;
  MIV_ASSIGN_OR_RETURN(const Rows pairs,
                       ReadCompound(file, kValidProjections, 2));
  for (const auto& pair : pairs) {
    ProjectionName name;
    MIV_ASSIGN_OR_RETURN(name.source,
                         LabelOf(file, kValidProjections, labels, pair[0]));
    MIV_ASSIGN_OR_RETURN(name.destination,
                         LabelOf(file, kValidProjections, labels, pair[1]));
    types.valid_projections.push_back(std::move(name));
  }
  return types;
}

absl::Status WriteTypes(const FileAccess& access, const Handle& file,
                        const Types& types) {
  MIV_RETURN_IF_ERROR(
      CreateGroup(file, absl::StrCat("/", kTypesGroup)).status());
  const Handle labels = LabelsType(types);
  const Handle ranges = RangeType(labels);
  const Handle pairs = PairType(labels);
  MIV_RETURN_IF_ERROR(Commit(file, kPopulationLabels, labels));
  MIV_RETURN_IF_ERROR(Commit(file, kPopulationProjections, pairs));
  MIV_RETURN_IF_ERROR(Commit(file, kPopulationRange, ranges));
  MIV_RETURN_IF_ERROR(
      WriteTable(access, file, kPopulations, ranges, RangeRows(types)));
  return WriteTable(access, file, kValidProjections, pairs, PairRows(types));
}

bool HasNativeRows(const Handle& file) {
  const absl::StatusOr<Handle> dataset =
      OpenDataset(file, TypesPath(kPopulations));
  if (!dataset.ok()) return false;
  const Handle type(H5Dget_type(dataset->id()));
  if (H5Tget_class(type.id()) != H5T_COMPOUND ||
      H5Tget_nmembers(type.id()) != 3)
    return false;
  const std::size_t sizes[] = {8, 4, 2};
  for (int m = 0; m < 3; ++m) {
    const Handle member(H5Tget_member_type(type.id(), m));
    if (H5Tget_size(member.id()) != sizes[m]) return false;
  }
  return true;
}

}  // namespace miv::neuroh5
