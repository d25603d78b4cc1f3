#include "client/results/results.h"

#include <hdf5.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "common/base/fault.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/reader.h"

namespace miv::client {
namespace {

namespace fs = std::filesystem;
using neuroh5::Handle;
using neuroh5::Reader;

constexpr char kFileName[] = "results.h5";

absl::Status Nothing(const std::string& path, const std::string& reason,
                     const std::string& what, const std::string& remedy) {
  return MakeStatus(
      absl::StatusCode::kNotFound,
      {.reason = reason, .file = path, .what = what, .remedy = remedy});
}

template <typename T>
absl::StatusOr<std::vector<T>> ReadDataset(const Handle& file,
                                           const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const Handle dataset, neuroh5::OpenDataset(file, path));
  return neuroh5::ReadAll<T>(dataset);
}

absl::Status LengthsDiffer(const std::string& file, const std::string& object) {
  return MakeStatus(absl::StatusCode::kDataLoss,
                    {.reason = "CORRUPT_RESULTS",
                     .field = object,
                     .file = file,
                     .what = "times and values differ in length"});
}

Handle OpenAttribute(const Handle& file, const std::string& object,
                     const char* name) {
  if (H5Aexists_by_name(file.id(), object.c_str(), name, H5P_DEFAULT) <= 0)
    return Handle();
  return Handle(H5Aopen_by_name(file.id(), object.c_str(), name, H5P_DEFAULT,
                                H5P_DEFAULT));
}

/// Numbers of an attribute of any numeric type; none if it is absent.
std::vector<double> Numbers(const Handle& file, const std::string& object,
                            const char* name) {
  const Handle attribute = OpenAttribute(file, object, name);
  if (!attribute.valid()) return {};
  const Handle space(H5Aget_space(attribute.id()));
  const auto n = H5Sget_simple_extent_npoints(space.id());
  if (n <= 0 || n > 1000) return {};
  std::vector<double> values(static_cast<std::size_t>(n));
  if (H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, values.data()) < 0) return {};
  return values;
}

/// A string of fixed or variable length read by `read(memory type, buffer)`.
template <typename Read>
std::string ReadText(const Handle& type, const Read& read) {
  if (H5Tget_class(type.id()) != H5T_STRING) return "";
  if (H5Tis_variable_str(type.id()) > 0) {
    char* text = nullptr;
    if (read(type.id(), &text) < 0 || text == nullptr) return "";
    std::string copy = text;
    H5free_memory(text);
    return copy;
  }
  std::string text(H5Tget_size(type.id()), '\0');
  if (read(type.id(), text.data()) < 0) return "";
  return text.c_str();
}

std::string Text(const Handle& file, const std::string& object,
                 const char* name) {
  const Handle attribute = OpenAttribute(file, object, name);
  if (!attribute.valid()) return "";
  return ReadText(Handle(H5Aget_type(attribute.id())),
                  [&](hid_t type, void* buffer) {
                    return H5Aread(attribute.id(), type, buffer);
                  });
}

/// /Manifest, JSON in a scalar string or in bytes; null if there is none.
nlohmann::json Manifest(const Handle& file) {
  const auto dataset = neuroh5::OpenDataset(file, "/Manifest");
  if (!dataset.ok()) return nullptr;
  std::string text = ReadText(Handle(H5Dget_type(dataset->id())),
                              [&](hid_t type, void* buffer) {
                                return H5Dread(dataset->id(), type, H5S_ALL,
                                               H5S_ALL, H5P_DEFAULT, buffer);
                              });
  if (text.empty())
    if (const auto bytes = neuroh5::ReadAll<std::uint8_t>(*dataset); bytes.ok())
      text.assign(bytes->begin(), bytes->end());
  return nlohmann::json::parse(text, nullptr, false);
}

double DurationOf(const nlohmann::json& manifest) {
  if (!manifest.is_object()) return 0;
  for (const auto& holder : {manifest, manifest.value("config", manifest)})
    if (holder.is_object() && holder.contains("t_end") &&
        holder.at("t_end").is_number())
      return holder.at("t_end").get<double>();
  return 0;
}

absl::StatusOr<Electrode> ReadElectrode(const Reader& reader,
                                        const std::string& label) {
  const Handle& file = reader.file();
  const std::string group = absl::StrCat("/LFP/", label);
  Electrode electrode{.label = label,
                      .position_um = Numbers(file, group, "position"),
                      .mode = Text(file, group, "mode")};
  const auto rho = Numbers(file, group, "rho");
  if (!rho.empty()) electrode.rho_ohm_cm = rho.front();
  MIV_ASSIGN_OR_RETURN(electrode.times_ms,
                       ReadDataset<double>(file, group + "/t"));
  MIV_ASSIGN_OR_RETURN(electrode.potential_mv,
                       ReadDataset<double>(file, group + "/v"));
  const std::size_t n = electrode.times_ms.size();
  if (electrode.potential_mv.size() != n)
    return LengthsDiffer(reader.path(), group);
  const auto& populations = reader.types().populations;
  for (std::size_t k = 0; k < populations.size(); ++k) {
    const std::string values =
        absl::StrCat(group, "/", populations[k].name, "/v");
    if (!neuroh5::Exists(file, values)) continue;
    Electrode::Part part{.population = populations[k].name, .order = k};
    MIV_ASSIGN_OR_RETURN(part.potential_mv, ReadDataset<double>(file, values));
    if (part.potential_mv.size() != n)
      return LengthsDiffer(reader.path(), values);
    electrode.parts.push_back(std::move(part));
  }
  return electrode;
}

}  // namespace

absl::StatusOr<std::string> FindResults(const std::string& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    if (fs::exists(path, error)) return path;
    return Nothing(path, "NO_RESULTS", "there is no such file",
                   "Bring results here with: miv fetch JOB -o DIR");
  }
  if (const auto direct = JoinPath(path, kFileName); fs::exists(direct, error))
    return direct;
  std::vector<std::string> found;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end;
       entry.increment(error)) {
    const auto file = entry->path() / kFileName;
    if (fs::exists(file, error)) found.push_back(file.string());
  }
  std::sort(found.begin(), found.end());
  if (found.size() == 1) return found.front();
  if (found.empty())
    return Nothing(path, "NO_RESULTS",
                   absl::StrCat("there is no ", kFileName, " in it"),
                   "Bring results here with: miv fetch JOB -o DIR");
  return InvalidInput({.reason = "SEVERAL_RESULTS",
                       .file = path,
                       .what = "it holds the results of several steps",
                       .found = absl::StrJoin(found, ", "),
                       .remedy = "Name one of them."});
}

absl::StatusOr<SpikeTrains> ReadSpikes(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const Reader reader, Reader::Open(path));
  const Handle& file = reader.file();
  if (!neuroh5::Exists(file, "/Spikes/gid") ||
      !neuroh5::Exists(file, "/Spikes/t"))
    return Nothing(path, "NO_SPIKES", "the file holds no spikes",
                   "Spikes are in the results.h5 of a simulation step.");
  SpikeTrains trains;
  for (const auto& population : reader.types().populations)
    trains.populations.push_back(
        {population.name, population.start, population.count});
  MIV_ASSIGN_OR_RETURN(trains.gids,
                       ReadDataset<std::uint32_t>(file, "/Spikes/gid"));
  MIV_ASSIGN_OR_RETURN(trains.times_ms, ReadDataset<double>(file, "/Spikes/t"));
  if (trains.gids.size() != trains.times_ms.size())
    return LengthsDiffer(path, "/Spikes");
  trains.duration_ms = DurationOf(Manifest(file));
  return trains;
}

absl::StatusOr<std::vector<Electrode>> ReadElectrodes(const std::string& path) {
  MIV_ASSIGN_OR_RETURN(const Reader reader, Reader::Open(path));
  MIV_ASSIGN_OR_RETURN(const auto labels,
                       neuroh5::ChildNames(reader.file(), "/LFP"));
  if (labels.empty())
    return Nothing(path, "NO_LFP", "the file holds no LFP",
                   "Give the simulation step an electrode: lfp: [{label: soma, "
                   "pos: [x, y, z]}].");
  std::vector<Electrode> electrodes;
  for (const auto& label : labels) {
    MIV_ASSIGN_OR_RETURN(electrodes.emplace_back(),
                         ReadElectrode(reader, label));
  }
  return electrodes;
}

}  // namespace miv::client
