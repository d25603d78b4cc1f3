#include "common/config/source_map.h"

#include <iterator>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/base/fault.h"

namespace miv::config {
namespace {

// Removes `field` and what is below it.
template <typename Map>
void EraseBelow(const std::string& field, Map& map) {
  auto it = map.lower_bound(field);
  while (it != map.end() && absl::StartsWith(it->first, field)) {
    const char next =
        it->first.size() == field.size() ? '.' : it->first[field.size()];
    it = field.empty() || next == '.' || next == '[' ? map.erase(it)
                                                     : std::next(it);
  }
}

}  // namespace

void SourceMap::Set(const std::string& field, SourcePosition position) {
  positions_[field] = std::move(position);
}

void SourceMap::AddKey(const std::string& field, const std::string& key) {
  keys_[field].push_back(key);
}

void SourceMap::Graft(const std::string& field, const SourceMap& other,
                      const SourcePosition* at) {
  EraseBelow(field, positions_);
  EraseBelow(field, keys_);
  const auto place = [&field](const std::string& path) {
    if (path.empty()) return field;
    return path[0] == '[' ? absl::StrCat(field, path) : FieldPath(field, path);
  };
  if (at != nullptr) positions_[field] = *at;
  for (const auto& [path, position] : other.positions_)
    if (at == nullptr) positions_[place(path)] = position;
  for (const auto& [path, keys] : other.keys_) keys_[place(path)] = keys;
}

const SourcePosition* SourceMap::Find(absl::string_view field) const {
  while (true) {
    const auto it = positions_.find(field);
    if (it != positions_.end()) return &it->second;
    if (field.empty()) return nullptr;
    const auto cut = field.find_last_of(".[");
    field = cut == absl::string_view::npos ? "" : field.substr(0, cut);
  }
}

const std::vector<std::string>& SourceMap::KeysOf(
    const std::string& field) const {
  static const std::vector<std::string> kNone;
  const auto it = keys_.find(field);
  return it == keys_.end() ? kNone : it->second;
}

std::string FieldPath(absl::string_view parent, absl::string_view key) {
  if (parent.empty()) return std::string(key);
  return absl::StrCat(parent, ".", key);
}

std::string FieldPath(absl::string_view parent, std::size_t index) {
  return absl::StrCat(parent, "[", index, "]");
}

absl::Status WithSource(const absl::Status& status, const SourceMap& sources) {
  if (status.ok()) return status;
  const auto fault = FaultOf(status);
  if (!fault || !fault->file.empty()) return status;
  const SourcePosition* position = sources.Find(fault->field);
  if (position == nullptr) return status;
  return WithContext(status, {.file = position->file, .line = position->line});
}

}  // namespace miv::config
