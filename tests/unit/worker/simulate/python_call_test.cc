#include "worker/simulate/neuron/python_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace miv::simulate::neuron {
namespace {

using ::testing::HasSubstr;

PythonReference Array(std::vector<double> numbers) {
  return {PythonValue::Of(PythonValue::Array(std::move(numbers)))};
}

PythonReference Main() { return {PythonValue::Main()}; }

PythonReference Mapping() {
  PythonValue::Mapping items;
  items.emplace("g", 2.5);
  items.emplace("name", std::string("PR"));
  return {PythonValue::Of(std::move(items))};
}

double Number(const PythonResult& result) {
  EXPECT_EQ(result.error, "");
  return std::get<double>(result.content);
}

TEST(PythonCall, ReadsArraysByIndexFromBothEnds) {
  PythonReference o = Array({10, 20, 30});
  EXPECT_EQ(Number(EvaluatePython(o, "size", {})), 3);
  EXPECT_EQ(Number(EvaluatePython(o, "__len__", {})), 3);
  EXPECT_EQ(Number(EvaluatePython(o, "_", {{0.0}})), 10);
  EXPECT_EQ(Number(EvaluatePython(o, "_", {{-1.0}})), 30);
  EXPECT_EQ(Number(EvaluatePython(o, "__getitem__", {{1.0}})), 20);
}

TEST(PythonCall, RefusesIndicesOutOfRange) {
  PythonReference o = Array({10, 20, 30});
  for (const double i : {3.0, -4.0}) {
    EXPECT_THAT(EvaluatePython(o, "_", {{i}}).error,
                HasSubstr("out of range of the array of 3 numbers"));
  }
}

TEST(PythonCall, IteratesToTheEnd) {
  PythonReference main = Main();
  const PythonReference o = Array({1, 2});
  PythonReference it =
      std::get<PythonReference>(EvaluatePython(main, "iter", {{o}}).content);
  EXPECT_EQ(Number(EvaluatePython(it, "__next__", {})), 1);
  EXPECT_EQ(Number(EvaluatePython(it, "__next__", {})), 2);
  EXPECT_EQ(EvaluatePython(it, "__next__", {}).error, "StopIteration");
}

TEST(PythonCall, KnowsLenAndFloat) {
  PythonReference main = Main();
  EXPECT_EQ(Number(EvaluatePython(main, "len", {{Array({4, 5})}})), 2);
  EXPECT_EQ(Number(EvaluatePython(main, "float", {{4.5}})), 4.5);
}

TEST(PythonCall, FindsArraysInSequences) {
  const PythonReference inner = Array({7});
  PythonReference rows{PythonValue::Of(PythonValue::Sequence{inner.value})};
  PythonReference row = std::get<PythonReference>(
      EvaluatePython(rows, "__getitem__", {{0.0}}).content);
  EXPECT_EQ(Number(EvaluatePython(row, "_", {{-1.0}})), 7);
}

TEST(PythonCall, LooksUpNamesWithAndWithoutDefault) {
  PythonReference o = Mapping();
  EXPECT_EQ(Number(EvaluatePython(o, "__getitem__", {{std::string("g")}})),
            2.5);
  EXPECT_EQ(Number(EvaluatePython(o, "get", {{std::string("absent")}, {9.0}})),
            9);
  EXPECT_EQ(std::get<std::string>(
                EvaluatePython(o, "get", {{std::string("name")}}).content),
            "PR");
  EXPECT_EQ(EvaluatePython(o, "get", {{std::string("absent")}}).content.index(),
            0u);  // None
  EXPECT_EQ(Number(EvaluatePython(o, "__contains__", {{std::string("g")}})), 1);
  EXPECT_THAT(EvaluatePython(o, "__getitem__", {{std::string("x")}}).error,
              HasSubstr("KeyError: x"));
}

TEST(PythonCall, SaysThatEverythingElseNeedsPython) {
  PythonReference o = Array({1});
  PythonReference main = Main();
  for (PythonResult result :
       {EvaluatePython(o, "append", {{3.0}}), EvaluatePython(o, "sum", {}),
        EvaluatePython(main, "sum", {{o}}), EvaluatePython(main, "iter", {}),
        EvaluatePython(main, "iter", {{std::monostate()}})}) {
    EXPECT_THAT(result.error, HasSubstr("this template needs Python"));
  }
}

TEST(RefusalOfStatement, LetsImportsOfNumpyAndMathPass) {
  for (const char* text : {"import numpy as np", "import numpy", "import math",
                           "from math import pi", "  from numpy import *"}) {
    EXPECT_EQ(RefusalOfStatement(text), "") << text;
  }
}

TEST(RefusalOfStatement, StopsEverythingElse) {
  for (const char* text : {"x = 3", "import os", "import numpy; x = 3",
                           "from os import system", "import", ""}) {
    EXPECT_THAT(RefusalOfStatement(text), HasSubstr("needs Python")) << text;
  }
}

}  // namespace
}  // namespace miv::simulate::neuron
