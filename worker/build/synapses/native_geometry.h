#pragma once

// The geometry of a cell without a template: what a template of the usual
// family would make of the morphology.

#include "absl/status/statusor.h"
#include "worker/build/morphology/morphology.h"
#include "worker/build/synapses/cell_geometry.h"

namespace miv::build {

/// How sections are divided into segments.
struct NsegPolicy {
  enum class Kind {
    kOne,      ///< one segment each
    kDLambda,  ///< segments of at most d_lambda AC length constants, odd number
  };
  Kind kind = Kind::kOne;
  double d_lambda = 0.1;
  double frequency_hz = 100;
  double axial_resistance_ohm_cm = 35.4;
  double capacitance_uf_cm2 = 1;
};

/// Sections as stored: points in order, class of the last point; lengths as
/// NEURON adds them up, to the last bit (differences of coordinates in float).
/// kDLambda: nseg = 2 floor((L / (d_lambda lambda_f) + 0.9) / 2) + 1 with
/// lambda_f over the 3-d points. Source: NEURON 8.2, stdlib.hoc, lambda_f;
/// Hines & Carnevale 2001.
///
/// morphology: passes ValidateMorphology.
/// Errors: InvalidArgument for a section without length.
absl::StatusOr<CellGeometry> NativeGeometry(const Morphology& morphology,
                                            const NsegPolicy& policy);

}  // namespace miv::build
