#pragma once

// What a network is made of: cells, layers, densities, projections.
//
// Every field is that of docs/components.md and `miv kinds KIND`; one that is
// not set has the default that is written there.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/components/value.h"

namespace miv::client {

enum class SectionClass {
  kSoma,
  kAxon,
  kBasal,
  kApical,
  kTrunk,
  kTuft,
  kAis,
  kHillock
};
enum class SynapseType { kExcitatory, kInhibitory, kModulatory };

const char* ConfigName(SectionClass section);
const char* ConfigName(SynapseType type);

/// population -> layer -> number of cells
using CellDistributions =
    std::map<std::string, std::map<std::string, std::int64_t>>;

/// A box of tissue, {u, v, l} in um.
struct Extent {
  std::array<double, 3> low = {};
  std::array<double, 3> high = {};
  Json ToJson() const { return {low, high}; }
};
using LayerExtents = std::map<std::string, Extent>;  ///< by layer

/// Reach of the axons of a population in a layer, um.
struct AxonExtent {
  std::array<double, 2> width = {};  ///< along u and v
  std::optional<std::array<double, 2>> offset;
};
/// population -> layer or "default"
using AxonExtents = std::map<std::string, std::map<std::string, AxonExtent>>;

/// Synapses per um of section.
struct Density {
  std::optional<double> mean;
  std::optional<double> variance;  ///< a standard deviation, as in the original
};
using LayerDensities = std::map<std::string, Density>;  ///< by layer
using Densities = std::map<SectionClass, std::map<SynapseType, LayerDensities>>;

/// Weights that were made elsewhere: the namespaces that hold them, and how
/// they become parameters.
struct SynapseWeights {
  std::vector<std::string> namespaces;  ///< `namespace`
  std::string expr;
  std::vector<std::string> parameter;
  std::map<std::string, double> constants;  ///< `const`
};

struct CellSynapses {
  Densities density;
  /// The layers that count with DensitySemantics::kLastLayer.
  std::map<SectionClass, std::map<SynapseType, std::string>> last_layers;
  std::optional<bool> unique;
  std::vector<SynapseWeights> weights;
};

/// Where the cells of a population that plays trains find theirs.
struct SpikeTrainSource {
  std::string namespace_name;  ///< `namespace`
  std::string attribute;
};

struct CellType {
  std::string template_name;   ///< `template`
  std::string template_file;   ///< `template file`
  std::string template_class;  ///< `template class`
  std::optional<std::map<std::string, Json>> mechanism;
  std::optional<CellSynapses> synapses;
  std::optional<SpikeTrainSource> spike_train;  ///< `spike train`
};
using CellTypes = std::map<std::string, CellType>;  ///< by population

/// A parameter computed from the attributes of a connection.
struct Expression {
  std::string expr;
  std::vector<std::string> parameter;
  std::map<std::string, double> constants;  ///< `const`
};

/// A number, or an expression.
class Parameter {
 public:
  Parameter(double number) : value_(number) {}  // NOLINT: a number is one
  Parameter(Expression expression)              // NOLINT
      : value_(std::move(expression)) {}
  /// The mechanism's own value.
  static Parameter Unset() { return Parameter(); }

  Json ToJson() const;

 private:
  Parameter() = default;
  std::variant<std::monostate, double, Expression> value_;
};

/// synapse name -> parameter -> value
using Mechanisms = std::map<std::string, std::map<std::string, Parameter>>;

/// What one population projects to another.  sections, layers and proportions
/// are parallel.
struct Projection {
  std::optional<SynapseType> type;
  std::vector<SectionClass> sections;
  std::vector<std::string> layers;
  std::vector<double> proportions;
  Mechanisms mechanisms;
  /// Instead of `mechanisms`, not beside it: by "default" or section class.
  std::map<std::string, Mechanisms> mechanisms_by_section;
  std::optional<int> contacts;
};
/// post-synaptic population -> pre-synaptic population
using Projections = std::map<std::string, std::map<std::string, Projection>>;

void WriteFields(const AxonExtent& extent, ConfigWriter& writer);
void WriteFields(const Density& density, ConfigWriter& writer);
void WriteFields(const SynapseWeights& weights, ConfigWriter& writer);
void WriteFields(const CellSynapses& synapses, ConfigWriter& writer);
void WriteFields(const SpikeTrainSource& source, ConfigWriter& writer);
void WriteFields(const CellType& type, ConfigWriter& writer);
void WriteFields(const Expression& expression, ConfigWriter& writer);
void WriteFields(const Projection& projection, ConfigWriter& writer);

}  // namespace miv::client
