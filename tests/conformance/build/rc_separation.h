#pragma once

// The published case that acceptance numbers refer to: three reconstructed
// cells, densities and layers.  Files are looked for outside the repository.

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/files.h"
#include "worker/build/morphology/contraction.h"
#include "worker/build/morphology/swc.h"
#include "worker/build/synapses/native_geometry.h"
#include "worker/build/synapses/synapse_density.h"

namespace miv::build::rc_separation {

inline constexpr std::int8_t kSO = 5, kSP = 6, kSR = 8, kSLM = 9;

inline std::string SharedDirectory() {
  const char* shared = std::getenv("MIV_SHARED");
  return shared != nullptr ? shared : MIV_SOURCE_DIR "/../shared";
}

inline std::string SwcPath(const std::string& population) {
  return SharedDirectory() + "/cases/rc-separation/morphology/" + population +
         ".swc";
}

inline bool Available() { return std::filesystem::exists(SwcPath("PYR")); }

inline Morphology Load(const std::string& population) {
  auto points = ParseSwc(*ReadFile(SwcPath(population)), population + ".swc");
  return *ContractToSections(*std::move(points), population + ".swc");
}

/// As the case's templates lay the cells out: one segment per section for PYR,
/// the d_lambda rule for the interneurons.
inline CellGeometry Geometry(const std::string& population) {
  NsegPolicy policy;
  if (population != "PYR") policy.kind = NsegPolicy::Kind::kDLambda;
  return *NativeGeometry(Load(population), policy);
}

/// Layers in the order of the case's cell_types.yml.
inline DensityTable Densities(const std::string& population) {
  const auto d = [](std::int8_t layer, double mean) {
    return LayerDensity{layer, mean, 0.1};
  };
  const auto all = [](double mean, double sd) {
    return LayerDensity{std::nullopt, mean, sd};
  };
  if (population == "PYR")
    return {{kApical, kExcitatory, {d(kSLM, 0.90), d(kSR, 3.52)}},
            {kApical, kInhibitory, {d(kSLM, 0.15), d(kSR, 0.11)}},
            {kBasal, kExcitatory, {d(kSO, 3.08)}},
            {kBasal, kInhibitory, {d(kSO, 0.11)}},
            {kSoma, kInhibitory, {all(0.20, 0.1)}},
            {kSoma, kExcitatory, {all(0.0, 0.1)}},
            {kAis, kInhibitory, {all(0.68, 0.01)}}};
  if (population == "PVBC")
    return {{kApical, kExcitatory, {d(kSLM, 1.43), d(kSR, 4.16)}},
            {kApical, kInhibitory, {d(kSLM, 0.27), d(kSR, 0.16)}},
            {kBasal, kExcitatory, {d(kSO, 3.61)}},
            {kBasal, kInhibitory, {d(kSO, 3.44)}},
            {kSoma, kInhibitory, {all(0.18, 0.1)}},
            {kSoma, kExcitatory, {all(0.40, 0.1)}}};
  return {{kBasal, kExcitatory, {d(kSO, 3.60)}},
          {kBasal, kInhibitory, {d(kSO, 1.06)}}};
}

}  // namespace miv::build::rc_separation
