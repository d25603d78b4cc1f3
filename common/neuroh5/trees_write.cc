#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/collective.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/trees.h"

namespace miv::neuroh5 {
namespace {

/// Elements of one attribute that are gathered before they are written.
constexpr std::size_t kBufferElements = std::size_t{1} << 20;

// Attributes whose values have one pointer.  `owner` is the dataset that holds
// the pointer; the others are hard links to it.
struct Family {
  absl::string_view attribute;  ///< attribute group of the owner
  absl::string_view dataset;    ///< name of the owner in it
  std::vector<absl::string_view> members;
};
const std::vector<Family>& Families() {
  static const auto* families = new std::vector<Family>{
      {kXCoordinate,
       kAttributePointer,
       {kParentPoint, kPointLayer, kRadius, kSwcType, kYCoordinate,
        kZCoordinate}},
      {kSection, kSectionPointer, {kSection}},
      {kSourceSection, kSectionPointer, {kDestinationSection, kSourceSection}}};
  return *families;
}

class TreeWriter {
 public:
  TreeWriter(Writer& writer, const Population& population,
             absl::Span<const std::uint32_t> shape_of,
             absl::Span<const Tree> shapes, const WriteMonitor& monitor)
      : access_(writer.access()),
        file_(writer.file()),
        root_(CellPath(population.name, kTrees)),
        shape_of_(shape_of),
        shapes_(shapes),
        monitor_(monitor) {
    for (const Tree& shape : shapes)
      sections_.push_back(FlattenSections(shape));
  }

  absl::Status Write(const CellBlock& block) {
    MIV_RETURN_IF_ERROR(WriteIndex(block));
    MIV_RETURN_IF_ERROR(WriteColumns());
    MIV_RETURN_IF_ERROR(WritePointers(block.rows));
    return LinkAll();
  }

 private:
  std::string Path(absl::string_view attribute,
                   absl::string_view dataset = "") const {
    std::string path = absl::StrCat(root_, "/", attribute);
    if (!dataset.empty()) absl::StrAppend(&path, "/", dataset);
    return path;
  }

  absl::Status WriteIndex(const CellBlock& block) {
    MIV_RETURN_IF_ERROR(MakeGroup(access_, file_, root_));
    MIV_ASSIGN_OR_RETURN(
        const Handle index,
        MakeDataset(access_, file_, Path(kCellIndex), Element::kU32,
                    block.rows.total, kTreeIndexChunk));
    return access_.team->Agree(WriteRows(access_, index, block.rows.before,
                                         absl::MakeConstSpan(block.relative)));
  }

  // Creates an attribute and streams the values of this rank's cells to it;
  // of(shape) gives the values of one.
  template <typename T, typename F>
  absl::Status WriteColumn(absl::string_view attribute, F of) {
    std::uint64_t count = 0;
    for (const std::uint32_t shape : shape_of_) count += of(shape).size();
    const Scan rows = ScanOf(*access_.team, count);
    MIV_RETURN_IF_ERROR(MakeGroup(access_, file_, Path(attribute)));
    MIV_ASSIGN_OR_RETURN(
        const Handle dataset,
        MakeDataset(access_, file_, Path(attribute, kAttributeValue),
                    ElementFor<T>(), rows.total));
    return access_.team->Agree(StreamColumn<T>(dataset, rows.before, of));
  }

  template <typename T, typename F>
  absl::Status StreamColumn(const Handle& dataset, std::uint64_t row, F of) {
    std::vector<T> buffer;
    const auto flush = [&] {
      absl::Status status =
          WriteRows(access_, dataset, row, absl::MakeConstSpan(buffer));
      row += buffer.size();
      if (status.ok() && monitor_) status = monitor_(buffer.size() * sizeof(T));
      buffer.clear();
      return status;
    };
    for (const std::uint32_t shape : shape_of_) {
      const std::vector<T>& values = of(shape);
      buffer.insert(buffer.end(), values.begin(), values.end());
      if (buffer.size() >= kBufferElements) MIV_RETURN_IF_ERROR(flush());
    }
    return flush();
  }

  template <typename T>
  absl::Status WriteColumn(absl::string_view attribute,
                           std::vector<T> Tree::*values) {
    return WriteColumn<T>(
        attribute,
        [this, values](std::uint32_t shape) -> const std::vector<T>& {
          return shapes_[shape].*values;
        });
  }

  absl::Status WriteColumns() {
    MIV_RETURN_IF_ERROR(WriteColumn(kDestinationSection, &Tree::dst));
    MIV_RETURN_IF_ERROR(WriteColumn(kParentPoint, &Tree::parent));
    MIV_RETURN_IF_ERROR(WriteColumn(kPointLayer, &Tree::layer));
    MIV_RETURN_IF_ERROR(WriteColumn(kRadius, &Tree::radius));
    MIV_RETURN_IF_ERROR(WriteColumn(kSwcType, &Tree::swc_type));
    MIV_RETURN_IF_ERROR(WriteColumn<std::uint16_t>(
        kSection,
        [this](std::uint32_t shape) -> const std::vector<std::uint16_t>& {
          return sections_[shape];
        }));
    MIV_RETURN_IF_ERROR(WriteColumn(kSourceSection, &Tree::src));
    MIV_RETURN_IF_ERROR(WriteColumn(kXCoordinate, &Tree::x));
    MIV_RETURN_IF_ERROR(WriteColumn(kYCoordinate, &Tree::y));
    return WriteColumn(kZCoordinate, &Tree::z);
  }

  std::uint64_t LengthOf(const Family& family, std::uint32_t shape) const {
    if (family.attribute == kSection) return sections_[shape].size();
    if (family.attribute == kSourceSection) return shapes_[shape].src.size();
    return shapes_[shape].points();
  }

  absl::Status WritePointers(Scan rows) {
    for (const Family& family : Families()) {
      MIV_ASSIGN_OR_RETURN(
          const Handle pointer,
          MakeDataset(access_, file_, Path(family.attribute, family.dataset),
                      Element::kU64, rows.total + 1));
      std::vector<std::uint64_t> counts;
      for (const std::uint32_t shape : shape_of_)
        counts.push_back(LengthOf(family, shape));
      const std::vector<std::uint64_t> offsets = OffsetsOf(counts);
      const Scan values = ScanOf(*access_.team, offsets.back());
      MIV_RETURN_IF_ERROR(access_.team->Agree(
          WritePointer(access_, pointer, rows, values, offsets)));
    }
    return absl::OkStatus();
  }

  absl::Status Link(const std::string& from, const std::string& to) {
    absl::Status status;
    if (H5Lcreate_hard(file_.id(), from.c_str(), file_.id(), to.c_str(),
                       H5P_DEFAULT, H5P_DEFAULT) < 0)
      status = Hdf5Error(absl::StatusCode::kUnavailable, file_, to,
                         "the link cannot be created");
    return access_.team->Agree(status);
  }

  absl::Status LinkAll() {
    for (const absl::string_view attribute :
         {kDestinationSection, kParentPoint, kPointLayer, kRadius, kSwcType,
          kSection, kSourceSection, kXCoordinate, kYCoordinate, kZCoordinate})
      MIV_RETURN_IF_ERROR(Link(Path(kCellIndex), Path(attribute, kCellIndex)));
    for (const Family& family : Families())
      for (const absl::string_view member : family.members)
        MIV_RETURN_IF_ERROR(Link(Path(family.attribute, family.dataset),
                                 Path(member, kAttributePointer)));
    return absl::OkStatus();
  }

  const FileAccess& access_;
  const Handle& file_;
  const std::string root_;
  absl::Span<const std::uint32_t> shape_of_;
  absl::Span<const Tree> shapes_;
  const WriteMonitor& monitor_;
  std::vector<std::vector<std::uint16_t>> sections_;  ///< flat, of each shape
};

absl::Status Invalid(const Writer& writer, absl::string_view path,
                     Fault fault) {
  return ObjectError(absl::StatusCode::kInvalidArgument, writer.file(), path,
                     std::move(fault));
}

absl::Status CheckShapes(const Writer& writer, const std::string& path,
                         absl::Span<const std::uint32_t> gids,
                         absl::Span<const std::uint32_t> shape_of,
                         absl::Span<const Tree> shapes) {
  for (const Tree& shape : shapes) {
    const absl::Status sound = CheckTree(shape);
    if (!sound.ok()) return Invalid(writer, path, FaultOrMessage(sound));
    if (!shape.src.empty()) continue;
    Fault fault;
    fault.gid = shape.gid;
    fault.what = "the tree has a single section";
    fault.expected = "at least two, or neuroh5 cannot read it back";
    fault.remedy = "Split the section, for example between soma and dendrite.";
    return Invalid(writer, path, fault);
  }
  Fault fault;
  fault.what = "the shapes do not fit the cells";
  fault.expected = absl::StrCat("one of ", shapes.size(),
                                " shapes for each of ", gids.size(), " cells");
  fault.found = absl::StrCat(shape_of.size(), " shape numbers");
  if (shape_of.size() != gids.size()) return Invalid(writer, path, fault);
  for (const std::uint32_t shape : shape_of) {
    if (shape < shapes.size()) continue;
    fault.found = absl::StrCat("shape ", shape);
    return Invalid(writer, path, fault);
  }
  return CheckAbsent(writer.file(), path);
}

}  // namespace

absl::Status WriteTrees(Writer& writer, absl::string_view population,
                        absl::Span<const std::uint32_t> gids,
                        absl::Span<const std::uint32_t> shape_of,
                        absl::Span<const Tree> shapes,
                        const WriteMonitor& monitor) {
  const std::string path = CellPath(population, kTrees);
  Team& team = *writer.access().team;
  const absl::StatusOr<Population> known = writer.types().Get(population);
  MIV_RETURN_IF_ERROR(team.Agree(InFile(known.status(), writer.path())));
  MIV_RETURN_IF_ERROR(
      team.Agree(CheckShapes(writer, path, gids, shape_of, shapes)));
  MIV_ASSIGN_OR_RETURN(
      const CellBlock block,
      PlaceCells(writer.access(), writer.file(), path, *known, gids));
  return TreeWriter(writer, *known, shape_of, shapes, monitor).Write(block);
}

std::uint64_t BytesOf(const Tree& shape) {
  // Per point x, y, z and radius, parent, layer and type; sections; and per
  // connection source and destination.
  return shape.points() * (4 * sizeof(float) + sizeof(shape.parent[0]) +
                           sizeof(shape.layer[0]) + sizeof(shape.swc_type[0])) +
         FlattenSections(shape).size() * sizeof(std::uint16_t) +
         shape.src.size() * 2 * sizeof(shape.src[0]);
}

}  // namespace miv::neuroh5
