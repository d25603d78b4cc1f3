#pragma once

// The live picture of a job as lines of text: a pure function of its state.

#include <cstddef>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/job_view.h"
#include "client/transfer.h"

namespace miv::client {

/// What the terminal can show.
struct Looks {
  int width = 80;
  int height = 24;
  bool utf8 = true;
  bool colour = true;
};

/// A bar of `width` columns; done of total, clamped.  Without total (<= 0) it
/// is empty.
std::string Bar(double done, double total, std::size_t width, bool utf8);

/// "1.2k/8k cells", or "120 cells" without a total; empty without either.
std::string AmountText(const v1::Progress& progress);

/// "500/s", "52 ms/s" of simulated time; empty while unknown.
std::string RateText(const v1::Progress& progress);

/// Head line, one line per step, and a hint; no line is wider than
/// looks.width - 1.  If there are more steps than the terminal has lines, steps
/// that are over and steps that wait are counted instead of shown.
std::vector<std::string> ProgressLines(const JobView& job, absl::Time now,
                                       const Looks& looks);

/// One line about files that are moved: `verb` is "upload" or "fetch".
std::string TransferLine(const std::string& verb, const TransferProgress& moved,
                         double elapsed_s, const Looks& looks);

/// Columns of a line that may hold colour sequences.
std::size_t VisibleWidth(const std::string& line);

/// What to write so that `lines` replace `previous` (the lines drawn last; the
/// cursor is at the start of the line below them).  Correct also after the
/// terminal has become narrower and has wrapped the previous ones.
std::string Repaint(const std::vector<std::string>& previous,
                    const std::vector<std::string>& lines, int width);

}  // namespace miv::client
