#pragma once

// A file with every kind of neuroh5 object, whose values are functions of gid
// and position, written by any number of ranks.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/tree.h"
#include "common/neuroh5/types.h"

namespace miv::neuroh5 {

/// PYR 0 (gids 0 to 22), PVBC 10 (23 to 29), STIM 100 (30 to 40); projections
/// STIM -> PYR, PVBC -> PYR, PYR -> PVBC, PVBC -> PVBC.
Types SampleTypes();

/// Ten points in four sections, 0-based; x is shifted by `shift`.
Tree SampleTree(float shift);

/// This rank's contiguous part of a population's gids.
std::vector<std::uint32_t> OwnGids(const Team& team, const Population& p);

/// Synapses of PYR cell gid in the sample: 0 for every third cell, 9000 for gid
/// 7, else gid + 1.
std::uint64_t SynapsesOf(std::uint32_t gid);

/// Writes the sample.  Collective.
absl::Status WriteSample(const std::string& path, const FileAccess& access);

/// Writes a merge of a sample's coordinates, trees and projections. Collective.
absl::Status CopySample(const std::string& sample, const std::string& path,
                        const FileAccess& access);

}  // namespace miv::neuroh5
