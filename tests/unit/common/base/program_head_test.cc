#include "common/base/program_head.h"

#include <gtest/gtest.h>

#include "common/base/fault.h"

namespace miv {
namespace {

std::string Named(absl::string_view head) {
  const auto named = InterpreterOf(head, "config.program", "p.py");
  return named.ok() ? *named : FaultOf(named.status())->reason;
}

TEST(InterpreterOf, ReadsTheFirstLineAsTheKernelDoes) {
  EXPECT_EQ(Named("#!/usr/bin/python3\nimport os\n"), "/usr/bin/python3");
  EXPECT_EQ(Named("#! /usr/bin/env python3\n"), "/usr/bin/env");
  EXPECT_EQ(Named("#!/bin/sh"), "/bin/sh");
  EXPECT_EQ(Named("\x7f"
                  "ELF\x02\x01"),
            "");
}

TEST(InterpreterOf, RefusesWhatTheKernelCannotRun) {
  for (const char* head : {"", "import os\n", "#!python3\n", "#!\n/bin/sh",
                           "#!/usr/bin/python3\r\nimport os\r\n"})
    EXPECT_EQ(Named(head), "NO_INTERPRETER") << head;
}

TEST(InterpreterOf, NamesTheFileAndQuotesItsLineSafely) {
  const auto status =
      InterpreterOf("\x1b[2Jx\n", "config.program", "p.py").status();
  EXPECT_EQ(FaultOf(status)->file, "p.py");
  EXPECT_EQ(FaultOf(status)->field, "config.program");
  EXPECT_EQ(FaultOf(status)->found, "\"?[2Jx\"");
}

}  // namespace
}  // namespace miv
