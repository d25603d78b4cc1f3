#include "worker/simulate/checkpoint/checkpoints.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::simulate {
namespace {

absl::Status OtherCells(std::string what, std::string expected,
                        std::string found) {
  Fault fault;
  fault.reason = "CHECKPOINT_DIFFERS";
  fault.what = absl::StrCat("the checkpoint is of another model: ", what);
  fault.expected = std::move(expected);
  fault.found = std::move(found);
  fault.remedy = "Start from a checkpoint of a run with the same cells.";
  return InvalidInput(fault);
}

absl::Status ForeignEvents(std::int64_t count) {
  Fault fault;
  fault.reason = "NOT_RESTORABLE";
  fault.phase = "checkpoint";
  fault.what = absl::StrCat(
      count,
      " events in NEURON's queue belong to no connection of the network "
      "and would be lost");
  fault.remedy =
      "cvode.event, NetCon.event and connections without a gid, in a template, "
      "cannot be part of a checkpoint.";
  return MakeStatus(absl::StatusCode::kFailedPrecondition, fault);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Checkpoints>> Checkpoints::Create(
    parallel::Ranks& ranks, const LoadedCells& cells,
    const neuron::Network& network) {
  std::unique_ptr<Checkpoints> made(new Checkpoints(ranks));
  std::vector<const neuron::Cell*> list;
  for (const auto& cell : cells.cells) {
    list.push_back(cell->cell.get());
    made->gids_.push_back(cell->gid);
  }
  auto keeper = neuron::StateKeeper::Create(list, network);
  MIV_RETURN_IF_ERROR(ranks.AgreeOnStatus(keeper.status()));
  made->keeper_ = *std::move(keeper);
  return made;
}

absl::Status Checkpoints::Write(const std::string& path,
                                CheckpointHeader header) {
  auto saved = keeper_->Save();
  MIV_RETURN_IF_ERROR(ranks_.AgreeOnStatus(saved.status()));
  const std::int64_t foreign = ranks_.Sum(keeper_->foreign_events());
  if (foreign > 0) return ForeignEvents(foreign);
  header.mechanisms = neuron::MechanismNumbers();
  std::vector<CheckpointCell> cells;
  for (std::size_t i = 0; i < gids_.size(); ++i) {
    cells.push_back({gids_[i], std::move((*saved)[i])});
  }
  return WriteCheckpoint(ranks_, path, header, cells);
}

absl::StatusOr<std::vector<std::string>> Checkpoints::ReadCells(
    const CheckpointFile& file) const {
  std::vector<std::string> cells;
  for (const std::uint32_t gid : gids_) {
    auto bytes = file.Cell(gid);
    if (absl::IsNotFound(bytes.status())) {
      return OtherCells("it has no such cell", absl::StrCat("gid ", gid), "");
    }
    if (!bytes.ok()) return bytes.status();
    cells.push_back(*std::move(bytes));
  }
  return cells;
}

absl::Status Checkpoints::Restore(const CheckpointFile& file,
                                  neuron::Restored what) {
  const auto count = ranks_.Sum(static_cast<std::int64_t>(gids_.size()));
  if (count != static_cast<std::int64_t>(file.cell_count())) {
    return OtherCells("the number of cells is another",
                      absl::StrCat(count, " cells"),
                      absl::StrCat(file.cell_count()));
  }
  const auto cells = ReadCells(file);
  MIV_RETURN_IF_ERROR(ranks_.AgreeOnStatus(cells.status()));
  const CheckpointHeader& header = file.header();
  return ranks_.AgreeOnStatus(keeper_->Restore(
      {header.t_ms, header.step, header.mechanisms, what, *cells}));
}

}  // namespace miv::simulate
