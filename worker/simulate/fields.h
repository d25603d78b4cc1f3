#pragma once

// Typed access to the fields of a config record, with errors that name the
// field.

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv::simulate {

/// The fields of one JSON object.  The first error is kept and every later
/// access returns its default, so that a record is read in one go and checked
/// once, by Finish.
class Fields {
 public:
  /// path: of the record, "config.lfp[0]".  A value that is no object is an
  /// error, unless it is null (an empty record).
  Fields(const nlohmann::json& record, std::string path);

  /// Numbers must be finite.  Absent and null fields have the default.
  double Number(absl::string_view name, double fallback);
  std::optional<double> OptionalNumber(absl::string_view name);
  double RequiredNumber(absl::string_view name);
  std::int64_t Integer(absl::string_view name, std::int64_t fallback);
  bool Bool(absl::string_view name, bool fallback);
  std::string Text(absl::string_view name, absl::string_view fallback);
  std::string RequiredText(absl::string_view name);
  std::vector<double> Numbers(absl::string_view name);
  std::vector<std::uint32_t> Gids(absl::string_view name);
  /// A text, or a list of texts.
  std::vector<std::string> Texts(absl::string_view name);
  std::map<std::string, double> NumberMap(absl::string_view name);

  bool Has(absl::string_view name) const;
  /// The raw value; null if absent.
  const nlohmann::json& Raw(absl::string_view name);

  /// Known fields that need no reading.
  void Ignore(std::initializer_list<absl::string_view> names);

  /// Records an error about one field unless there is one already.
  void Fail(absl::string_view name, std::string what, std::string expected = "",
            std::string found = "", std::string remedy = "");

  std::string PathOf(absl::string_view name) const;

  /// The first error; also an error: a field that nothing asked for.
  absl::Status Finish();

 private:
  const nlohmann::json* Find(absl::string_view name);
  double NumberOf(absl::string_view name, const nlohmann::json& value);

  const nlohmann::json& record_;
  std::string path_;
  std::set<std::string> known_;
  absl::Status status_;
};

}  // namespace miv::simulate
