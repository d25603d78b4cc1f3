#pragma once

// A copy of the example model on disk, to be changed file by file.

#include <map>
#include <string>
#include <vector>

#include "common/pipeline/resolve.h"

namespace miv::pipeline {

/// Keys by step.
using Keys = std::map<std::string, std::string>;

class ExampleCopy {
 public:
  ExampleCopy();
  ~ExampleCopy();
  ExampleCopy(const ExampleCopy&) = delete;
  ExampleCopy& operator=(const ExampleCopy&) = delete;

  /// Replaces the only occurrence of `from` in a file; else the test fails.
  void Edit(const std::string& file, const std::string& from,
            const std::string& to);
  void Append(const std::string& file, const std::string& text);
  void Rename(const std::string& from, const std::string& to);

  /// Cache keys of the steps of one of its pipeline files, as if the bytes of
  /// every output were the hash of its step's key: whatever depends on a step
  /// that runs again, runs again.  Files count by their content, directories as
  /// the server counts them.
  Keys KeysOf(const std::string& pipeline,
              const std::vector<std::string>& overrides = {}) const;

 private:
  std::string PathOf(const std::string& file) const;
  std::string DigestOfFile(const ResolvedStep& step, const Input& input) const;

  std::string root_;
};

/// What a step of pipeline.yaml is called in pipeline_declarative.yaml.
std::string DeclarativeName(const std::string& step);

}  // namespace miv::pipeline
