#pragma once

// Checks of a model that need a compiler, NEURON or the morphology parser,
// before a job is accepted.

#include <nlohmann/json.hpp>
#include <string>

#include "absl/status/statusor.h"

namespace miv::worker {

/// What there is to check; every part may be absent.
///   {"mechanisms": {"directory", "label", "library_out"} | {"library"},
///    "templates": {"directory", "label"},
///    "cells": [{"id", "population", "template", "morphology", "label",
///               "layering"}],
///    "morphologies": [{"path", "label"}],
///    "points": [{"path", "label", "cells"}]}
/// label: what messages call the file.  library_out: where the compiled library
/// goes.  A cell without "morphology" is one that takes none.
///
/// In this order, up to the first fault: parses the morphologies, and the
/// points, of which there must be one for each of `cells`; compiles the
/// mechanisms, loads the library and the templates of `cells`, makes each cell
/// once from its morphology, and initialises the model.
///
/// layering: fields of generate_synapse_forest that give points their layers;
/// may be absent.  id: returned with what is found about the cell.
///
/// Result: {"ok": true, "library": PATH, "summary": {...}}, or
/// {"ok": false, "fault": {parts of common/base/fault.h}, "library": PATH};
/// "library" only if one was compiled.
///
/// The files are user code: they may end the process.  Before each step that
/// runs it, `write` receives a result that says so, to stand if nothing
/// follows.
class ResultWriter {
 public:
  virtual ~ResultWriter() = default;
  virtual absl::Status Write(const nlohmann::json& result) = 0;
};
absl::Status CheckModel(const nlohmann::json& spec, ResultWriter& write);

/// spec: {"segments": [folders], "output": DIR}.  Makes what a run left into
/// its files.  Result: {"ok": true, "outputs": [names], "complete", "until_ms",
/// "spikes", "losses"}, with no outputs if the run had put nothing down, or
/// {"ok": false, "fault"}.
nlohmann::json AssembleRun(const nlohmann::json& spec);

/// `miv-worker --preflight SPEC.json --result RESULT.json`: a process without
/// MPI that checks a model, or assembles a run if SPEC has "assemble".  Returns
/// the exit code: 0 if the result was written, whatever it says.
int RunPreflight(const std::string& spec_path, const std::string& result_path);

}  // namespace miv::worker
