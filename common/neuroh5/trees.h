#pragma once

// Trees of a population: reading some or all, writing one per cell.

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/tree.h"
#include "common/neuroh5/writer.h"

namespace miv::neuroh5 {

/// Global gids with a tree, in storage order; empty if the population has no
/// Trees.
absl::StatusOr<std::vector<std::uint32_t>> TreeGids(
    const Reader& reader, absl::string_view population);

/// The selected trees, ordered as Selection says.  A gid stored twice is an
/// error. Every tree passes CheckTree. Errors: as Reader's; DataLoss with the
/// gid for a tree that is not one, among them trees with 1-based section ids.
absl::StatusOr<std::vector<Tree>> ReadTrees(const Reader& reader,
                                            absl::string_view population,
                                            const Selection& selection);

/// Writes /Populations/<population>/Trees with neuroh5's hard links, once per
/// file and population.  Collective.
///   gids     [n] this rank's cells, ascending; all of a lower rank's gids are
///            lower; n may be 0
///   shape_of [n] index into shapes
///   shapes   morphologies that pass CheckTree; their gid is ignored; a shape
///   used
///            for many cells is written for each, from the one value
/// Errors: InvalidArgument (gids unordered or outside the population, a tree
/// that fails CheckTree or has a single section, which neuroh5 cannot read
/// back), AlreadyExists.
absl::Status WriteTrees(Writer& writer, absl::string_view population,
                        absl::Span<const std::uint32_t> gids,
                        absl::Span<const std::uint32_t> shape_of,
                        absl::Span<const Tree> shapes,
                        const WriteMonitor& monitor = {});

/// Bytes of the values of one cell of this shape, as WriteTrees counts them.
std::uint64_t BytesOf(const Tree& shape);

}  // namespace miv::neuroh5
