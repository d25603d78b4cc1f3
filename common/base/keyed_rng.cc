#include "common/base/keyed_rng.h"

#include <Random123/philox.h>

#include <cmath>
#include <limits>

#include "common/base/fnv.h"

namespace miv {
namespace {

// Horner evaluation of a polynomial with coefficients c[0] + c[1] x + ...
template <std::size_t N>
double Polynomial(const double (&c)[N], double x) {
  double value = c[N - 1];
  for (std::size_t i = N - 1; i > 0; --i) value = value * x + c[i - 1];
  return value;
}

}  // namespace

KeyedRng::KeyedRng(std::int64_t seed, absl::string_view purpose,
                   std::uint32_t gid, std::uint32_t index) {
  // The key mixes seed and purpose; the counter holds gid, index and the block
  // number, so streams of one key never overlap.
  std::uint64_t key = Fnv1a64(purpose);
  key ^= static_cast<std::uint64_t>(seed) * 0x9E3779B97F4A7C15ull;
  key ^= key >> 29;
  key_ = {static_cast<std::uint32_t>(key),
          static_cast<std::uint32_t>(key >> 32)};
  counter_ = {0, 0, index, gid};
}

void KeyedRng::Refill() {
  const r123::Philox4x32 philox;
  r123::Philox4x32::ctr_type counter = {
      {counter_[0], counter_[1], counter_[2], counter_[3]}};
  r123::Philox4x32::key_type key = {{key_[0], key_[1]}};
  const auto out = philox(counter, key);
  block_ = {out[0], out[1], out[2], out[3]};
  if (++counter_[0] == 0) ++counter_[1];
  used_ = 0;
}

std::uint32_t KeyedRng::NextU32() {
  if (used_ == 4) Refill();
  return block_[static_cast<std::size_t>(used_++)];
}

std::uint64_t KeyedRng::NextU64() {
  const std::uint64_t low = NextU32();
  return low | (static_cast<std::uint64_t>(NextU32()) << 32);
}

double KeyedRng::Uniform() {
  return static_cast<double>(NextU64() >> 11) * 0x1.0p-53;
}

double KeyedRng::Normal() {
  // The midpoints of 2^52 cells: never 0 or 1.
  const double p =
      (static_cast<double>(NextU64() >> 12) + 0.5) * 0x1.0p-52;
  return InverseNormal(p);
}

double KeyedRng::Exponential() { return -std::log(UniformPositive()); }

std::uint32_t KeyedRng::Below(std::uint32_t n) {
  std::uint64_t product = static_cast<std::uint64_t>(NextU32()) * n;
  std::uint32_t low = static_cast<std::uint32_t>(product);
  if (low < n) {
    const std::uint32_t threshold = (0u - n) % n;
    while (low < threshold) {
      product = static_cast<std::uint64_t>(NextU32()) * n;
      low = static_cast<std::uint32_t>(product);
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

double InverseNormal(double p) {
  static constexpr double a[] = {
      3.3871328727963666080e0,  1.3314166789178437745e2,
      1.9715909503065514427e3,  1.3731693765509461125e4,
      4.5921953931549871457e4,  6.7265770927008700853e4,
      3.3430575583588128105e4,  2.5090809287301226727e3};
  static constexpr double b[] = {
      1.0,                      4.2313330701600911252e1,
      6.8718700749205790830e2,  5.3941960214247511077e3,
      2.1213794301586595867e4,  3.9307895800092710610e4,
      2.8729085735721942674e4,  5.2264952788528545610e3};
  static constexpr double c[] = {
      1.42343711074968357734e0, 4.63033784615654529590e0,
      5.76949722146069140550e0, 3.64784832476320460504e0,
      1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double d[] = {
      1.0,                      2.05319162663775882187e0,
      1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2,
      5.47593808499534494600e-4, 1.05075007164441684324e-9};
  static constexpr double e[] = {
      6.65790464350110377720e0, 5.46378491116411436990e0,
      1.78482653991729133580e0, 2.96560571828504891230e-1,
      2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double f[] = {
      1.0,                      5.99832206555887937690e-1,
      1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5,
      1.42151175831644588870e-7, 2.04426310338993978564e-15};
  if (!(p > 0) || !(p < 1)) return std::numeric_limits<double>::quiet_NaN();
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * Polynomial(a, r) / Polynomial(b, r);
  }
  double r = std::sqrt(-std::log(q < 0 ? p : 1 - p));
  double value = 0;
  if (r <= 5) {
    r -= 1.6;
    value = Polynomial(c, r) / Polynomial(d, r);
  } else {
    r -= 5;
    value = Polynomial(e, r) / Polynomial(f, r);
  }
  return q < 0 ? -value : value;
}

}  // namespace miv
