#pragma once

// How many segments a section needs.

#include <vector>

#include "absl/types/span.h"

namespace miv::simulate {

/// The d_lambda rule: segments shorter than d_lambda of the length constant at
/// this frequency.
struct SegmentRule {
  double frequency_hz = 100;
  double d_lambda = 0.1;
};

/// One point of a section's outline.
struct OutlinePoint {
  double arc_um = 0;
  double diam_um = 0;
};

struct Cable {
  double length_um = 0;
  double diam_um = 0;        ///< at the middle; for sections without points
  double ra_ohm_cm = 0;      ///< axial resistivity
  double cm_uf_per_cm2 = 0;  ///< membrane capacitance at the middle
  std::vector<OutlinePoint> points;
};

/// Length in units of the length constant for signals of this frequency,
///
///   X = 1e-5 sqrt(2) sqrt(4 pi f Ra cm) sum_i dx_i / sqrt(d_i + d_i+1),
///
/// or, with less than two points, L 1e-5 sqrt(4 pi f Ra cm / diam); 0 without a
/// capacitance.
/// Source: L / lambda_f, lambda_f as in NEURON 8.2.2's stdlib.hoc; Hines and
/// Carnevale 2001, The Neuroscientist 7:123-135.
double ElectrotonicLength(const Cable& cable, double frequency_hz);

/// The smallest odd number of segments of at most d_lambda each,
/// 2 floor((X / d_lambda + 0.9) / 2) + 1 (the same source).
int SegmentsFor(double electrotonic_length, double d_lambda);

}  // namespace miv::simulate
