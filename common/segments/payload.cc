#include "common/segments/payload.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/segments/bytes.h"

namespace miv::segments {
namespace {

using nlohmann::json;

constexpr std::size_t kSpikeBytes = sizeof(std::uint32_t) + sizeof(double);
constexpr std::size_t kTraceBytes = 2 * sizeof(std::uint32_t) + sizeof(double);

absl::Status Unfit(absl::string_view what) {
  return absl::DataLossError(
      absl::StrCat("segment file: the payload of a frame ", what));
}

template <typename T>
void PutAll(std::string* bytes, absl::Span<const T> values) {
  bytes->append(reinterpret_cast<const char*>(values.data()),
                values.size() * sizeof(T));
}

std::string TextOf(const json& head, const char* key) {
  const auto found = head.find(key);
  if (found == head.end() || !found->is_string()) return "";
  return found->get<std::string>();
}

absl::Status ReadHead(absl::string_view text, SampleBlock* block) {
  const json head = json::parse(text, nullptr, false);
  if (!head.is_object()) return Unfit("has no head");
  block->label = TextOf(head, "label");
  block->variable = TextOf(head, "variable");
  block->unit = TextOf(head, "unit");
  const auto dt = head.find("dt_ms");
  if (dt != head.end() && dt->is_number()) block->dt_ms = dt->get<double>();
  const auto populations = head.find("populations");
  if (populations != head.end() && populations->is_array()) {
    for (const json& name : *populations) {
      if (!name.is_string()) return Unfit("names a population wrongly");
      block->populations.push_back(name.get<std::string>());
    }
  }
  if (block->label.empty() || !(block->dt_ms > 0)) {
    return Unfit("has no label or no interval");
  }
  return absl::OkStatus();
}

/// Takes `count` bytes off the front.
bool Cut(absl::string_view* rest, std::uint64_t count,
         absl::string_view* taken) {
  if (count > rest->size()) return false;
  *taken = rest->substr(0, count);
  rest->remove_prefix(count);
  return true;
}

}  // namespace

std::string EncodeSpikes(absl::Span<const SpikeTime> spikes) {
  std::string bytes;
  bytes.reserve(spikes.size() * kSpikeBytes);
  for (const SpikeTime& spike : spikes) Put(&bytes, spike.gid);
  for (const SpikeTime& spike : spikes) Put(&bytes, spike.t_ms);
  return bytes;
}

absl::StatusOr<std::vector<SpikeTime>> DecodeSpikes(const Frame& frame) {
  const std::uint64_t count = frame.header.count;
  if (count > frame.payload.size() ||
      frame.payload.size() != count * kSpikeBytes) {
    return Unfit("has another number of spikes");
  }
  std::vector<SpikeTime> spikes(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    spikes[i].gid = Get<std::uint32_t>(frame.payload, i * 4);
    spikes[i].t_ms = Get<double>(frame.payload, count * 4 + i * 8);
    const bool inside = spikes[i].t_ms >= frame.header.begin_ms &&
                        spikes[i].t_ms < frame.header.end_ms;
    if (!inside) return Unfit("has a spike outside its time");
  }
  return spikes;
}

std::string EncodeSamples(const SampleBlock& block) {
  json head = {{"label", block.label}, {"dt_ms", block.dt_ms}};
  if (!block.traces.empty()) {
    head["variable"] = block.variable;
    head["unit"] = block.unit;
  } else {
    head["populations"] = block.populations;
  }
  const std::string text = head.dump();
  std::string bytes;
  bytes.reserve(8 + text.size() + block.traces.size() * kTraceBytes +
                block.values.size() * sizeof(double));
  Put(&bytes, static_cast<std::uint32_t>(text.size()));
  bytes += text;
  Put(&bytes, static_cast<std::uint32_t>(block.traces.size()));
  for (const TracePlace& trace : block.traces) {
    Put(&bytes, trace.gid);
    Put(&bytes, trace.section);
    Put(&bytes, trace.x);
  }
  PutAll(&bytes, absl::MakeConstSpan(block.values));
  return bytes;
}

absl::StatusOr<SampleBlock> DecodeSamples(const Frame& frame) {
  SampleBlock block;
  block.first = frame.header.first;
  block.count = frame.header.count;
  absl::string_view rest = frame.payload;
  absl::string_view part;
  if (!Cut(&rest, 4, &part)) return Unfit("is too short");
  if (!Cut(&rest, Get<std::uint32_t>(part, 0), &part)) {
    return Unfit("is too short");
  }
  MIV_RETURN_IF_ERROR(ReadHead(part, &block));
  if (!Cut(&rest, 4, &part)) return Unfit("is too short");
  const std::uint64_t traces = Get<std::uint32_t>(part, 0);
  if (!Cut(&rest, traces * kTraceBytes, &part)) return Unfit("is too short");
  for (std::uint64_t i = 0; i < traces; ++i) {
    block.traces.push_back({Get<std::uint32_t>(part, i * kTraceBytes),
                            Get<std::int32_t>(part, i * kTraceBytes + 4),
                            Get<double>(part, i * kTraceBytes + 8)});
  }
  const std::uint64_t values = rest.size() / sizeof(double);
  const bool fits = rest.size() % sizeof(double) == 0 &&
                    block.count <= values &&
                    block.count * block.columns() == values;
  if (!fits) return Unfit("has another number of samples");
  block.values.resize(values);
  if (!rest.empty()) std::memcpy(block.values.data(), rest.data(), rest.size());
  return block;
}

SampleBlock SamplesFrom(SampleBlock block, double from_ms) {
  const double index = std::ceil(from_ms / block.dt_ms - 1e-6);
  if (!(index > static_cast<double>(block.first))) return block;
  const double most = static_cast<double>(block.first + block.count);
  const auto skip =
      static_cast<std::uint64_t>(std::min(index, most)) - block.first;
  const auto cut = static_cast<std::ptrdiff_t>(skip * block.columns());
  block.values.erase(block.values.begin(), block.values.begin() + cut);
  block.first += skip;
  block.count -= skip;
  return block;
}

}  // namespace miv::segments
