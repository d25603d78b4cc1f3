#include "client/cli/summary.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/error_text.h"
#include "client/cli/format.h"
#include "client/cli/names.h"
#include "common/rpc/status.h"

namespace miv::client {
namespace {

constexpr std::size_t kRanksOneByOne = 8;

absl::Time ToTime(const google::protobuf::Timestamp& time) {
  return absl::FromUnixSeconds(time.seconds()) +
         absl::Nanoseconds(time.nanos());
}

std::string OutputText(const v1::Task& task) {
  std::vector<std::string> texts;
  for (const auto& output : task.outputs())
    texts.push_back(
        absl::StrCat(Printable(output.name()), " ", BytesText(output.size())));
  return absl::StrJoin(texts, ", ");
}

/// A per-rank list of a report; empty if it has none.
std::vector<double> PerRank(const nlohmann::json& report, const char* key) {
  std::vector<double> values;
  if (!report.is_object() || !report.contains(key) ||
      !report.at(key).is_array())
    return values;
  for (const auto& value : report.at(key))
    if (value.is_number()) values.push_back(value.get<double>());
  return values;
}

std::string PerRankText(const std::vector<double>& values) {
  if (std::all_of(values.begin(), values.end(),
                  [](double value) { return value == 0; }))
    return "-";
  if (values.size() <= kRanksOneByOne)
    return absl::StrJoin(values, " ", [](std::string* out, double value) {
      absl::StrAppend(out, CountText(value));
    });
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) /
                      static_cast<double>(values.size());
  return absl::StrCat(CountText(*least), "-", CountText(*most), ", mean ",
                      CountText(mean));
}

}  // namespace

Table TaskTable(const v1::Job& job) {
  Table table(
      {"STEP", "KIND", "STATE", ">ATTEMPTS", ">TIME", ">RANKS", "OUTPUT"});
  for (const auto& task : job.tasks()) {
    const bool ran = task.attempts() > 0;
    table.Add({task.step(), task.kind(), WordFor(task.state()),
               ran ? absl::StrCat(task.attempts()) : "-",
               ran ? DurationText(task.duration_s()) : "-",
               ran && task.ranks() > 0 ? absl::StrCat(task.ranks()) : "-",
               OutputText(task)});
  }
  return table;
}

Table RankTable(const v1::Job& job) {
  Table table({"STEP", "CELLS", "SYNAPSES", "EDGES", "CPU SECONDS"});
  for (const auto& task : job.tasks()) {
    const auto report = nlohmann::json::parse(task.report_json(), nullptr,
                                              /*allow_exceptions=*/false);
    std::vector<std::string> row = {task.step()};
    bool any = false;
    for (const char* key : {"cells", "synapses", "edges", "cpu_s"}) {
      const auto values = PerRank(report, key);
      row.push_back(PerRankText(values));
      any = any || row.back() != "-";
    }
    if (any) table.Add(std::move(row));
  }
  return table;
}

std::string Verdict(const v1::Job& job) {
  const auto cached =
      std::count_if(job.tasks().begin(), job.tasks().end(),
                    [](const auto& task) { return task.cached(); });
  std::string text =
      absl::StrCat(Printable(job.name()), " is ", WordFor(job.state()), ": ",
                   Plural(job.tasks_size(), "step"));
  if (cached > 0 && cached == job.tasks_size())
    absl::StrAppend(&text, ", all cached");
  else if (cached > 0)
    absl::StrAppend(&text, ", ", cached, " of them cached");
  if (job.has_started() && job.has_ended())
    absl::StrAppend(&text, ", in ", DurationText(JobSeconds(job, {})));
  return text;
}

std::string Failures(const v1::Job& job, bool colour) {
  std::string text;
  for (const auto& task : job.tasks()) {
    if (!task.has_error()) continue;
    Fault fault = FaultFromProto(task.error());
    if (fault.step.empty()) fault.step = task.step();
    text += FaultText(fault, colour);
  }
  if (text.empty() && job.has_error())
    text = FaultText(FaultFromProto(job.error()), colour);
  return text;
}

absl::Time CreatedAt(const v1::Job& job) { return ToTime(job.created()); }

double JobSeconds(const v1::Job& job, absl::Time now) {
  if (!job.has_started()) return -1;
  const absl::Time end = job.has_ended() ? ToTime(job.ended()) : now;
  return std::max(0.0, absl::ToDoubleSeconds(end - ToTime(job.started())));
}

}  // namespace miv::client
