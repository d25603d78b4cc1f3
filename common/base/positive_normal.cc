#include "common/base/positive_normal.h"

#include <cmath>

namespace miv {

double PositiveNormalMean(double mean, double sd) {
  if (!(sd > 0)) return mean;
  const double a = mean / sd;
  const double density = std::exp(-a * a / 2) / std::sqrt(2 * M_PI);
  const double above = 0.5 * std::erfc(-a / std::sqrt(2.0));
  return mean + sd * density / above;
}

}  // namespace miv
