#pragma once

// Tables of mistakes: what is changed in the network, and what Resolve says.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/common/pipeline/network_fixture.h"

namespace miv::pipeline {

struct ErrorCase {
  std::string name;
  std::vector<std::string> overrides;  ///< of NetworkYaml()
  std::string message;                 ///< whole
};

inline std::string CaseName(const testing::TestParamInfo<ErrorCase>& info) {
  return info.param.name;
}

}  // namespace miv::pipeline
