#pragma once

// Sums that do not depend on the order of their terms.

#include <cmath>
#include <cstdint>

namespace miv::simulate {

/// A sum of doubles in fixed point: 128 bits with a unit of 2^-84.
///
/// Each term is rounded to the unit (5e-26) once; the sum itself is exact, so
/// that any grouping of the terms, over any number of ranks, gives the same
/// bits.  Terms beyond +-2^20 (1e6) or that are not finite mark the sum as
/// overflown; 8 million terms of that size fit.
class ExactSum {
 public:
  void Add(double term) {
    if (!(std::abs(term) < kLargestTerm)) {
      overflown_ = true;
      return;
    }
    units_ += static_cast<Units>(term * kUnitsPerOne);
  }

  void Add(const ExactSum& other) {
    units_ += other.units_;
    overflown_ = overflown_ || other.overflown_;
  }

  bool overflown() const { return overflown_; }

  /// The nearest double; NaN if the sum has overflown.
  double value() const {
    if (overflown_) return std::nan("");
    return static_cast<double>(units_) / kUnitsPerOne;
  }

 private:
  __extension__ using Units = __int128;

  static constexpr double kUnitsPerOne = 0x1p84;
  static constexpr double kLargestTerm = 0x1p20;

  Units units_ = 0;
  bool overflown_ = false;
};

}  // namespace miv::simulate
