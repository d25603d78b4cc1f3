#include "worker/simulate/stimulus/train_file.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/reader.h"

namespace miv::simulate {
namespace {

absl::StatusOr<neuroh5::Reader> OpenFile(const worker::StepInput& file,
                                         const neuroh5::Types& types) {
  auto reader = neuroh5::Reader::Open(file.path);
  if (reader.ok()) return reader;
  return neuroh5::Reader::OpenWithTypes(file.path, types);
}

absl::Status CheckTrain(const worker::StepInput& file, std::uint32_t gid,
                        absl::Span<const float> train) {
  for (std::size_t i = 0; i < train.size(); ++i) {
    if (std::isfinite(train[i]) && train[i] >= 0 &&
        (i == 0 || train[i] >= train[i - 1])) {
      continue;
    }
    Fault fault;
    fault.reason = "STIMULUS";
    fault.file = file.label;
    fault.gid = gid;
    fault.what = absl::StrCat("spike ", i, " of the train is out of order");
    fault.expected = "finite, ascending times from 0, in ms";
    fault.found = absl::StrCat(train[i]);
    return InvalidInput(fault);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::map<std::uint32_t, std::vector<double>>> ReadTrains(
    const worker::StepInput& file, const neuroh5::Types& types,
    const std::string& name_space, const std::string& attribute,
    const std::vector<std::uint32_t>& gids) {
  std::map<std::uint32_t, std::vector<double>> trains;
  std::map<std::string, std::vector<std::uint32_t>> by_population;
  for (const std::uint32_t gid : gids) {
    const neuroh5::Population* population = types.OfGid(gid);
    if (population != nullptr) by_population[population->name].push_back(gid);
  }
  MIV_ASSIGN_OR_RETURN(const neuroh5::Reader reader, OpenFile(file, types));
  for (const auto& [population, members] : by_population) {
    MIV_ASSIGN_OR_RETURN(
        const auto stored,
        reader.ReadCells<float>(population, name_space, attribute,
                                neuroh5::Selection::Gids(members)));
    for (std::size_t i = 0; i < stored.size(); ++i) {
      MIV_RETURN_IF_ERROR(CheckTrain(file, stored.gids[i], stored[i]));
      trains[stored.gids[i]].assign(stored[i].begin(), stored[i].end());
    }
  }
  return trains;
}

}  // namespace miv::simulate
