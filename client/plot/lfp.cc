#include "client/plot/lfp.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/plot/spectrum.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

constexpr double kHighestFrequency = 500;

/// Places of the panels, as fractions of the picture.
struct Layout {
  double left = 0, trace_right = 0, spectrum_left = 0, right = 0;
  double top = 0, bottom = 0;
};

Layout LayOut(const LfpOptions& options) {
  const double em = FontPixels(options.figure);
  const double across = em / options.figure.width;
  const double down = em / options.figure.height;
  Layout layout{.left = 6 * across,
                .right = 1 - 1.6 * across,
                .top = 1 - 3.4 * down,
                .bottom = 4.8 * down};
  layout.trace_right = options.spectrum ? 0.68 : layout.right;
  layout.spectrum_left = layout.trace_right + 6.6 * across;
  return layout;
}

/// One electrode within the window of time.
struct Row {
  const Electrode* electrode = nullptr;
  std::vector<const Electrode::Part*> parts;
  std::size_t begin = 0, end = 0;  ///< samples
  double bottom = 0, top = 0;      ///< of the picture
};

absl::Status Unknown(const std::string& option, const std::string& what,
                     const std::string& name,
                     const std::vector<std::string>& known) {
  return MakeStatus(absl::StatusCode::kNotFound,
                    {.reason = "UNKNOWN_NAME",
                     .field = option,
                     .what = absl::StrCat("no ", what, " ", name),
                     .remedy = known.empty() ? "The file holds none."
                                             : SuggestName(name, known)});
}

absl::StatusOr<std::vector<const Electrode*>> Chosen(
    const std::vector<Electrode>& electrodes,
    const std::vector<std::string>& labels) {
  std::vector<const Electrode*> chosen;
  std::vector<std::string> known;
  for (const auto& electrode : electrodes) known.push_back(electrode.label);
  for (const auto& label : labels.empty() ? known : labels) {
    const auto it = std::find(known.begin(), known.end(), label);
    if (it == known.end())
      return Unknown("--electrode", "electrode", label, known);
    chosen.push_back(&electrodes[static_cast<std::size_t>(it - known.begin())]);
  }
  return chosen;
}

absl::Status AddParts(const std::vector<std::string>& populations, Row* row) {
  std::vector<std::string> known;
  for (const auto& part : row->electrode->parts)
    known.push_back(part.population);
  for (const auto& name : populations) {
    const auto it = std::find(known.begin(), known.end(), name);
    if (it == known.end())
      return Unknown("--populations",
                     absl::StrCat("contribution to electrode ",
                                  row->electrode->label, " of population"),
                     name, known);
    row->parts.push_back(
        &row->electrode->parts[static_cast<std::size_t>(it - known.begin())]);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Row>> Rows(const std::vector<Electrode>& electrodes,
                                      const LfpOptions& options,
                                      const Layout& layout) {
  MIV_ASSIGN_OR_RETURN(const auto chosen,
                       Chosen(electrodes, options.electrodes));
  const auto& figure = options.figure;
  const bool to_end = figure.to_ms <= figure.from_ms;
  const double each =
      (layout.top - layout.bottom) / static_cast<double>(chosen.size());
  const double line = FontPixels(figure) / figure.height;
  std::vector<Row> rows;
  for (const auto* electrode : chosen) {
    const auto& t = electrode->times_ms;
    Row row{.electrode = electrode};
    row.begin = static_cast<std::size_t>(
        std::lower_bound(t.begin(), t.end(), figure.from_ms) - t.begin());
    row.end = to_end ? t.size()
                     : static_cast<std::size_t>(
                           std::upper_bound(t.begin(), t.end(), figure.to_ms) -
                           t.begin());
    const double head = layout.top - each * static_cast<double>(rows.size());
    row.top = head - 1.8 * line;
    row.bottom = head - each + (rows.size() + 1 < chosen.size() ? line : 0);
    if (row.end < row.begin + 2)
      return InvalidInput(
          {.reason = "EMPTY_WINDOW",
           .field = "--from",
           .what = "there is no time to show",
           .expected = absl::StrCat("less than ", t.empty() ? 0.0 : t.back(),
                                    " ms, where the results end"),
           .found = absl::StrCat(figure.from_ms, " ms")});
    MIV_RETURN_IF_ERROR(AddParts(options.populations, &row));
    rows.push_back(std::move(row));
  }
  return rows;
}

absl::Span<const double> Part(const std::vector<double>& values,
                              const Row& row) {
  return absl::MakeConstSpan(values).subspan(row.begin, row.end - row.begin);
}

double Largest(const std::vector<Row>& rows) {
  double largest = 0;
  for (const Row& row : rows)
    for (const double v : Part(row.electrode->potential_mv, row))
      largest = std::max(largest, std::abs(v));
  return largest;
}

std::string RowTitle(const Electrode& electrode) {
  std::string title = absl::StrCat("electrode ", electrode.label);
  if (electrode.position_um.size() == 3)
    absl::StrAppendFormat(&title, " at (%g, %g, %g) µm",
                          electrode.position_um[0], electrode.position_um[1],
                          electrode.position_um[2]);
  if (electrode.rho_ohm_cm > 0)
    absl::StrAppendFormat(&title, ", ρ = %g Ω cm", electrode.rho_ohm_cm);
  if (!electrode.mode.empty())
    absl::StrAppend(&title, ", ", electrode.mode, " mode");
  return title;
}

std::string Scaled(absl::Span<const double> times, absl::Span<const double> mv,
                   double factor, int columns) {
  std::vector<double> values(mv.begin(), mv.end());
  for (double& v : values) v *= factor;
  return ThinnedLine(times, values, static_cast<std::size_t>(columns));
}

std::string TraceData(const Row& row, std::size_t k, const PotentialUnit& unit,
                      int columns) {
  const auto times = Part(row.electrode->times_ms, row);
  std::string data =
      absl::StrFormat("$trace%d << EOD\n%sEOD\n", k,
                      Scaled(times, Part(row.electrode->potential_mv, row),
                             unit.per_millivolt, columns));
  for (std::size_t p = 0; p < row.parts.size(); ++p)
    absl::StrAppendFormat(&data, "$trace%d_%d << EOD\n%sEOD\n", k, p,
                          Scaled(times, Part(row.parts[p]->potential_mv, row),
                                 unit.per_millivolt, columns));
  return data;
}

std::string Margins(double left, double right, const Row& row) {
  return absl::StrFormat(
      "set lmargin at screen %.5g\nset rmargin at screen %.5g\n"
      "set tmargin at screen %.5g\nset bmargin at screen %.5g\n",
      left, right, row.top, row.bottom);
}

std::string TracePanel(const Row& row, std::size_t k, bool last,
                       const LfpOptions& options, const Layout& layout,
                       const PotentialUnit& unit) {
  const auto times = Part(row.electrode->times_ms, row);
  std::string script = absl::StrCat(
      Margins(layout.left, layout.trace_right, row),
      "unset logscale\nset label 3 ", Quoted(RowTitle(*row.electrode)),
      absl::StrFormat(
          " at graph 0, graph 1 offset 0,0.9 left "
          "tc rgb '#444444'\n"
          "set xrange [%.9g:%.9g]\nset yrange [*:*]\n"
          "set xtics nomirror %.9g\nset ytics nomirror autofreq\n"
          "set format x '%s'\nset format y '%%g'\n"
          "set xlabel '%s'\nset ylabel 'LFP (%s)' offset 1,0\n"
          "set xzeroaxis lt 1 lw 0.6 lc rgb '#bbbbbb'\n",
          times.front(), times.back(),
          RoundStep(times.back() - times.front(), options.spectrum ? 6 : 10),
          last ? "%g" : "", last ? "time (ms)" : "", unit.name));
  // The key stands in the top line, once for all rows.
  if (k == 0 && !row.parts.empty())
    absl::StrAppendFormat(
        &script,
        "set key at screen %.5g, screen %.5g right center "
        "horizontal samplen 1.5\n",
        layout.right,
        1 - 1.7 * FontPixels(options.figure) / options.figure.height);
  absl::StrAppendFormat(&script,
                        "plot $trace%d using 1:2 with lines lw 1.3 lc rgb "
                        "'#222222' title 'all'",
                        k);
  for (std::size_t p = 0; p < row.parts.size(); ++p)
    absl::StrAppendFormat(
        &script, ", $trace%d_%d using 1:2 with lines lw 1 lc rgb '%s' title %s",
        k, p, Colour(row.parts[p]->order), Quoted(row.parts[p]->population));
  return script + "\nunset key\nunset label 3\nunset xzeroaxis\n";
}

/// Empty if the trace is too short for a spectrum.
absl::StatusOr<std::string> SpectrumPanel(const Row& row, std::size_t k,
                                          bool last, const Layout& layout,
                                          const PotentialUnit& unit) {
  const auto times = Part(row.electrode->times_ms, row);
  const double rate_hz = 1000 * static_cast<double>(times.size() - 1) /
                         (times.back() - times.front());
  const std::size_t segment = SegmentFor(times.size(), rate_hz);
  if (segment == 0) return "";
  MIV_ASSIGN_OR_RETURN(
      const Spectrum spectrum,
      WelchSpectrum(Part(row.electrode->potential_mv, row), rate_hz, segment));
  const double scale = unit.per_millivolt * unit.per_millivolt;
  std::string lines;
  double low = 0, high = 0;
  for (std::size_t i = 1; i < spectrum.density.size() - 1; ++i) {
    if (spectrum.frequency_hz[i] > kHighestFrequency) break;
    if (low == 0) low = spectrum.frequency_hz[i];
    high = spectrum.frequency_hz[i];
    if (spectrum.density[i] > 0)
      absl::StrAppendFormat(&lines, "%.9g %.6g\n", spectrum.frequency_hz[i],
                            spectrum.density[i] * scale);
  }
  if (lines.empty() || high <= low) return "";
  return absl::StrCat(
      absl::StrFormat("$spectrum%d << EOD\n%sEOD\n", k, lines),
      Margins(layout.spectrum_left, layout.right, row),
      absl::StrFormat(
          "set logscale xy\nset xrange [%.6g:%.6g]\nset yrange [*:*]\n"
          "set xtics nomirror autofreq\nset format x '%s'\n"
          "set format y '10^{%%T}'\nset xlabel '%s'\n"
          "set ylabel 'power (%s²/Hz)' offset 1,0\n"
          "plot $spectrum%d using 1:2 with lines lw 1.3 lc rgb '%s'\n",
          low, high, last ? "%g" : "", last ? "frequency (Hz)" : "", unit.name,
          k, Colour(0)));
}

}  // namespace

PotentialUnit UnitFor(double largest_mv) {
  if (largest_mv < 0.5) return {.name = "µV", .per_millivolt = 1000};
  return {.name = "mV", .per_millivolt = 1};
}

absl::StatusOr<std::string> LfpScript(const std::vector<Electrode>& electrodes,
                                      const LfpOptions& options) {
  MIV_ASSIGN_OR_RETURN(std::string script, Preamble(options.figure));
  const Layout layout = LayOut(options);
  MIV_ASSIGN_OR_RETURN(const auto rows, Rows(electrodes, options, layout));
  const PotentialUnit unit = UnitFor(Largest(rows));
  absl::StrAppend(
      &script, "set multiplot\n",
      Heading(options.figure, options.title,
              options.populations.empty() ? "extracellular potential" : "",
              layout.left, layout.right));
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const bool last = k + 1 == rows.size();
    absl::StrAppend(&script, TraceData(rows[k], k, unit, options.figure.width),
                    TracePanel(rows[k], k, last, options, layout, unit),
                    k == 0 ? "unset label\n" : "");
    if (!options.spectrum) continue;
    MIV_ASSIGN_OR_RETURN(const std::string panel,
                         SpectrumPanel(rows[k], k, last, layout, unit));
    script += panel;
  }
  return script + "unset multiplot\n";
}

}  // namespace miv::client
