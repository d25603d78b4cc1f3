#pragma once

// The small model of the tests in this directory: tests/neuron/model.

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "absl/status/status.h"
#include "common/base/files.h"
#include "common/neuroh5/tree.h"
#include "tests/neuron/shared_engine.h"
#include "tests/neuron/test_directory.h"
#include "worker/simulate/cells/template_arguments.h"
#include "worker/simulate/neuron/compile/compile_mechanisms.h"
#include "worker/simulate/neuron/mechanisms.h"
#include "worker/simulate/neuron/templates.h"

namespace miv::simulate {

inline std::string ModelDirectory(const std::string& part) {
  return MIV_SOURCE_DIR "/tests/neuron/model/" + part;
}

/// The compiled mechanisms of the model; compiles at the first use.
inline std::string ModelLibrary() {
  static const std::string library = [] {
    const std::string made = TestDirectory() + "libnrnmech.so";
    if (::access(made.c_str(), R_OK) == 0) return made;  // by the parent
    neuron::CompileRequest request;
    request.directory = ModelDirectory("mechanisms");
    request.label = "mechanisms";
    request.output_directory = TestDirectory();
    const auto compiled = neuron::CompileMechanisms(request);
    EXPECT_TRUE(compiled.ok()) << compiled.status();
    return made;
  }();
  return library;
}

/// The engine with the model's mechanisms.
inline neuron::Engine& ModelEngine() {
  static const absl::Status loaded = neuron::LoadMechanisms(
      neuron::SharedEngine(), ModelLibrary(), "mechanisms");
  EXPECT_TRUE(loaded.ok()) << loaded;
  return neuron::SharedEngine();
}

inline neuron::Template ModelTemplate(const std::string& name) {
  const auto loaded = neuron::LoadTemplate(
      ModelEngine(), name, ModelDirectory("templates/" + name + ".hoc"),
      "templates/" + name + ".hoc");
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  return *loaded;
}

/// A soma of 20 um along z, a straight dendrite of 200 um on its 1 end
/// (apical), and an axon of 150 um on its 0 end.
inline neuroh5::Tree SmallTree(std::uint32_t gid = 0) {
  neuroh5::Tree tree;
  tree.gid = gid;
  tree.x = {0, 0, 0, 0, 0, 0};
  tree.y = {0, 0, 0, 0, 0, 0};
  tree.z = {0, 20, 120, 220, -75, -150};
  tree.radius = {10, 10, 1, 1, 0.5f, 0.5f};
  tree.layer = {6, 6, 8, 8, 5, 5};
  tree.swc_type = {1, 1, 4, 4, 2, 2};
  tree.parent = {-1, 0, 1, 2, 0, 4};
  tree.sections = {{0, 1}, {1, 2, 3}, {0, 4, 5}};
  tree.src = {0, 0};
  tree.dst = {1, 2};
  return tree;
}

}  // namespace miv::simulate
