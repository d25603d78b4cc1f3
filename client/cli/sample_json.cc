#include "client/cli/sample_json.h"

#include <string>
#include <utility>

namespace miv::client {
namespace {

using nlohmann::json;

template <typename Values>
json List(const Values& values) {
  json list = json::array();
  for (const auto& value : values) list.push_back(value);
  return list;
}

template <typename Payload>
json Head(const char* type, const Payload& payload) {
  json form = {{"type", type},
               {"begin_ms", payload.begin_ms()},
               {"end_ms", payload.end_ms()}};
  if (!payload.lost().empty()) form["lost"] = payload.lost();
  return form;
}

}  // namespace

json SpikesJson(const v1::Spikes& spikes) {
  json form = Head("spikes", spikes);
  form["t_ms"] = List(spikes.t_ms());
  form["gid"] = List(spikes.gid());
  return form;
}

json LfpJson(const v1::LfpSamples& lfp) {
  json form = Head("lfp", lfp);
  form["traces"] = json::array();
  for (const auto& trace : lfp.traces()) {
    json populations = json::object();
    for (const auto& part : trace.populations()) {
      populations[part.population()] = List(part.v_mv());
    }
    form["traces"].push_back({{"label", trace.label()},
                              {"first", trace.first()},
                              {"dt_ms", trace.dt_ms()},
                              {"v_mv", List(trace.v_mv())},
                              {"populations", std::move(populations)}});
  }
  return form;
}

json RecordedJson(const v1::RecordedSamples& recorded) {
  json form = Head("recorded", recorded);
  form["blocks"] = json::array();
  for (const auto& block : recorded.blocks()) {
    form["blocks"].push_back({{"label", block.label()},
                              {"variable", block.variable()},
                              {"unit", block.unit()},
                              {"first", block.first()},
                              {"dt_ms", block.dt_ms()},
                              {"gid", List(block.gid())},
                              {"section", List(block.section())},
                              {"x", List(block.x())},
                              {"value", List(block.value())}});
  }
  return form;
}

}  // namespace miv::client
