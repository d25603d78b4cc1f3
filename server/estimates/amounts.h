#pragma once

// How much work a step is, in the natural units of its kind.

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/string_view.h"

namespace miv::server {

/// Units of work of all ranks together, by name:
///   "cells", "synapses", "edges", "moves" (of somata), "bytes" (read and
///   written again), "tree_bytes" (of morphologies that are read), "segments",
///   "point_processes", "netcons", "steps" (of simulated time).
using Amounts = std::map<std::string, double, std::less<>>;

/// The amount of `unit`; 0 if there is none.
double AmountOf(const Amounts& amounts, absl::string_view unit);

/// The units above that a worker's report has: numbers, or lists with one
/// number per rank.  Anything else is left out: a report is a worker's word.
Amounts AmountsOfReport(const nlohmann::json& report);

}  // namespace miv::server
