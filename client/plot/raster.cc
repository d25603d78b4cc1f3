#include "client/plot/raster.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/base/fault.h"
#include "common/base/nearest_name.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

/// Share of the raster that even the smallest population gets.
constexpr double kSmallestBand = 0.07;
constexpr double kGapBetweenBands = 0.012;

// Places of the panels, as fractions of the picture.
constexpr double kLeft = 0.14, kRight = 0.975;
constexpr double kTop = 0.915, kRasterBottom = 0.345;
constexpr double kRateTop = 0.30, kRateBottom = 0.085;

struct Window {
  double from = 0, to = 0;
};

struct Band {
  PopulationRange population;
  BandStatistics statistics;
  double bottom = 0, top = 0;  ///< of the raster, 0..1
  std::string colour;
};

absl::StatusOr<Window> WindowOf(const SpikeTrains& trains,
                                const FigureOptions& figure) {
  Window window{.from = figure.from_ms, .to = figure.to_ms};
  const double last = trains.times_ms.empty() ? 0 : trains.times_ms.back();
  if (window.to <= window.from)
    window.to = trains.duration_ms > 0 ? trains.duration_ms
                                       : std::max(std::ceil(last), 1.0);
  if (window.to > window.from) return window;
  return InvalidInput({.reason = "EMPTY_WINDOW",
                       .field = "--from",
                       .what = "there is no time to show",
                       .expected = absl::StrCat("less than ", window.to,
                                                " ms, where the results end"),
                       .found = absl::StrCat(window.from, " ms")});
}

absl::StatusOr<std::vector<PopulationRange>> Chosen(
    const SpikeTrains& trains, const std::vector<std::string>& names) {
  if (names.empty()) return trains.populations;
  std::vector<PopulationRange> chosen;
  std::vector<std::string> known;
  for (const auto& population : trains.populations)
    known.push_back(population.name);
  for (const auto& name : names) {
    const auto it = std::find(known.begin(), known.end(), name);
    if (it == known.end())
      return MakeStatus(absl::StatusCode::kNotFound,
                        {.reason = "UNKNOWN_POPULATION",
                         .field = "--populations",
                         .what = absl::StrCat("no population ", name),
                         .remedy = SuggestName(name, known)});
    chosen.push_back(
        trains.populations[static_cast<std::size_t>(it - known.begin())]);
  }
  return chosen;
}

/// Heights grow with the square root of the number of cells: the large ones
/// stay the larger, the small ones readable.  The first band is the top one.
std::vector<Band> LayOut(const SpikeTrains& trains,
                         const std::vector<PopulationRange>& populations,
                         const Window& window) {
  const auto statistics =
      StatisticsOf(trains, populations, window.from, window.to);
  std::vector<double> weights;
  double sum = 0;
  for (const auto& population : populations)
    sum += std::sqrt(static_cast<double>(population.count));
  double total = 0;
  for (const auto& population : populations) {
    weights.push_back(std::max(
        std::sqrt(static_cast<double>(population.count)) / sum, kSmallestBand));
    total += weights.back();
  }
  const double gaps =
      kGapBetweenBands * static_cast<double>(populations.size() - 1);
  std::vector<Band> bands;
  double top = 1;
  for (std::size_t k = 0; k < populations.size(); ++k) {
    const double height = weights[k] / total * (1 - gaps);
    const auto colour = static_cast<std::size_t>(
        std::find_if(
            trains.populations.begin(), trains.populations.end(),
            [&](const auto& p) { return p.name == populations[k].name; }) -
        trains.populations.begin());
    bands.push_back({.population = populations[k],
                     .statistics = statistics[k],
                     .bottom = top - height,
                     .top = top,
                     .colour = Colour(colour)});
    top -= height + kGapBetweenBands;
  }
  return bands;
}

/// One tick per spike: "t y height".
std::string Ticks(const SpikeTrains& trains, const Band& band,
                  const Window& window, double pixel) {
  const double row =
      (band.top - band.bottom) / static_cast<double>(band.population.count);
  const double height = std::max(0.8 * row, 2.6 * pixel);
  std::string lines;
  for (std::size_t k = 0; k < trains.gids.size(); ++k) {
    const double t = trains.times_ms[k];
    const std::uint64_t gid = trains.gids[k];
    if (t < window.from || t > window.to || gid < band.population.start ||
        gid >= band.population.start + band.population.count)
      continue;
    const double centre =
        band.bottom +
        (static_cast<double>(gid - band.population.start) + 0.5) * row;
    absl::StrAppendFormat(&lines, "%.9g %.7g %.4g\n", t, centre - height / 2,
                          height);
  }
  // An empty data block is an error to gnuplot.
  return lines.empty() ? "NaN NaN NaN\n" : lines;
}

std::string RateText(double hz) {
  return absl::StrFormat(hz >= 9.95 ? "%.0f Hz" : "%.2g Hz", hz);
}

/// `text` as part of an enhanced string.
std::string Unquoted(absl::string_view text) {
  const std::string quoted = Quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// Name, cells and rate left of the band: on two lines where they fit.
std::string BandLabels(const Band& band, double pixel) {
  const double line = 9 * pixel;  // half the distance of two lines
  const bool two_lines = band.top - band.bottom > 4 * line;
  const std::string details = absl::StrFormat(
      "{/=*0.8 %s cell%s, %s}", WithThousands(band.population.count),
      band.population.count == 1 ? "" : "s", RateText(band.statistics.rate_hz));
  const std::string text =
      absl::StrCat("{/:Bold ", Unquoted(band.population.name), "}",
                   two_lines ? "\\n" : "  ", details);
  return absl::StrFormat(
      "set label \"%s\" at graph -0.012, graph %.5g right tc rgb '%s'\n"
      "set object rectangle from graph 0, graph %.5g to graph 1, graph %.5g "
      "fc rgb '%s' fs solid 0.055 noborder behind\n",
      text, (band.bottom + band.top) / 2 + (two_lines ? line : 0), band.colour,
      band.bottom, band.top, band.colour);
}

std::string RasterPanel(const std::vector<Band>& bands, const Window& window,
                        double pixel) {
  std::string script = absl::StrFormat(
      "set lmargin at screen %g\nset rmargin at screen %g\n"
      "set tmargin at screen %g\nset bmargin at screen %g\n"
      "set xrange [%.9g:%.9g]\nset yrange [0:1]\n"
      "set xtics %.9g\nset format x ''\nunset ytics\nset border 1\n",
      kLeft, kRight, kTop, kRasterBottom, window.from, window.to,
      RoundStep(window.to - window.from, 10));
  for (const Band& band : bands) script += BandLabels(band, pixel);
  script += "plot ";
  for (std::size_t k = 0; k < bands.size(); ++k)
    absl::StrAppendFormat(&script,
                          "%s$spikes%d using 1:2:(0):3 with vectors nohead "
                          "lw 1.1 lc rgb '%s'",
                          k == 0 ? "" : ", ", k, bands[k].colour);
  return script + "\n";
}

std::string RatePanel(const std::vector<Band>& bands, double bin_ms) {
  std::string script = absl::StrFormat(
      "unset label\nunset object\nunset title\n"
      "set tmargin at screen %g\nset bmargin at screen %g\n"
      "set format x '%%g'\nset xlabel 'time (ms)'\nset border 3\n"
      "set yrange [0:*]\nset autoscale ymax\nset ytics nomirror autofreq\n"
      "set ylabel 'rate (Hz per cell)' offset 1,0\n"
      "set label '{/=*0.8 bins of %g ms}' at graph 1, graph 1 right "
      "tc rgb '#888888'\nplot ",
      kRateTop, kRateBottom, bin_ms);
  for (std::size_t k = 0; k < bands.size(); ++k)
    absl::StrAppendFormat(&script,
                          "%s$rates%d using 1:2 with lines lw 1.4 lc rgb '%s'",
                          k == 0 ? "" : ", ", k, bands[k].colour);
  return script + "\n";
}

std::string Data(const SpikeTrains& trains, const std::vector<Band>& bands,
                 const Window& window, double pixel, double bin) {
  std::string script;
  for (std::size_t k = 0; k < bands.size(); ++k) {
    absl::StrAppendFormat(&script, "$spikes%d << EOD\n%sEOD\n$rates%d << EOD\n",
                          k, Ticks(trains, bands[k], window, pixel), k);
    const auto rates =
        RateHistogram(trains, bands[k].population, window.from, window.to, bin);
    for (std::size_t b = 0; b < rates.size(); ++b)
      absl::StrAppendFormat(&script, "%.9g %.6g\n",
                            window.from + (static_cast<double>(b) + 0.5) * bin,
                            rates[b]);
    absl::StrAppend(&script, "EOD\n");
  }
  return script;
}

}  // namespace

std::vector<BandStatistics> StatisticsOf(
    const SpikeTrains& trains, const std::vector<PopulationRange>& populations,
    double from_ms, double to_ms) {
  std::vector<BandStatistics> statistics;
  for (const auto& population : populations) {
    BandStatistics& band = statistics.emplace_back();
    for (std::size_t k = 0; k < trains.gids.size(); ++k)
      band.spikes += trains.gids[k] >= population.start &&
                     trains.gids[k] < population.start + population.count &&
                     trains.times_ms[k] >= from_ms &&
                     trains.times_ms[k] <= to_ms;
    const double cell_seconds =
        static_cast<double>(population.count) * (to_ms - from_ms) / 1000;
    if (cell_seconds > 0)
      band.rate_hz = static_cast<double>(band.spikes) / cell_seconds;
  }
  return statistics;
}

std::vector<double> RateHistogram(const SpikeTrains& trains,
                                  const PopulationRange& population,
                                  double from_ms, double to_ms, double bin_ms) {
  const auto bins = static_cast<std::size_t>(
      std::max(1.0, std::ceil((to_ms - from_ms) / bin_ms - 1e-9)));
  std::vector<double> rates(bins);
  for (std::size_t k = 0; k < trains.gids.size(); ++k) {
    const double t = trains.times_ms[k];
    if (t < from_ms || t > to_ms || trains.gids[k] < population.start ||
        trains.gids[k] >= population.start + population.count)
      continue;
    const auto bin = static_cast<std::size_t>((t - from_ms) / bin_ms);
    ++rates[std::min(bin, bins - 1)];
  }
  for (std::size_t b = 0; b < bins; ++b) {
    const double begin = from_ms + static_cast<double>(b) * bin_ms;
    const double seconds = (std::min(begin + bin_ms, to_ms) - begin) / 1000;
    rates[b] /= static_cast<double>(population.count) * seconds;
  }
  return rates;
}

absl::StatusOr<std::string> RasterScript(const SpikeTrains& trains,
                                         const RasterOptions& options) {
  MIV_ASSIGN_OR_RETURN(std::string script, Preamble(options.figure));
  MIV_ASSIGN_OR_RETURN(const Window window, WindowOf(trains, options.figure));
  MIV_ASSIGN_OR_RETURN(const auto populations,
                       Chosen(trains, options.populations));
  const auto bands = LayOut(trains, populations, window);
  const double pixel = 1 / ((kTop - kRasterBottom) * options.figure.height);
  const double bin_ms = RoundStep(window.to - window.from, 60);
  std::size_t spikes = 0;
  for (const Band& band : bands) spikes += band.statistics.spikes;
  absl::StrAppend(
      &script, Data(trains, bands, window, pixel, bin_ms), "set multiplot\n",
      Heading(options.title,
              absl::StrFormat("%s spike%s in %g ms", WithThousands(spikes),
                              spikes == 1 ? "" : "s", window.to - window.from),
              kLeft, kRight),
      RasterPanel(bands, window, pixel), RatePanel(bands, bin_ms),
      "unset multiplot\n");
  return script;
}

}  // namespace miv::client
