#pragma once

// What of a plan must be checked by a worker, as plain values.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/tree_check.h"
#include "server/jobs/outlook.h"
#include "server/jobs/plan.h"

namespace miv::server {

/// A file by digest, with the name that the user knows it by.
struct LabelledDigest {
  std::string digest;  ///< "" = none
  std::string label;

  bool operator==(const LabelledDigest&) const = default;
};

/// A cell to be made from a template.
struct CellCheck {
  std::string population;
  std::string template_name;
  LabelledDigest morphology;
  /// Fields of the forest that give points their layers; empty = column 8.
  nlohmann::json layering = nlohmann::json::object();

  bool operator==(const CellCheck&) const = default;
};

/// A file of points, one for each of so many cells.
struct PointsCheck {
  LabelledDigest file;
  std::int64_t cells = 0;

  bool operator==(const PointsCheck&) const = default;
};

/// One process's worth of checks: one set of mechanisms and templates.
struct ModelCheck {
  LabelledDigest mechanisms;
  LabelledDigest templates;
  std::vector<CellCheck> cells;
  std::vector<LabelledDigest> morphologies;
  std::vector<PointsCheck> points;
};

/// Everything that the plan needs checked, in the order of its steps: per pair
/// of templates and mechanisms the cells that its steps make, and the
/// morphologies of all forests and points of all somata with the first.
std::vector<ModelCheck> ChecksOf(const JobPlan& plan);

/// Names a cell of a check among all cells of all checks.
std::string CellId(const ModelCheck& check, const CellCheck& cell);

/// What a check found out about a cell.
struct CellFacts {
  pipeline::TreeLengths lengths;
  double segments = 0;  ///< of its template; 0 = unknown
};

/// By CellId.
using FactsById = std::map<std::string, CellFacts>;

/// From the part "cells" of a check's summary; cells without lengths are left
/// out.
/// Errors: InvalidArgument if it is malformed (user code may have written it).
absl::StatusOr<FactsById> FactsOfCells(const nlohmann::json& cells);
nlohmann::json ToJson(const FactsById& facts);

/// The trees of every distribute_synapses step all of whose trees are known.
pipeline::TreesByStep TreesOf(const JobPlan& plan, const FactsById& facts);

/// The mean cell of every population all of whose trees are known.
CellShapes ShapesOf(const JobPlan& plan, const FactsById& facts);

/// A refusal with the first step and field of the pipeline that name the file
/// which it is about; unchanged if none does.
absl::Status WithField(const JobPlan& plan, const absl::Status& refusal);

/// Identity of a check's inputs as `worker` sees them; with labels, also of
/// what an error would say.
std::string CheckKey(const ModelCheck& check, absl::string_view worker,
                     bool with_labels);

}  // namespace miv::server
