#include "worker/simulate/cells/discretisation.h"

#include <cmath>

namespace miv::simulate {

double ElectrotonicLength(const Cable& cable, double frequency_hz) {
  const double scale = 1e-5 * std::sqrt(4 * M_PI * frequency_hz *
                                        cable.ra_ohm_cm * cable.cm_uf_per_cm2);
  if (scale == 0) return 0;
  if (cable.points.size() < 2) {
    return scale * cable.length_um / std::sqrt(cable.diam_um);
  }
  double sum = 0;
  for (std::size_t i = 1; i < cable.points.size(); ++i) {
    const OutlinePoint& a = cable.points[i - 1];
    const OutlinePoint& b = cable.points[i];
    sum += (b.arc_um - a.arc_um) / std::sqrt(a.diam_um + b.diam_um);
  }
  return std::sqrt(2.0) * scale * sum;
}

int SegmentsFor(double electrotonic_length, double d_lambda) {
  return 2 * static_cast<int>((electrotonic_length / d_lambda + 0.9) / 2) + 1;
}

}  // namespace miv::simulate
