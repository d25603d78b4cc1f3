#pragma once

namespace miv {

/// Mean of a normal variable with this mean and standard deviation, given that
/// it is positive: mean + sd phi(a) / Phi(a), a = mean / sd; `mean` itself if
/// sd is 0.
double PositiveNormalMean(double mean, double sd);

}  // namespace miv
