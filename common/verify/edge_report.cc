// What an EdgeScan found.

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "common/verify/edge_scan.h"

namespace miv::verify {

// Without a config the commonest type counts as the projection's.
void EdgeScan::ReportTypes(const Work& work, State& state) {
  const auto commonest =
      std::max_element(state.type_counts.begin(), state.type_counts.end());
  const std::size_t type =
      state.expected != nullptr
          ? static_cast<std::size_t>(state.expected->type)
          : static_cast<std::size_t>(commonest - state.type_counts.begin());
  state.types[type].SawItems(state.edges);
  work.Add(state.types[type].Finish());
}

void EdgeScan::ReportProjection(const Work& work, State& state) {
  const StoredProjection& stored = state.stored;
  for (Tally* tally : {&state.sorted, &state.exists, &state.targets,
                       &state.distance, &state.reach, &state.autapses})
    tally->SawItems(state.edges);
  const auto& rows = stored.projection.row_gids();
  // neuroh5 appends destinations in any order; this program's are ascending.
  if (expected_ != nullptr && !std::is_sorted(rows.begin(), rows.end()))
    state.sorted.Offend(-1, -1, [] { return "destinations out of order"; });
  work.Add(state.sorted.Finish());
  if (stored.syn_id < 0) {
    work.Add(state.exists.Skip("the edges have no Synapses/syn_id"));
  } else {
    work.Add(state.exists.Finish());
    ReportTypes(work, state);
    work.Add(state.expected != nullptr
                 ? state.targets.Finish()
                 : state.targets.Skip("no config gives the targets"));
  }
  const bool placed = !arcs_.empty() && !state.arcs.empty();
  if (!placed || stored.distance < 0)
    work.Add(state.distance.Skip(placed ? "the edges have no distance"
                                        : "the file has no arc distances"));
  else
    work.Add(state.distance.Finish());
  if (stored.source.name == population_) {
    if (expected_ == nullptr)
      work.Add(state.autapses.Skip(absl::StrCat(
          state.autapses.offences(), " edges; no config says if they may be")));
    else if (expected_->autapses)
      work.Add(state.autapses.Skip("the config allows them"));
    else
      work.Add(state.autapses.Finish());
  }
  if (state.sources == nullptr) {
    work.Add(state.reach.Skip(state.expected == nullptr
                                  ? "no config gives the axon extents"
                                  : "the file has no arc distances"));
    return;
  }
  work.Add(state.reach.Finish());
  if (state.expected->contacts > 1) work.Add(state.contacts.Finish());
  state.sources->AddChecks(state.subject, work.report.checks);
}

void EdgeScan::Report(const Work& work) {
  if (states_.empty()) {
    work.Add(connected_.Skip("the file has no projections onto it"));
    return;
  }
  const bool known =
      std::any_of(states_.begin(), states_.end(),
                  [](const auto& state) { return state->stored.syn_id >= 0; });
  once_.SawItems(synapses_);
  connected_.SawItems(synapses_);
  work.Add(known ? once_.Finish()
                 : once_.Skip("the edges have no Synapses/syn_id"));
  Check connected = known
                        ? connected_.Finish()
                        : connected_.Skip("the edges have no Synapses/syn_id");
  if (unconnected_ > connected_.offences())
    connected.reason =
        absl::StrCat(unconnected_ - connected_.offences(),
                     " without a candidate source, which the config allows");
  work.Add(std::move(connected));
  for (auto& state : states_) ReportProjection(work, *state);
  if (shares_ != nullptr) shares_->Report(work);
}

}  // namespace miv::verify
