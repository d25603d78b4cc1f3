#include <cstdio>
#include <memory>

#include "absl/strings/str_cat.h"
#include "common/base/files.h"
#include "common/base/status_macros.h"
#include "worker/simulate/results_file.h"
#include "worker/simulate/sample_tables.h"

namespace miv::simulate {
namespace {

/// Everything before the values of a NumPy file of shape [rows, 2], f64,
/// little endian, C order.
std::string NpyHead(std::uint64_t rows) {
  std::string header = absl::StrCat(
      "{'descr': '<f8', 'fortran_order': False, 'shape': (", rows, ", 2), }");
  // Magic, version and length take 10 bytes; data start at a multiple of 64.
  const std::size_t total = (10 + header.size() + 1 + 63) / 64 * 64;
  header.append(total - 10 - header.size() - 1, ' ');
  header.push_back('\n');
  std::string head("\x93NUMPY\x01\x00", 8);
  head.push_back(static_cast<char>(header.size() & 0xff));
  head.push_back(static_cast<char>(header.size() >> 8));
  return head + header;
}

absl::Status WriteReadout(const std::string& path, const LfpHead& electrode,
                          const LfpTable& table) {
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(
      std::fopen(path.c_str(), "wb"), close);
  const auto fault = [&] {
    return absl::UnavailableError(absl::StrCat("cannot write ", path));
  };
  if (file == nullptr) return fault();
  const std::string head = NpyHead(table.samples().size());
  if (std::fwrite(head.data(), 1, head.size(), file.get()) != head.size()) {
    return fault();
  }
  std::uint64_t next = 0;
  MIV_RETURN_IF_ERROR(table.ForEachBlock(
      0, [&](std::uint64_t first, absl::Span<const double> values) {
        if (first != next) return absl::DataLossError("frames out of order");
        next += values.size();
        for (std::size_t i = 0; i < values.size(); ++i) {
          const double row[2] = {
              static_cast<double>(table.samples().first + first + i) *
                  electrode.dt_ms,
              values[i]};
          if (std::fwrite(row, sizeof(double), 2, file.get()) != 2) {
            return fault();
          }
        }
        return absl::OkStatus();
      }));
  return std::fflush(file.get()) == 0 ? absl::OkStatus() : fault();
}

}  // namespace

std::string ReadoutName(const ResultHead& head, std::size_t electrode) {
  if (electrode == 0) return "readout.npy";
  return absl::StrCat("readout_", head.lfp[electrode].label, ".npy");
}

absl::Status WriteReadouts(const std::string& directory, const ResultHead& head,
                           const segments::SegmentSet& set) {
  for (std::size_t i = 0; i < head.lfp.size(); ++i) {
    const std::string name = ReadoutName(head, i);
    MIV_RETURN_IF_ERROR(WriteReadout(JoinPath(directory, name), head.lfp[i],
                                     LfpTable(set, i, head)));
  }
  return absl::OkStatus();
}

}  // namespace miv::simulate
