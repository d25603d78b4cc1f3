// miv-bench-files: how fast synapse columns get to and from a file, by
// write(2) and read(2), by plain HDF5, and as neuroh5.
//
//   miv-bench-files DIRECTORY [--synapses N] [--repeat N]
//
// The same seven columns (19 bytes per synapse) in the same blocks, from and to
// the same memory each time, in turn, without fsync: what is measured is the
// way to the page cache.  HDF5 contiguous is the simplest file that HDF5 can
// write; chunked has the chunks that neuroh5 needs.  Prints one JSON object:
// {"bytes", "runs": [{"way": "write neuroh5", "wall_s": [...], "cpu_s":
// [...]}]}.

#include "common/base/files.h"

#include <fcntl.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/cell_stream.h"
#include "common/neuroh5/dataset.h"
#include "common/neuroh5/file_access.h"
#include "common/neuroh5/names.h"
#include "common/neuroh5/reader.h"
#include "common/neuroh5/writer.h"

namespace miv::bench {
namespace {

using neuroh5::ColumnName;
using neuroh5::ValueType;

constexpr std::uint64_t kPerCell = 20'000;
constexpr std::uint64_t kCellsPerBlock = 50;
constexpr std::uint64_t kPerBlock = kPerCell * kCellsPerBlock;

const std::vector<ColumnName>& Columns() {
  static const auto* const kColumns =
      new std::vector<ColumnName>{{neuroh5::kSynIds, ValueType::kU32},
                                  {neuroh5::kSynCdists, ValueType::kF32},
                                  {neuroh5::kSynLocs, ValueType::kF32},
                                  {neuroh5::kSynSecs, ValueType::kU32},
                                  {neuroh5::kSynLayers, ValueType::kI8},
                                  {neuroh5::kSynTypes, ValueType::kU8},
                                  {neuroh5::kSwcTypes, ValueType::kU8}};
  return *kColumns;
}

/// One block of every column; its values do not matter, only that they differ.
std::vector<neuroh5::Values> Block() {
  std::vector<neuroh5::Values> block;
  for (const ColumnName& column : Columns()) {
    block.push_back(neuroh5::EmptyValues(column.type));
    std::visit(
        [](auto& values) {
          using T = typename std::decay_t<decltype(values)>::value_type;
          values.resize(kPerBlock);
          for (std::uint64_t i = 0; i < kPerBlock; ++i)
            values[i] = static_cast<T>(i * 2654435761u >> 9 & 0x7f);
        },
        block.back());
  }
  return block;
}

const void* BytesOf(const neuroh5::Values& values) {
  return std::visit(
      [](const auto& v) { return static_cast<const void*>(v.data()); }, values);
}

void* MemoryOf(neuroh5::Values* values) {
  return std::visit([](auto& v) { return static_cast<void*>(v.data()); },
                    *values);
}

/// One block of every column, to read into.
std::vector<neuroh5::RaggedValues> Columns(
    const std::vector<neuroh5::Values>& block) {
  std::vector<neuroh5::RaggedValues> columns(block.size());
  for (std::size_t c = 0; c < block.size(); ++c) columns[c].values = block[c];
  return columns;
}

absl::Status Failed(const std::string& what) {
  return absl::UnavailableError(absl::StrCat(what, " failed"));
}

struct Setting {
  std::string path;
  std::uint64_t blocks = 0;
  std::vector<neuroh5::Values> block = Block();
  std::vector<neuroh5::RaggedValues> columns = Columns(block);
};

absl::Status WriteBytes(Setting& s) {
  const int file = ::open(s.path.c_str(), O_CREAT | O_TRUNC | O_WRONLY, 0644);
  bool good = file >= 0;
  for (std::uint64_t b = 0; good && b < s.blocks; ++b)
    for (const auto& values : s.block) {
      const std::size_t bytes =
          kPerBlock * neuroh5::SizeOf(neuroh5::TypeOf(values));
      good = good && ::write(file, BytesOf(values), bytes) ==
                         static_cast<ssize_t>(bytes);
    }
  ::close(file);
  return good ? absl::OkStatus() : Failed("write");
}

absl::Status ReadBytes(Setting& s) {
  const int file = ::open(s.path.c_str(), O_RDONLY);
  bool good = file >= 0;
  for (std::uint64_t b = 0; good && b < s.blocks; ++b)
    for (auto& [gids, offsets, values] : s.columns) {
      const std::size_t bytes =
          kPerBlock * neuroh5::SizeOf(neuroh5::TypeOf(values));
      good = good && ::read(file, MemoryOf(&values), bytes) ==
                         static_cast<ssize_t>(bytes);
    }
  ::close(file);
  return good ? absl::OkStatus() : Failed("read");
}

hid_t TypeOf(ValueType type) {
  if (type == ValueType::kU32) return H5T_NATIVE_UINT32;
  if (type == ValueType::kF32) return H5T_NATIVE_FLOAT;
  return type == ValueType::kI8 ? H5T_NATIVE_INT8 : H5T_NATIVE_UINT8;
}

/// Calls transfer(dataset, type, memory, file space, column) for every block.
template <typename F>
bool ForBlocks(const Setting& s, const std::vector<hid_t>& datasets,
               F transfer) {
  const hsize_t count = kPerBlock;
  const hid_t memory = H5Screate_simple(1, &count, nullptr);
  bool good = true;
  for (std::uint64_t b = 0; b < s.blocks; ++b)
    for (std::size_t c = 0; c < datasets.size(); ++c) {
      const hid_t space = H5Dget_space(datasets[c]);
      const hsize_t first = b * kPerBlock;
      H5Sselect_hyperslab(space, H5S_SELECT_SET, &first, nullptr, &count,
                          nullptr);
      good = good && transfer(datasets[c], TypeOf(Columns()[c].type), memory,
                              space, c) >= 0;
      H5Sclose(space);
    }
  H5Sclose(memory);
  for (const hid_t dataset : datasets) H5Dclose(dataset);
  return good;
}

absl::Status WritePlain(Setting& s, bool chunked) {
  const hid_t file =
      H5Fcreate(s.path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hsize_t total = s.blocks * kPerBlock;
  const hsize_t chunk = neuroh5::ChunkRows(total);
  const hid_t layout = H5Pcreate(H5P_DATASET_CREATE);
  if (chunked) H5Pset_chunk(layout, 1, &chunk);
  H5Pset_alloc_time(layout, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(layout, H5D_FILL_TIME_NEVER);
  const hid_t space = H5Screate_simple(1, &total, nullptr);
  std::vector<hid_t> datasets;
  for (const ColumnName& column : Columns())
    datasets.push_back(H5Dcreate2(file, column.name.c_str(),
                                  TypeOf(column.type), space, H5P_DEFAULT,
                                  layout, H5P_DEFAULT));
  const bool good = ForBlocks(
      s, datasets, [&](hid_t set, hid_t type, hid_t mem, hid_t at, size_t c) {
        return H5Dwrite(set, type, mem, at, H5P_DEFAULT, BytesOf(s.block[c]));
      });
  H5Sclose(space);
  H5Pclose(layout);
  return H5Fclose(file) >= 0 && good ? absl::OkStatus() : Failed("HDF5 write");
}

absl::Status ReadPlain(Setting& s) {
  const hid_t file = H5Fopen(s.path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  std::vector<hid_t> datasets;
  for (const ColumnName& column : Columns())
    datasets.push_back(H5Dopen2(file, column.name.c_str(), H5P_DEFAULT));
  const bool good = ForBlocks(
      s, datasets, [&](hid_t set, hid_t type, hid_t mem, hid_t at, size_t c) {
        return H5Dread(set, type, mem, at, H5P_DEFAULT,
                       MemoryOf(&s.columns[c].values));
      });
  return H5Fclose(file) >= 0 && good ? absl::OkStatus() : Failed("HDF5 read");
}

absl::Status WriteNeuroh5(Setting& s) {
  const auto cells = static_cast<std::uint32_t>(s.blocks * kCellsPerBlock);
  MIV_ASSIGN_OR_RETURN(const auto types,
                       neuroh5::MakeTypes({{"PYR", 0, cells}}, {}));
  MIV_ASSIGN_OR_RETURN(auto writer, neuroh5::Writer::Create(s.path, {}, types));
  std::vector<std::uint32_t> gids(cells);
  for (std::uint32_t i = 0; i < cells; ++i) gids[i] = i;
  const std::vector<std::uint64_t> counts(cells, kPerCell);
  MIV_ASSIGN_OR_RETURN(
      auto stream,
      neuroh5::CellStream::Create(writer, "PYR", neuroh5::kSynapseAttributes,
                                  Columns(), gids, counts));
  std::vector<neuroh5::ValuesView> views;
  for (const auto& values : s.block) views.push_back(neuroh5::ViewOf(values));
  for (std::uint64_t b = 0; b < s.blocks; ++b)
    MIV_RETURN_IF_ERROR(stream.Write(views));
  MIV_RETURN_IF_ERROR(stream.Finish());
  return writer.Close();
}

absl::Status ReadNeuroh5(Setting& s) {
  MIV_ASSIGN_OR_RETURN(const auto reader, neuroh5::Reader::Open(s.path));
  for (std::uint64_t b = 0; b < s.blocks; ++b)
    for (std::size_t c = 0; c < Columns().size(); ++c) {
      const auto cells = neuroh5::Selection::Range(b * kCellsPerBlock,
                                                   (b + 1) * kCellsPerBlock);
      MIV_RETURN_IF_ERROR(
          reader.ReadCellValues("PYR", neuroh5::kSynapseAttributes,
                                Columns()[c].name, cells, &s.columns[c]));
    }
  return absl::OkStatus();
}

double CpuSeconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) +
           1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

absl::StatusOr<nlohmann::json> Measure(Setting& s, int repeat) {
  const std::string base = s.path;
  const std::vector<std::pair<std::string, std::function<absl::Status()>>>
      ways = {{"write(2)", [&] { return WriteBytes(s); }},
              {"read(2)", [&] { return ReadBytes(s); }},
              {"write HDF5 contiguous", [&] { return WritePlain(s, false); }},
              {"read HDF5 contiguous", [&] { return ReadPlain(s); }},
              {"write HDF5 chunked", [&] { return WritePlain(s, true); }},
              {"read HDF5 chunked", [&] { return ReadPlain(s); }},
              {"write neuroh5", [&] { return WriteNeuroh5(s); }},
              {"read neuroh5", [&] { return ReadNeuroh5(s); }}};
  std::map<std::string, nlohmann::json> runs;
  for (int r = -1; r < repeat; ++r)  // the first round is not counted
    for (std::size_t w = 0; w < ways.size(); ++w) {
      const auto& [way, run] = ways[w];
      if (w % 2 == 0) ::unlink(s.path.c_str());
      const auto start = std::chrono::steady_clock::now();
      const double cpu = CpuSeconds();
      MIV_RETURN_IF_ERROR(run());
      if (r < 0) continue;
      runs[way]["cpu_s"].push_back(CpuSeconds() - cpu);
      runs[way]["wall_s"].push_back(
          std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                        start)
              .count());
    }
  ::unlink(s.path.c_str());
  return nlohmann::json{{"bytes", s.blocks * kPerBlock * 19}, {"runs", runs}};
}

}  // namespace
}  // namespace miv::bench

int main(int argc, char** argv) {
  CLI::App app("Measures the way of synapse columns to and from files.");
  std::string directory;
  std::uint64_t synapses = 8'000'000;
  int repeat = 5;
  app.add_option("directory", directory)->required();
  app.add_option("--synapses", synapses, "rounded up to blocks of a million");
  app.add_option("--repeat", repeat)->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  miv::neuroh5::InitialiseHdf5();
  miv::bench::Setting setting;
  setting.path = miv::JoinPath(directory, "columns");
  setting.blocks =
      (synapses + miv::bench::kPerBlock - 1) / miv::bench::kPerBlock;
  const auto result = miv::bench::Measure(setting, repeat);
  if (!result.ok()) {
    std::fprintf(stderr, "%s\n",
                 std::string(result.status().message()).c_str());
    return 1;
  }
  std::printf("%s\n", result->dump().c_str());
}
