#pragma once

// An import of SWC files in place of a forest becomes the forest's own step.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "common/pipeline/expand_network.h"

namespace miv::pipeline {

bool IsImportKind(absl::string_view kind);

/// Turns every import that stands for generate_synapse_forest and gives SWC
/// files into a step of that kind, of the same name, so that it has the same
/// bytes and the same cache key:
///
///   file: CELL.swc          morphology: CELL.swc, of every cell
///   file: DIRECTORY with    morphology: [{file: DIRECTORY/FILE, gids}, ...],
///   gids: {GID: FILE}       in the order of the gids; those of "default" last
///
/// A key of gids is a gid, "FIRST-LAST", or "default" for all other cells; only
/// the latter may have several files, which its cells take in turn.  The fields
/// that give points their layers are those of the forest.
///
/// Errors: InvalidArgument about fields of the import: those of ApplySchema;
/// WRONG_TYPE for a key that is no gid; BAD_NAME for a file outside of the
/// directory or that is not called .swc; CONFLICT for gids of a single file, or
/// of what is no forest.
absl::Status ExpandSwcImports(Expansion& expansion);

}  // namespace miv::pipeline
