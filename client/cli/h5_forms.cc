#include "client/cli/h5_forms.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/format.h"

namespace miv::client {
namespace {

using neuroh5::FileSummary;
using neuroh5::Finding;
using neuroh5::PopulationSummary;
using nlohmann::json;

const PopulationSummary* SummaryOf(const FileSummary& summary,
                                   const std::string& population) {
  for (const auto& candidate : summary.populations)
    if (candidate.name == population) return &candidate;
  return nullptr;
}

json AttributesJson(const PopulationSummary& population) {
  json list = json::array();
  for (const auto& name_space : population.namespaces)
    for (const auto& attribute : name_space.attributes)
      list.push_back({{"namespace", name_space.name},
                      {"name", attribute.name},
                      {"type", neuroh5::NameOf(attribute.type)},
                      {"cells", attribute.cells},
                      {"values", attribute.values}});
  return list;
}

json ProjectionJson(const neuroh5::ProjectionSummary& projection) {
  json attributes = json::array();
  for (const auto& attribute : projection.attributes)
    attributes.push_back({{"namespace", attribute.name_space},
                          {"name", attribute.name},
                          {"type", neuroh5::NameOf(attribute.type)}});
  return {{"destination", projection.name.destination},
          {"source", projection.name.source},
          {"listed", projection.listed},
          {"destinations", projection.destinations},
          {"blocks", projection.blocks},
          {"edges", projection.edges},
          {"attributes", std::move(attributes)}};
}

std::string ShapeText(const H5Object& object) {
  if (object.group) return "group";
  if (object.shape.empty()) return object.type;
  return absl::StrCat(object.type, " [", absl::StrJoin(object.shape, ", "),
                      "]");
}

Table PopulationTable(const FileSummary& summary) {
  Table table(
      {"POPULATION", ">CELLS", ">FIRST GID", ">LAST GID", ">INDEX", ">TREES"});
  for (const auto& population : summary.types.populations) {
    const auto* described = SummaryOf(summary, population.name);
    const bool trees = described != nullptr && described->trees > 0;
    table.Add({population.name, absl::StrCat(population.count),
               absl::StrCat(population.start),
               absl::StrCat(population.end() - 1),
               absl::StrCat(population.index),
               trees ? absl::StrCat(described->trees) : "-"});
  }
  return table;
}

Table AttributeTable(const FileSummary& summary) {
  Table table(
      {"CELLS OF", "NAMESPACE", "ATTRIBUTE", "TYPE", ">CELLS", ">VALUES"});
  for (const auto& population : summary.populations)
    for (const auto& name_space : population.namespaces)
      for (const auto& attribute : name_space.attributes)
        table.Add({population.name, name_space.name, attribute.name,
                   std::string(neuroh5::NameOf(attribute.type)),
                   absl::StrCat(attribute.cells),
                   absl::StrCat(attribute.values)});
  return table;
}

Table ProjectionTable(const FileSummary& summary) {
  Table table({"TO", "FROM", ">CELLS", ">EDGES", ">BLOCKS", "ATTRIBUTES"});
  for (const auto& projection : summary.projections) {
    std::vector<std::string> attributes;
    for (const auto& attribute : projection.attributes)
      attributes.push_back(absl::StrCat(attribute.name_space, "/",
                                        attribute.name, " ",
                                        neuroh5::NameOf(attribute.type)));
    table.Add({projection.name.destination, projection.name.source,
               absl::StrCat(projection.destinations),
               absl::StrCat(projection.edges), absl::StrCat(projection.blocks),
               absl::StrJoin(attributes, ", ") +
                   (projection.listed ? "" : " (not listed as valid)")});
  }
  return table;
}

}  // namespace

json SummaryJson(const FileSummary& summary,
                 const std::vector<H5Object>& others) {
  json populations = json::array();
  for (const auto& population : summary.types.populations) {
    const auto* described = SummaryOf(summary, population.name);
    populations.push_back(
        {{"name", population.name},
         {"index", population.index},
         {"start", population.start},
         {"count", population.count},
         {"trees", described == nullptr ? 0 : described->trees},
         {"attributes",
          described == nullptr ? json::array() : AttributesJson(*described)}});
  }
  json projections = json::array();
  for (const auto& projection : summary.projections)
    projections.push_back(ProjectionJson(projection));
  return {{"file", summary.path},
          {"bytes", summary.bytes},
          {"populations", std::move(populations)},
          {"projections", std::move(projections)},
          {"other", ObjectsJson(others)}};
}

std::string SummaryText(const FileSummary& summary,
                        const std::vector<H5Object>& others,
                        const Table::Style& style) {
  std::string text = absl::StrCat(
      summary.path, "  ", BytesText(static_cast<std::int64_t>(summary.bytes)),
      "\n\n", PopulationTable(summary).Text(style));
  for (const Table& table : {AttributeTable(summary), ProjectionTable(summary)})
    if (!table.empty()) absl::StrAppend(&text, "\n", table.Text(style));
  if (!others.empty()) absl::StrAppend(&text, "\n", ObjectsText(others, style));
  return text;
}

json ObjectsJson(const std::vector<H5Object>& objects) {
  json list = json::array();
  for (const auto& object : objects) {
    json form = {{"path", object.path},
                 {"kind", object.group ? "group" : "dataset"}};
    if (!object.group) {
      form["type"] = object.type;
      form["shape"] = object.shape;
    }
    list.push_back(std::move(form));
  }
  return list;
}

std::string ObjectsText(const std::vector<H5Object>& objects,
                        const Table::Style& style) {
  Table table({"OBJECT", "CONTENT"});
  for (const auto& object : objects)
    table.Add({object.path, ShapeText(object)});
  return table.Text(style);
}

json FindingsJson(const std::string& file,
                  const std::vector<Finding>& findings) {
  json list = json::array();
  for (const auto& finding : findings)
    list.push_back(
        {{"severity",
          finding.severity == neuroh5::Severity::kError ? "error" : "warning"},
         {"path", finding.path},
         {"what", finding.what},
         {"expected", finding.expected},
         {"found", finding.found},
         {"remedy", finding.remedy}});
  return {{"file", file},
          {"sound", !neuroh5::HasErrors(findings)},
          {"findings", std::move(list)}};
}

std::string FindingsText(const std::string& file,
                         const std::vector<Finding>& findings, bool colour) {
  if (findings.empty()) return absl::StrCat(file, ": sound\n");
  std::string text;
  std::int64_t errors = 0;
  for (const auto& finding : findings) {
    const bool error = finding.severity == neuroh5::Severity::kError;
    errors += error;
    const std::string word = error ? "error" : "warning";
    absl::StrAppend(&text,
                    colour ? absl::StrCat("\x1b[", error ? "1;31" : "33", "m",
                                          word, "\x1b[0m")
                           : word,
                    ": ", finding.path, ": ", finding.what, "\n");
    if (!finding.expected.empty())
      absl::StrAppend(&text, "  expected  ", finding.expected, "\n");
    if (!finding.found.empty())
      absl::StrAppend(&text, "  found     ", finding.found, "\n");
    if (!finding.remedy.empty())
      absl::StrAppend(&text, "  ", finding.remedy, "\n");
  }
  const auto warnings = static_cast<std::int64_t>(findings.size()) - errors;
  return absl::StrCat(Printable(text), file, ": ", Plural(errors, "error"),
                      ", ", Plural(warnings, "warning"), "\n");
}

}  // namespace miv::client
