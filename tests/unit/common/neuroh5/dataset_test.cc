#include "common/neuroh5/dataset.h"

#include <hdf5.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/unit/common/neuroh5/h5py_files.h"

namespace miv::neuroh5 {
namespace {

TEST(ChunkRows, IsTheWholeArrayUpToAMillionElements) {
  EXPECT_EQ(ChunkRows(0), 4000u);
  EXPECT_EQ(ChunkRows(3999), 4000u);
  EXPECT_EQ(ChunkRows(4001), 4001u);
  EXPECT_EQ(ChunkRows(1'024'000), 1'024'000u);
}

// By hand: 1,024,001 elements need two pieces; 1e10 need 9766 (9765.6), of
// 1,023,960.7 elements.
TEST(ChunkRows, AreEqualPiecesBeyond) {
  EXPECT_EQ(ChunkRows(1'024'001), 512'001u);
  EXPECT_EQ(ChunkRows(10'000'000'000), 1'023'961u);
}

// By hand: 1000 columns allow 1024 rows and ask for 4; 2,000,000 columns allow
// and ask for one.
TEST(ChunkRows, HoldWholeRows) {
  EXPECT_EQ(ChunkRows(2, 1000), 4u);
  EXPECT_EQ(ChunkRows(1000, 1000), 1000u);
  EXPECT_EQ(ChunkRows(1025, 1000), 513u);
  EXPECT_EQ(ChunkRows(7, 2'000'000), 1u);
}

TEST(ChunkRows, WasteLessThanARowPerChunk) {
  for (std::uint64_t rows = 4000; rows < 40'000'000; rows = rows * 5 / 4 + 7) {
    const std::uint64_t chunk = ChunkRows(rows);
    const std::uint64_t chunks = (rows + chunk - 1) / chunk;
    EXPECT_LE(chunk, 1'024'000u);
    EXPECT_LT(chunks * chunk - rows, chunks) << rows;
  }
}

// Bytes of chunks that HDF5 keeps for a dataset.
std::size_t CacheBytes(const Handle& dataset) {
  const Handle access(H5Dget_access_plist(dataset.id()));
  std::size_t bytes = 0;
  H5Pget_chunk_cache(access.id(), nullptr, &bytes, nullptr);
  return bytes;
}

// The bytes that HDF5 keeps of a dataset that OpenDataset opened.
std::size_t CacheBytesOf(const char* file_name, const char* name) {
  InitialiseHdf5();
  const Handle properties(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_cache(properties.id(), 0, 521, 0, 0.75);
  const Handle file(
      H5Fopen(OddFile(file_name).c_str(), H5F_ACC_RDONLY, properties.id()));
  const auto dataset =
      OpenDataset(file, absl::StrCat("/Populations/A/N/", name));
  EXPECT_TRUE(dataset.ok()) << dataset.status();
  return dataset.ok() ? CacheBytes(*dataset) : 0;
}

TEST(OpenDataset, KeepsChunksOfFilteredDatasetsOnly) {
  MIV_NEED_H5PY();
  EXPECT_EQ(CacheBytesOf("packed", "v/Cell Index"), 0u);
  EXPECT_EQ(CacheBytesOf("good", "compressed/Attribute Value"),
            std::size_t{1} << 20);
  // Four chunks of 100,000 elements of four bytes.
  EXPECT_EQ(CacheBytesOf("packed", "v/Attribute Value"), 1'600'000u);
}

}  // namespace
}  // namespace miv::neuroh5
