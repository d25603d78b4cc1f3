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

namespace miv::simulate {
namespace {

using neuroh5::Handle;

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

absl::Status WriteSpikes(neuroh5::Writer& writer, const Results& results) {
  std::vector<std::uint32_t> gids;
  std::vector<double> times;
  for (const neuron::Spike& spike : results.spikes) {
    gids.push_back(spike.gid);
    times.push_back(spike.t_ms);
  }
  MIV_RETURN_IF_ERROR(MakeGroup(writer, "/Spikes"));
  MIV_RETURN_IF_ERROR(WriteArray<std::uint32_t>(writer, "/Spikes/gid", gids));
  return WriteArray<double>(writer, "/Spikes/t", times);
}

/// The spikes of a population as neuroh5 stores them (simulation.md 3.6).
absl::Status WriteSpikeEvents(
    neuroh5::Writer& writer, const neuroh5::Population& population,
    const std::map<std::uint32_t, std::vector<float>>& trains, bool artificial,
    double t_end_ms) {
  std::vector<std::uint32_t> gids;
  std::vector<std::uint64_t> offsets = {0};
  std::vector<float> times;
  for (auto at =
           trains.lower_bound(static_cast<std::uint32_t>(population.start));
       at != trains.end() && at->first < population.end(); ++at) {
    gids.push_back(at->first);
    times.insert(times.end(), at->second.begin(), at->second.end());
    offsets.push_back(times.size());
  }
  if (gids.empty()) return absl::OkStatus();
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
                                 const Results& results) {
  std::map<std::uint32_t, std::vector<float>> trains;
  for (const neuron::Spike& spike : results.spikes) {
    trains[spike.gid].push_back(static_cast<float>(spike.t_ms));
  }
  for (const neuroh5::Population& population : results.types.populations) {
    const bool artificial =
        std::find(results.artificial.begin(), results.artificial.end(),
                  population.name) != results.artificial.end();
    MIV_RETURN_IF_ERROR(WriteSpikeEvents(writer, population, trains, artificial,
                                         results.t_end_ms));
  }
  return absl::OkStatus();
}

std::vector<double> SampleTimes(std::uint64_t first, std::size_t count,
                                double interval_ms) {
  std::vector<double> times(count);
  for (std::size_t i = 0; i < count; ++i) {
    times[i] = static_cast<double>(first + i) * interval_ms;
  }
  return times;
}

absl::Status WriteLfp(neuroh5::Writer& writer, const LfpTrace& trace) {
  const std::string group = absl::StrCat("/LFP/", trace.electrode.label);
  const std::vector<double> times = SampleTimes(
      trace.first_sample, trace.total.size(), trace.electrode.dt_ms);
  MIV_RETURN_IF_ERROR(MakeGroup(writer, group));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(
      group, "mode",
      trace.electrode.mode == LfpMode::kLegacy ? "legacy" : "exact"));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(
      group, "place_cells",
      trace.electrode.placement == CellPlacement::kSoma ? "soma" : "trees"));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(
      group, "position", absl::MakeConstSpan(trace.electrode.position)));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(group, "rho", trace.electrode.rho));
  for (std::size_t p = 0; p < trace.populations.size(); ++p) {
    const std::string part = absl::StrCat(group, "/", trace.populations[p]);
    MIV_RETURN_IF_ERROR(MakeGroup(writer, part));
    MIV_RETURN_IF_ERROR(
        WriteArray<double>(writer, absl::StrCat(part, "/t"), times));
    MIV_RETURN_IF_ERROR(WriteArray<double>(writer, absl::StrCat(part, "/v"),
                                           trace.by_population[p]));
  }
  MIV_RETURN_IF_ERROR(
      WriteArray<double>(writer, absl::StrCat(group, "/t"), times));
  return WriteArray<double>(writer, absl::StrCat(group, "/v"), trace.total);
}

absl::Status WriteRecording(neuroh5::Writer& writer,
                            const RecordedTraces& traces) {
  const std::string group =
      absl::StrCat("/Recordings/", traces.recording.label);
  std::vector<std::uint32_t> gids;
  std::vector<std::int32_t> sections;
  std::vector<double> places;
  for (const TracePlace& place : traces.places) {
    gids.push_back(place.gid);
    sections.push_back(place.section);
    places.push_back(place.x);
  }
  MIV_RETURN_IF_ERROR(MakeGroup(writer, group));
  MIV_RETURN_IF_ERROR(writer.SetAttribute(group, "unit", traces.unit));
  MIV_RETURN_IF_ERROR(
      writer.SetAttribute(group, "variable", traces.recording.variable));
  MIV_RETURN_IF_ERROR(
      WriteArray<std::uint32_t>(writer, absl::StrCat(group, "/gid"), gids));
  MIV_RETURN_IF_ERROR(WriteArray<std::int32_t>(
      writer, absl::StrCat(group, "/section"), sections));
  MIV_RETURN_IF_ERROR(WriteArray<double>(
      writer, absl::StrCat(group, "/t"),
      SampleTimes(traces.first_sample, traces.samples, traces.dt_ms)));
  MIV_ASSIGN_OR_RETURN(
      const Handle values,
      neuroh5::CreateDataset(
          writer.file(), absl::StrCat(group, "/value"), neuroh5::Element::kF64,
          neuroh5::Shape{traces.samples, traces.places.size()}));
  MIV_RETURN_IF_ERROR(neuroh5::WriteRaw(writer.access(), values, 0,
                                        traces.samples, neuroh5::Element::kF64,
                                        traces.values.data()));
  return WriteArray<double>(writer, absl::StrCat(group, "/x"), places);
}

}  // namespace

absl::Status WriteResults(const std::string& path, const Results& results) {
  MIV_ASSIGN_OR_RETURN(
      neuroh5::Writer writer,
      neuroh5::Writer::Create(path, neuroh5::FileAccess(), results.types));
  MIV_RETURN_IF_ERROR(WriteSpikes(writer, results));
  MIV_RETURN_IF_ERROR(WriteAllSpikeEvents(writer, results));
  for (const LfpTrace& trace : results.lfp) {
    MIV_RETURN_IF_ERROR(WriteLfp(writer, trace));
  }
  for (const RecordedTraces& traces : results.recordings) {
    if (traces.places.empty()) continue;
    MIV_RETURN_IF_ERROR(WriteRecording(writer, traces));
  }
  MIV_RETURN_IF_ERROR(WriteText(writer, "/Manifest", results.manifest.dump(2)));
  return writer.Close();
}

absl::Status WriteNpy(const std::string& path, absl::Span<const double> values,
                      std::uint64_t columns) {
  std::string header =
      absl::StrCat("{'descr': '<f8', 'fortran_order': False, 'shape': (",
                   values.size() / columns, ", ", columns, "), }");
  // Magic, version and length take 10 bytes; data start at a multiple of 64.
  const std::size_t total = (10 + header.size() + 1 + 63) / 64 * 64;
  header.append(total - 10 - header.size() - 1, ' ');
  header.push_back('\n');
  std::string file("\x93NUMPY\x01\x00", 8);
  file.push_back(static_cast<char>(header.size() & 0xff));
  file.push_back(static_cast<char>(header.size() >> 8));
  file += header;
  file.append(reinterpret_cast<const char*>(values.data()),
              values.size() * sizeof(double));
  return WriteFileAtomically(path, file);
}

absl::Status WriteReadouts(const std::string& directory,
                           absl::Span<const LfpTrace> traces) {
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const LfpTrace& trace = traces[i];
    const std::vector<double> times = SampleTimes(
        trace.first_sample, trace.total.size(), trace.electrode.dt_ms);
    std::vector<double> table;
    table.reserve(2 * trace.total.size());
    for (std::size_t k = 0; k < trace.total.size(); ++k) {
      table.push_back(times[k]);
      table.push_back(trace.total[k]);
    }
    const std::string name =
        i == 0 ? "readout.npy"
               : absl::StrCat("readout_", trace.electrode.label, ".npy");
    MIV_RETURN_IF_ERROR(WriteNpy(JoinPath(directory, name), table, 2));
  }
  return absl::OkStatus();
}

}  // namespace miv::simulate
