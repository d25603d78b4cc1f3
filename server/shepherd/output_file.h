#pragma once

// A pipe's content in a file of bounded size.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace miv::server {

/// Keeps the first half of the allowance and the most recent bytes of the
/// rest: how it started and how it ended.  A line between them says how much
/// was dropped.  Owns both descriptors.
class OutputFile {
 public:
  /// Creates (or empties) the file.  pipe: read end.  limit: bytes; at least
  /// 4096.  Takes the pipe also when it fails.
  static absl::StatusOr<OutputFile> Open(int pipe, const std::string& path,
                                         std::int64_t limit);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  /// To poll; -1 once the writers are gone.
  int pipe() const { return pipe_; }

  /// Copies what is in the pipe now, without waiting.
  void Drain();

  /// The first line written so far, at most 500 bytes.
  std::string FirstLine() const;

 private:
  OutputFile(int pipe, int file, std::int64_t limit);
  void Keep(const char* bytes, std::int64_t size);
  void DropMiddle();

  int pipe_;
  int file_;
  std::int64_t limit_;
  std::int64_t size_ = 0;  ///< of the file
  std::int64_t dropped_ = 0;
};

}  // namespace miv::server
