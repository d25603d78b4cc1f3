#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "common/base/status_macros.h"
#include "common/neuroh5/h5.h"
#include "common/neuroh5/layout.h"

namespace miv::neuroh5 {
namespace {

/// Elements between two spans that are cheaper to read than to skip.
constexpr std::uint64_t kMaxGap = 16384;

/// Elements that one read of several spans may cover.
constexpr std::uint64_t kMaxWindow = std::uint64_t{4} << 20;

std::uint64_t EndOf(const Span& span) { return span.first + span.count; }

// Index behind the last span that is read together with spans[begin], and where
// that read ends in the file.
struct Window {
  std::size_t last = 0;
  std::uint64_t end = 0;
};
Window WindowAt(const std::vector<Span>& spans, std::size_t begin) {
  Window window{begin + 1, EndOf(spans[begin])};
  while (window.last < spans.size()) {
    const Span& next = spans[window.last];
    if (next.first > window.end + kMaxGap ||
        EndOf(next) - spans[begin].first > kMaxWindow)
      break;
    window.end = std::max(window.end, EndOf(next));
    ++window.last;
  }
  return window;
}

}  // namespace

void AppendSpan(Span span, std::vector<Span>* spans) {
  if (span.count == 0) return;
  if (!spans->empty()) {
    Span& last = spans->back();
    if (EndOf(last) == span.first && last.at + last.count == span.at) {
      last.count += span.count;
      return;
    }
  }
  spans->push_back(span);
}

absl::Status ReadSpans(const Handle& dataset, Element element,
                       std::vector<Span> spans, void* values) {
  const std::size_t size = SizeOf(element);
  char* const out = static_cast<char*>(values);
  std::stable_sort(
      spans.begin(), spans.end(),
      [](const Span& a, const Span& b) { return a.first < b.first; });
  std::vector<char> buffer;
  for (std::size_t i = 0; i < spans.size();) {
    const Window window = WindowAt(spans, i);
    const std::uint64_t first = spans[i].first;
    if (window.last == i + 1) {
      MIV_RETURN_IF_ERROR(ReadRaw(dataset, first, spans[i].count, element,
                                  out + spans[i].at * size));
      i = window.last;
      continue;
    }
    buffer.resize((window.end - first) * size);
    MIV_RETURN_IF_ERROR(
        ReadRaw(dataset, first, window.end - first, element, buffer.data()));
    for (; i < window.last; ++i)
      std::memcpy(out + spans[i].at * size,
                  buffer.data() + (spans[i].first - first) * size,
                  spans[i].count * size);
  }
  return absl::OkStatus();
}

absl::StatusOr<Values> ReadSpanValues(const Handle& dataset, ValueType type,
                                      std::vector<Span> spans,
                                      std::uint64_t total) {
  Values values;
  MIV_RETURN_IF_ERROR(
      ReadSpanValues(dataset, type, std::move(spans), total, &values));
  return values;
}

absl::Status ReadSpanValues(const Handle& dataset, ValueType type,
                            std::vector<Span> spans, std::uint64_t total,
                            Values* values) {
  MIV_RETURN_IF_ERROR(CheckStored(dataset, total, SizeOf(type)));
  if (TypeOf(*values) != type) *values = EmptyValues(type);
  return std::visit(
      [&](auto& v) {
        v.resize(total);
        return ReadSpans(dataset, ElementOf(type), std::move(spans), v.data());
      },
      *values);
}

}  // namespace miv::neuroh5
