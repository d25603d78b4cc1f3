#include "tests/unit/common/pipeline/example_copy.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "common/base/digest.h"
#include "common/base/files.h"
#include "common/pipeline/cache_key.h"
#include "common/pipeline/model_files.h"

namespace miv::pipeline {
namespace {

namespace fs = std::filesystem;

std::string Read(const std::string& path) {
  std::ifstream in(path);
  EXPECT_TRUE(in.good()) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

void Write(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

FileTexts TextsBelow(const std::string& directory) {
  FileTexts texts;
  for (const auto& entry : fs::recursive_directory_iterator(directory))
    if (entry.is_regular_file())
      texts[fs::relative(entry.path(), directory).string()] =
          Read(entry.path().string());
  return texts;
}

std::string DigestOfTexts(const FileTexts& all,
                          const std::vector<std::string>& names) {
  nlohmann::json texts = nlohmann::json::object();
  for (const auto& name : names) texts[name] = all.at(name);
  return DigestOf(texts.dump());
}

std::vector<std::string> Names(const FileTexts& texts) {
  std::vector<std::string> names;
  for (const auto& [name, text] : texts) names.push_back(name);
  return names;
}

}  // namespace

ExampleCopy::ExampleCopy() {
  static int copies = 0;
  root_ = fs::temp_directory_path() /
          absl::StrCat("miv_example_", ::getpid(), "_", copies++);
  fs::remove_all(root_);
  fs::create_directories(root_);
  const fs::path example = MIV_SOURCE_DIR "/examples/microcircuit";
  for (const char* name :
       {"pipeline.yaml", "pipeline_declarative.yaml", "network.yaml", "config",
        "morphology", "templates", "mechanisms"})
    fs::copy(example / name, fs::path(root_) / name,
             fs::copy_options::recursive);
}

ExampleCopy::~ExampleCopy() { fs::remove_all(root_); }

std::string ExampleCopy::PathOf(const std::string& file) const {
  return JoinPath(root_, file);
}

void ExampleCopy::Edit(const std::string& file, const std::string& from,
                       const std::string& to) {
  std::string text = Read(PathOf(file));
  const auto at = text.find(from);
  ASSERT_NE(at, std::string::npos) << file << " lacks " << from;
  ASSERT_EQ(text.find(from, at + 1), std::string::npos)
      << file << " has several " << from;
  Write(PathOf(file), text.replace(at, from.size(), to));
}

void ExampleCopy::Append(const std::string& file, const std::string& text) {
  Write(PathOf(file), Read(PathOf(file)) + text);
}

void ExampleCopy::Rename(const std::string& from, const std::string& to) {
  fs::rename(PathOf(from), PathOf(to));
}

std::string ExampleCopy::DigestOfFile(const ResolvedStep& step,
                                      const Input& input) const {
  if (!input.directory) return DigestOf(Read(PathOf(input.path)));
  const FileTexts texts = TextsBelow(PathOf(input.path));
  if (step.kind != "distribute_synapses")
    return DigestOfTexts(texts, Names(texts));
  const auto needed =
      ModelFilesOf(step.config["cell_types"][step.population()]["template"]
                       .get<std::string>(),
                   TextsBelow(PathOf(step.FindInput("templates")->path)),
                   TextsBelow(PathOf(step.FindInput("mechanisms")->path)));
  EXPECT_TRUE(needed.ok()) << needed.status();
  return DigestOfTexts(texts, input.role == "templates" ? needed->templates
                                                        : needed->mechanisms);
}

Keys ExampleCopy::KeysOf(const std::string& pipeline,
                         const std::vector<std::string>& overrides) const {
  Keys keys;
  const auto loaded = LoadPipelineFile(PathOf(pipeline), overrides);
  EXPECT_TRUE(loaded.ok()) << loaded.status();
  if (!loaded.ok()) return keys;
  const auto resolved = Resolve(loaded->spec);
  EXPECT_TRUE(resolved.ok()) << resolved.status();
  if (!resolved.ok()) return keys;
  for (const std::size_t index : resolved->order) {
    const ResolvedStep& step = resolved->steps[index];
    std::map<std::string, std::string> digests;
    for (const Input& input : step.inputs)
      digests[input.role] = input.step.empty()
                                ? DigestOfFile(step, input)
                                : DigestOf(keys.at(input.step) + input.output);
    keys[step.name] = CacheKey(step, digests);
  }
  return keys;
}

std::string DeclarativeName(const std::string& step) {
  if (step == "run") return step;
  if (step == "graph") return "network";
  if (step == "network") return "network_architecture";
  return "network_" + step;
}

}  // namespace miv::pipeline
