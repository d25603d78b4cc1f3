// main() of tests that start NEURON: its library exports a main of its own, so
// a test program must bring one as an object.

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "common/base/files.h"
#include "tests/neuron/test_directory.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::string directory = miv::simulate::TestDirectory();
  const int result = RUN_ALL_TESTS();
  miv::RemoveTree(directory).IgnoreError();
  std::fflush(stdout);
  std::fflush(stderr);
  std::_Exit(result);  // NEURON's objects outlive every destructor
}
