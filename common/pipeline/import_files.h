#pragma once

// What the directories of SWC files hold that imports name.

#include "absl/status/status.h"
#include "common/pipeline/pipeline.h"

namespace miv::pipeline {

/// Gives every import whose `file` is a directory, and that has no `gids`, the
/// mapping from gids to files: the content of DIRECTORY/gids.yaml, else that of
/// the names of its files, GID.swc.
///
/// Errors: InvalidArgument about the field: EMPTY_DIRECTORY without any SWC
/// file; BAD_NAME for one that is called otherwise; WRONG_TYPE if gids.yaml is
/// not a mapping; as config::LoadYamlFile.
absl::Status LoadImportDirectories(LoadedPipeline& loaded);

}  // namespace miv::pipeline
