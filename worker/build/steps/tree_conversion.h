#pragma once

#include "common/neuroh5/tree.h"
#include "worker/build/morphology/morphology.h"

namespace miv::worker {

/// The same morphology as a neuroh5 tree (gid 0), and back.
neuroh5::Tree TreeOf(const build::Morphology& morphology);
build::Morphology MorphologyOf(const neuroh5::Tree& tree);

}  // namespace miv::worker
