#include "worker/simulate/results_file.h"

#include <hdf5.h>

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/writer.h"
#include "worker/simulate/sample_tables.h"

namespace miv::simulate {
namespace {

using neuroh5::Handle;
using segments::SegmentSet;
using segments::SpikeTime;
using segments::TracePlace;

/// Spikes by gid, of those that have any.
using SpikeCounts = std::map<std::uint32_t, std::uint64_t>;

constexpr std::uint64_t kBlockValues = 1 << 16;

template <typename T>
absl::Status WriteArray(neuroh5::Writer& writer, const std::string& path,
                        absl::Span<const T> values) {
  MIV_ASSIGN_OR_RETURN(
      const Handle dataset,
      neuroh5::CreateDataset(writer.file(), path, neuroh5::ElementFor<T>(),
                             neuroh5::Shape{values.size(), 0}));
  return neuroh5::WriteRows(writer.access(), dataset, 0, values);
}

absl::Status MakeGroup(neuroh5::Writer& writer, const std::string& path) {
  return neuroh5::CreateGroup(writer.file(), path).status();
}

/// A scalar text of fixed length: the layer below has arrays of numbers only.
absl::Status WriteText(neuroh5::Writer& writer, const char* path,
                       const std::string& text) {
  const Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.id(), std::max<std::size_t>(text.size(), 1));
  H5Tset_cset(type.id(), H5T_CSET_UTF8);
  H5Tset_strpad(type.id(), H5T_STR_NULLPAD);
  const Handle space(H5Screate(H5S_SCALAR));
  const Handle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(creation.id(), false);
  H5Pset_alloc_time(creation.id(), H5D_ALLOC_TIME_EARLY);
  const Handle dataset(H5Dcreate2(writer.file().id(), path, type.id(),
                                  space.id(), H5P_DEFAULT, creation.id(),
                                  H5P_DEFAULT));
  if (!dataset.valid() || H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL,
                                   H5P_DEFAULT, text.data()) < 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot write ", path, " of ", writer.path()));
  }
  return absl::OkStatus();
}

std::uint64_t TotalOf(const SpikeCounts& counts) {
  std::uint64_t total = 0;
  for (const auto& [gid, count] : counts) total += count;
  return total;
}

template <typename T>
absl::Status WriteSpikeColumn(neuroh5::Writer& writer, const std::string& path,
                              std::uint64_t count, const SegmentSet& set,
                              T (*column)(const SpikeTime&)) {
  MIV_ASSIGN_OR_RETURN(
      const Handle dataset,
      neuroh5::CreateDataset(writer.file(), path, neuroh5::ElementFor<T>(),
                             neuroh5::Shape{count, 0}));
  std::uint64_t row = 0;
  return set.ForEachSpikeBlock([&](absl::Span<const SpikeTime> block) {
    std::vector<T> values;
    for (const SpikeTime& spike : block) values.push_back(column(spike));
    const absl::Status written = neuroh5::WriteRows(
        writer.access(), dataset, row, absl::MakeConstSpan(values));
    row += block.size();
    return written;
  });
}

absl::Status WriteSpikes(neuroh5::Writer& writer, const SegmentSet& set,
                         const SpikeCounts& counts) {
  const std::uint64_t total = TotalOf(counts);
  MIV_RETURN_IF_ERROR(MakeGroup(writer, "/Spikes"));
  MIV_RETURN_IF_ERROR(WriteSpikeColumn<std::uint32_t>(
      writer, "/Spikes/gid", total, set,
      [](const SpikeTime& spike) { return spike.gid; }));
  return WriteSpikeColumn<double>(
      writer, "/Spikes/t", total, set,
      [](const SpikeTime& spike) { return spike.t_ms; });
}

/// The spikes of a population as neuroh5 stores them (simulation.md 3.6).
absl::Status WriteSpikeEvents(neuroh5::Writer& writer, const SegmentSet& set,
                              const SpikeCounts& counts,
                              const neuroh5::Population& population,
                              bool artificial, double t_end_ms) {
  std::vector<std::uint32_t> gids;
  std::vector<std::uint64_t> offsets = {0};
  std::map<std::uint32_t, std::uint64_t> next;  // where a gid's next one goes
  for (auto at =
           counts.lower_bound(static_cast<std::uint32_t>(population.start));
       at != counts.end() && at->first < population.end(); ++at) {
    gids.push_back(at->first);
    next[at->first] = offsets.back();
    offsets.push_back(offsets.back() + at->second);
  }
  if (gids.empty()) return absl::OkStatus();
  std::vector<float> times(offsets.back());
  MIV_RETURN_IF_ERROR(
      set.ForEachSpikeBlock([&](absl::Span<const SpikeTime> block) {
        for (const SpikeTime& spike : block) {
          const auto place = next.find(spike.gid);
          if (place == next.end()) continue;
          times[place->second++] = static_cast<float>(spike.t_ms);
        }
        return absl::OkStatus();
      }));
  const std::size_t n = gids.size();
  const std::size_t count = times.size();
  std::vector<neuroh5::CellColumn> columns;
  columns.push_back({"t", offsets, std::move(times)});
  columns.push_back({"Trial Duration",
                     {},
                     std::vector<float>(n, static_cast<float>(t_end_ms))});
  columns.push_back(
      {"Trial Index", offsets, std::vector<std::uint8_t>(count, 0)});
  columns.push_back(
      {"artificial", {}, std::vector<std::uint8_t>(n, artificial ? 1 : 0)});
  return writer.WriteCells(population.name, neuroh5::kSpikeEvents, gids,
                           columns);
}

absl::Status WriteAllSpikeEvents(neuroh5::Writer& writer,
                                 const ResultHead& head, const SegmentSet& set,
                                 const SpikeCounts& counts) {
  const double duration_ms =
      set.coverage().complete ? head.t_end_ms : set.coverage().until_ms;
  for (const neuroh5::Population& population : head.types.populations) {
    const bool artificial =
        std::find(head.artificial.begin(), head.artificial.end(),
                  population.name) != head.artificial.end();
    MIV_RETURN_IF_ERROR(WriteSpikeEvents(writer, set, counts, population,
                                         artificial, duration_ms));
  }
  return absl::OkStatus();
}

absl::Status WriteTimes(neuroh5::Writer& writer, const std::string& path,
                        const SampleRange& samples, double interval_ms) {
  MIV_ASSIGN_OR_RETURN(
      const Handle dataset,
      neuroh5::CreateDataset(writer.file(), path, neuroh5::Element::kF64,
                             neuroh5::Shape{samples.size(), 0}));
  std::vector<double> times;
  for (std::uint64_t first = samples.first; first < samples.last;
       first += times.size()) {
    times.clear();
    const std::uint64_t last = std::min(first + kBlockValues, samples.last);
    for (std::uint64_t i = first; i < last; ++i) {
      times.push_back(static_cast<double>(i) * interval_ms);
    }
    MIV_RETURN_IF_ERROR(neuroh5::WriteRows(writer.access(), dataset,
                                           first - samples.first,
                                           absl::MakeConstSpan(times)));
  }
  return absl::OkStatus();
}

/// One column of an electrode: 0 is the total, p + 1 population p.
absl::Status WriteLfpColumn(neuroh5::Writer& writer, const std::string& path,
                            const LfpTable& table, std::size_t column) {
  MIV_ASSIGN_OR_RETURN(
      const Handle dataset,
      neuroh5::CreateDataset(writer.file(), path, neuroh5::Element::kF64,
                             neuroh5::Shape{table.samples().size(), 0}));
  return table.ForEachBlock(
      column, [&](std::uint64_t first, absl::Span<const double> values) {
        return neuroh5::WriteRows(writer.access(), dataset, first, values);
      });
}

absl::Status WriteLfp(neuroh5::Writer& writer, const LfpHead& electrode,
                      const LfpTable& table) {
  const std::string group = absl::StrCat("/LFP/", electrode.label);
  const auto times = [&](const std::string& place) {
    return WriteTimes(writer, absl::StrCat(place, "/t"), table.samples(),
                      electrode.dt_ms);
  };
  MIV_RETURN_IF_ERROR(MakeGroup(writer, group));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(group, "mode", electrode.mode));
  MIV_RETURN_IF_ERROR(
      writer.SetAttribute(group, "place_cells", electrode.place_cells));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(
      group, "position", absl::MakeConstSpan(electrode.position)));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(group, "rho", electrode.rho));
  for (std::size_t p = 0; p < electrode.populations.size(); ++p) {
    const std::string part = absl::StrCat(group, "/", electrode.populations[p]);
    MIV_RETURN_IF_ERROR(MakeGroup(writer, part));
    MIV_RETURN_IF_ERROR(times(part));
    MIV_RETURN_IF_ERROR(
        WriteLfpColumn(writer, absl::StrCat(part, "/v"), table, p + 1));
  }
  MIV_RETURN_IF_ERROR(times(group));
  return WriteLfpColumn(writer, absl::StrCat(group, "/v"), table, 0);
}

absl::Status WritePlaces(neuroh5::Writer& writer, const std::string& group,
                         const std::vector<TracePlace>& traces) {
  std::vector<std::uint32_t> gids;
  std::vector<std::int32_t> sections;
  for (const TracePlace& place : traces) {
    gids.push_back(place.gid);
    sections.push_back(place.section);
  }
  MIV_RETURN_IF_ERROR(
      WriteArray<std::uint32_t>(writer, absl::StrCat(group, "/gid"), gids));
  return WriteArray<std::int32_t>(writer, absl::StrCat(group, "/section"),
                                  sections);
}

absl::Status WriteRecording(neuroh5::Writer& writer,
                            const RecordingHead& recording,
                            const RecordingTable& table) {
  if (table.traces().empty()) return absl::OkStatus();
  const std::string group = absl::StrCat("/Recordings/", recording.label);
  MIV_RETURN_IF_ERROR(MakeGroup(writer, group));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(group, "unit", recording.unit));
  MIV_RETURN_IF_ERROR(
      writer.SetAttribute(group, "variable", recording.variable));
  MIV_RETURN_IF_ERROR(WritePlaces(writer, group, table.traces()));
  MIV_RETURN_IF_ERROR(WriteTimes(writer, absl::StrCat(group, "/t"),
                                 table.samples(), recording.dt_ms));
  MIV_ASSIGN_OR_RETURN(
      const Handle values,
      neuroh5::CreateDataset(
          writer.file(), absl::StrCat(group, "/value"), neuroh5::Element::kF64,
          neuroh5::Shape{table.samples().size(), table.traces().size()}));
  MIV_RETURN_IF_ERROR(table.ForEachBlock(
      [&](std::uint64_t first, absl::Span<const double> block) {
        return neuroh5::WriteRaw(writer.access(), values, first,
                                 block.size() / table.traces().size(),
                                 neuroh5::Element::kF64, block.data());
      }));
  std::vector<double> places;
  for (const TracePlace& place : table.traces()) places.push_back(place.x);
  return WriteArray<double>(writer, absl::StrCat(group, "/x"), places);
}

absl::StatusOr<SpikeCounts> CountSpikes(const SegmentSet& set) {
  SpikeCounts counts;
  MIV_RETURN_IF_ERROR(
      set.ForEachSpikeBlock([&](absl::Span<const SpikeTime> block) {
        for (const SpikeTime& spike : block) ++counts[spike.gid];
        return absl::OkStatus();
      }));
  return counts;
}

/// With what only the end of the run tells.
nlohmann::json FullManifest(const ResultHead& head, const SegmentSet& set,
                            const SpikeCounts& counts) {
  nlohmann::json manifest = head.manifest;
  nlohmann::json spikes = nlohmann::json::object();
  for (const auto& [name, cells] : manifest["cells"].items()) spikes[name] = 0;
  for (const auto& [gid, count] : counts) {
    const auto* population = head.types.OfGid(gid);
    if (population == nullptr) continue;
    spikes[population->name] =
        spikes.value(population->name, std::uint64_t{0}) + count;
  }
  manifest["spikes"] = std::move(spikes);
  manifest["complete"] = set.coverage().complete;
  manifest["until_ms"] =
      set.coverage().complete ? head.t_end_ms : set.coverage().until_ms;
  return manifest;
}

}  // namespace

absl::StatusOr<std::uint64_t> WriteResults(const std::string& path,
                                           const ResultHead& head,
                                           const SegmentSet& set) {
  MIV_ASSIGN_OR_RETURN(const SpikeCounts counts, CountSpikes(set));
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(path, neuroh5::FileAccess(), head.types));
  MIV_RETURN_IF_ERROR(WriteSpikes(writer, set, counts));
  MIV_RETURN_IF_ERROR(WriteAllSpikeEvents(writer, head, set, counts));
  for (std::size_t i = 0; i < head.lfp.size(); ++i) {
    const LfpTable table(set, i, head);
    MIV_RETURN_IF_ERROR(WriteLfp(writer, head.lfp[i], table));
  }
  for (std::size_t i = 0; i < head.recordings.size(); ++i) {
    MIV_ASSIGN_OR_RETURN(const RecordingTable table,
                         RecordingTable::Open(set, i, head));
    MIV_RETURN_IF_ERROR(WriteRecording(writer, head.recordings[i], table));
  }
  MIV_RETURN_IF_ERROR(
      WriteText(writer, "/Manifest", FullManifest(head, set, counts).dump(2)));
  MIV_RETURN_IF_ERROR(writer.Close());
  return TotalOf(counts);
}

}  // namespace miv::simulate
