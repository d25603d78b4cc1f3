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

struct Window {
  double from = 0, to = 0;
};

/// Places of the panels, as fractions of the picture.
struct Layout {
  double left = 0, right = 0;
  double top = 0, raster_bottom = 0;
  double rate_top = 0, rate_bottom = 0;
  double pixel = 0;  ///< as a fraction of the height of the raster
  double em = 0;     ///< height of a capital M, likewise
};

struct Band {
  PopulationRange population;
  BandStatistics statistics;
  double bottom = 0, top = 0;  ///< of the raster, 0..1
  std::string colour;
  std::vector<double> rates_hz;  ///< histogram
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
std::vector<Band> Bands(const SpikeTrains& trains,
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

std::string RateText(double hz) {
  return absl::StrFormat(hz >= 9.95 ? "%.0f Hz" : "%.2g Hz", hz);
}

std::string DetailsOf(const Band& band) {
  return absl::StrFormat("%s cell%s, %s", WithThousands(band.population.count),
                         band.population.count == 1 ? "" : "s",
                         RateText(band.statistics.rate_hz));
}

/// Name and details go below each other where the band is high enough.
bool TwoLines(const Band& band, const Layout& layout) {
  return band.top - band.bottom > 2.3 * layout.em;
}

/// The names of the bands decide how much room is left of the panels.
Layout LayOut(const std::vector<Band>& bands, const FigureOptions& figure) {
  const double em = FontPixels(figure);
  const double line = em / figure.height;
  Layout layout{.right = 1 - 1.6 * em / figure.width,
                .top = 1 - 3.2 * line,
                .rate_bottom = 4.8 * line};
  layout.rate_top =
      layout.rate_bottom + 0.25 * (layout.top - layout.rate_bottom);
  layout.raster_bottom = layout.rate_top + 2.2 * line;
  const double raster = (layout.top - layout.raster_bottom) * figure.height;
  layout.pixel = 1 / raster;
  layout.em = em / raster;
  double widest = 4.5;  // the numbers and the name of the rate axis
  for (const Band& band : bands) {
    const double name = TextWidth(band.population.name) * 1.1;
    const double details = 0.8 * TextWidth(DetailsOf(band));
    widest = std::max(widest, TwoLines(band, layout) ? std::max(name, details)
                                                     : name + details + 1);
  }
  layout.left = std::min(0.4, (widest + 1.5) * em / figure.width);
  return layout;
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

/// `text` as part of an enhanced string.
std::string Unquoted(absl::string_view text) {
  const std::string quoted = Quoted(text);
  return quoted.substr(1, quoted.size() - 2);
}

/// Name, cells and rate left of the band, and its background.
std::string BandLabels(const Band& band, const Layout& layout) {
  const bool two_lines = TwoLines(band, layout);
  const std::string text =
      absl::StrCat("{/:Bold ", Unquoted(band.population.name), "}",
                   two_lines ? "\\n" : "  ", "{/=*0.8 ", DetailsOf(band), "}");
  return absl::StrFormat(
      "set label \"%s\" at graph -0.012, graph %.5g right tc rgb '%s'\n"
      "set object rectangle from graph 0, graph %.5g to graph 1, graph %.5g "
      "fc rgb '%s' fs solid 0.055 noborder behind\n",
      text, (band.bottom + band.top) / 2 + (two_lines ? 0.55 * layout.em : 0),
      band.colour, band.bottom, band.top, band.colour);
}

std::string RasterPanel(const std::vector<Band>& bands, const Window& window,
                        const Layout& layout) {
  std::string script = absl::StrFormat(
      "set lmargin at screen %g\nset rmargin at screen %g\n"
      "set tmargin at screen %g\nset bmargin at screen %g\n"
      "set xrange [%.9g:%.9g]\nset yrange [0:1]\n"
      "set xtics %.9g\nset format x ''\nunset ytics\nset border 1\n",
      layout.left, layout.right, layout.top, layout.raster_bottom, window.from,
      window.to, RoundStep(window.to - window.from, 10));
  for (const Band& band : bands) script += BandLabels(band, layout);
  script += "plot ";
  for (std::size_t k = 0; k < bands.size(); ++k)
    absl::StrAppendFormat(&script,
                          "%s$spikes%d using 1:2:(0):3 with vectors nohead "
                          "lw 1.1 lc rgb '%s'",
                          k == 0 ? "" : ", ", k, bands[k].colour);
  return script + "\n";
}

std::string RatePanel(const std::vector<Band>& bands, const Layout& layout,
                      double bin_ms) {
  double highest = 1;
  for (const Band& band : bands)
    for (const double rate : band.rates_hz) highest = std::max(highest, rate);
  const double raster = layout.top - layout.raster_bottom;
  const double lines =
      (layout.rate_top - layout.rate_bottom) / (layout.em * raster);
  const double step =
      RoundStep(highest, std::max(2, static_cast<int>(lines / 2)));
  std::string script = absl::StrFormat(
      "unset label\nunset object\nunset title\n"
      "set tmargin at screen %g\nset bmargin at screen %g\n"
      "set format x '%%g'\nset xlabel 'time (ms)'\nset border 3\n"
      "set yrange [0:%.9g]\nset ytics nomirror %.9g\n"
      "set ylabel 'rate (Hz per cell)' offset 1,0\n"
      "set label '{/=*0.8 bins of %g ms}' at graph 1, graph 1 right "
      "tc rgb '#888888'\nplot ",
      layout.rate_top, layout.rate_bottom, step * std::ceil(highest / step),
      step, bin_ms);
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
    const auto& rates = bands[k].rates_hz;
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
  auto bands = Bands(trains, populations, window);
  const Layout layout = LayOut(bands, options.figure);
  const double bin_ms = RoundStep(window.to - window.from, 60);
  std::size_t spikes = 0;
  for (Band& band : bands) {
    spikes += band.statistics.spikes;
    band.rates_hz =
        RateHistogram(trains, band.population, window.from, window.to, bin_ms);
  }
  absl::StrAppend(
      &script, Data(trains, bands, window, layout.pixel, bin_ms),
      "set multiplot\n",
      Heading(options.figure, options.title,
              absl::StrFormat("%s spike%s in %g ms", WithThousands(spikes),
                              spikes == 1 ? "" : "s", window.to - window.from),
              layout.left, layout.right),
      RasterPanel(bands, window, layout), RatePanel(bands, layout, bin_ms),
      "unset multiplot\n");
  return script;
}

}  // namespace miv::client
