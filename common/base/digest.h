#pragma once

// SHA-256 of bytes and files, written "sha256:" + 64 lower-case hex digits.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace miv {

/// Incremental SHA-256.  Not thread safe.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void Update(const void* bytes, std::size_t size);
  void Update(absl::string_view bytes) { Update(bytes.data(), bytes.size()); }

  /// The digest of everything so far; the object is spent afterwards.
  std::string Finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string DigestOf(absl::string_view bytes);

struct FileDigest {
  std::string digest;
  std::int64_t size = 0;
};

/// Errors: NotFound or Unavailable if the file cannot be read.
absl::StatusOr<FileDigest> DigestOfFile(const std::string& path);

/// True for "sha256:" followed by 64 lower-case hex digits.
bool IsDigest(absl::string_view text);

}  // namespace miv
