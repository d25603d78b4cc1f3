#pragma once

// HDF5 files and findings about them, as text and as JSON.

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/cli/h5_tree.h"
#include "client/cli/table.h"
#include "common/neuroh5/describe.h"
#include "common/neuroh5/validate.h"

namespace miv::client {

/// {"file", "bytes", "populations": [{"name", "index", "start", "count",
///  "trees", "attributes": [{"namespace", "name", "type", "cells",
///  "values"}]}], "projections": [{"destination", "source", "listed",
///  "destinations", "blocks", "edges", "attributes": [{"namespace", "name",
///  "type"}]}], "other": [...]}
nlohmann::json SummaryJson(const neuroh5::FileSummary& summary,
                           const std::vector<H5Object>& others);
std::string SummaryText(const neuroh5::FileSummary& summary,
                        const std::vector<H5Object>& others,
                        const Table::Style& style);

/// [{"path", "kind": "group" | "dataset", "type", "shape"}].
nlohmann::json ObjectsJson(const std::vector<H5Object>& objects);
std::string ObjectsText(const std::vector<H5Object>& objects,
                        const Table::Style& style);

/// {"file", "sound", "findings": [{"severity", "path", "what", "expected",
///  "found", "remedy"}]}; sound: no finding is an error.
nlohmann::json FindingsJson(const std::string& file,
                            const std::vector<neuroh5::Finding>& findings);
std::string FindingsText(const std::string& file,
                         const std::vector<neuroh5::Finding>& findings,
                         bool colour);

}  // namespace miv::client
