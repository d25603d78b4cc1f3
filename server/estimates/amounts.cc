#include "server/estimates/amounts.h"

#include <cmath>

namespace miv::server {
namespace {

constexpr const char* kUnits[] = {
    "cells",      "synapses", "edges",           "moves",   "bytes",
    "tree_bytes", "segments", "point_processes", "netcons", "steps"};

// A number, or the sum of a list of numbers; NaN for anything else.
double SumOf(const nlohmann::json& value) {
  if (value.is_number()) return value.get<double>();
  if (!value.is_array()) return std::nan("");
  double sum = 0;
  for (const auto& one : value) {
    sum += one.is_number() ? one.get<double>() : std::nan("");
  }
  return sum;
}

}  // namespace

double AmountOf(const Amounts& amounts, absl::string_view unit) {
  const auto found = amounts.find(unit);
  return found == amounts.end() ? 0 : found->second;
}

Amounts AmountsOfReport(const nlohmann::json& report) {
  Amounts amounts;
  if (!report.is_object()) return amounts;
  for (const char* unit : kUnits) {
    const auto found = report.find(unit);
    if (found == report.end()) continue;
    const double sum = SumOf(*found);
    if (std::isfinite(sum) && sum >= 0) amounts[unit] = sum;
  }
  return amounts;
}

}  // namespace miv::server
