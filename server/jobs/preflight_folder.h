#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "server/artifacts/artifact_store.h"
#include "server/jobs/model_checks.h"
#include "server/launchers/preflight_runner.h"

namespace miv::server {

/// Name of the library that a check compiles, below folder/work.
inline constexpr char kLibraryName[] = "libnrnmech.so";

/// Puts what a check reads below folder/inputs and writes down what to check:
///   {"mechanisms": {"directory", "label", "library_out"} | {"library"},
///    "templates": {"directory", "label"},
///    "cells": [{"id", "population", "template", "morphology", "label",
///               "layering"}],
///    "morphologies": [{"path", "label"}]}
/// library: digest of the compiled mechanisms; "" = compile them.
/// Errors: NotFound if an artifact is gone; ResourceExhausted.
absl::StatusOr<PreflightRequest> LayOutCheck(const ModelCheck& check,
                                             const std::string& folder,
                                             const std::string& library,
                                             const ArtifactStore& artifacts);

}  // namespace miv::server
