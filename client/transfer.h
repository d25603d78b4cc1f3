#pragma once

// How far an upload, download or fetch has come.

#include <cstdint>
#include <functional>
#include <string>

namespace miv::client {

struct TransferProgress {
  std::string name;  ///< what is being moved now, as the user knows it
  std::int64_t done_bytes = 0;
  std::int64_t total_bytes = 0;
  std::int64_t done_files = 0;
  std::int64_t total_files = 0;
};

/// Called after every chunk, from the thread that moves it.
using TransferCallback = std::function<void(const TransferProgress&)>;

/// Bytes per message, both ways.
inline constexpr std::int64_t kChunkBytes = 256 * 1024;

}  // namespace miv::client
