// miv plot: pictures of results.

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "client/cli/exit_code.h"
#include "client/cli/verbs.h"
#include "client/plot/lfp.h"
#include "client/plot/raster.h"
#include "common/base/fault.h"
#include "common/base/status_macros.h"

namespace miv::client {
namespace {

struct Options {
  std::string results;
  std::string output;
  std::string size;
  std::string title;
  double from_ms = 0;
  double to_ms = 0;
  std::vector<std::string> electrodes;
  std::vector<std::string> populations;
  bool spectrum = false;
};

/// "run/results.h5": enough to tell results apart.
std::string ShortName(const std::string& file) {
  const std::filesystem::path path(file);
  const auto folder = path.parent_path().filename();
  return folder.empty() ? path.string() : (folder / path.filename()).string();
}

absl::StatusOr<FigureOptions> Figure(const Options& options,
                                     std::pair<int, int> default_size) {
  FigureOptions figure{.output = options.output,
                       .from_ms = options.from_ms,
                       .to_ms = options.to_ms};
  auto size = default_size;
  if (!options.size.empty()) {
    MIV_ASSIGN_OR_RETURN(size, ParseSize(options.size));
  }
  std::tie(figure.width, figure.height) = size;
  if (options.to_ms == 0 || options.to_ms > options.from_ms) return figure;
  return InvalidInput(
      {.reason = "EMPTY_WINDOW",
       .field = "--to",
       .what = "there is no time to show",
       .expected = absl::StrCat("more than --from, ", options.from_ms, " ms"),
       .found = absl::StrCat(options.to_ms, " ms")});
}

absl::StatusOr<int> Finish(Program& program, const std::string& script,
                           const FigureOptions& figure) {
  MIV_RETURN_IF_ERROR(Draw(script, figure));
  program.io().out << figure.output << std::endl;
  return kExitDone;
}

absl::StatusOr<int> PlotRaster(Program& program, const Options& options) {
  MIV_ASSIGN_OR_RETURN(const auto figure, Figure(options, {1200, 800}));
  MIV_RETURN_IF_ERROR(Preamble(figure).status());
  MIV_ASSIGN_OR_RETURN(const std::string file, FindResults(options.results));
  MIV_ASSIGN_OR_RETURN(const SpikeTrains trains, ReadSpikes(file));
  MIV_ASSIGN_OR_RETURN(
      const std::string script,
      RasterScript(trains, {.figure = figure,
                            .title = options.title.empty() ? ShortName(file)
                                                           : options.title,
                            .populations = options.populations}));
  return Finish(program, script, figure);
}

absl::StatusOr<int> PlotLfp(Program& program, const Options& options) {
  MIV_RETURN_IF_ERROR(Preamble({.output = options.output}).status());
  MIV_ASSIGN_OR_RETURN(const std::string file, FindResults(options.results));
  MIV_ASSIGN_OR_RETURN(const auto electrodes, ReadElectrodes(file));
  const auto rows =
      static_cast<int>(options.electrodes.empty() ? electrodes.size()
                                                  : options.electrodes.size());
  MIV_ASSIGN_OR_RETURN(
      const auto figure,
      Figure(options, {1200, std::min(180 + 320 * rows, 4000)}));
  MIV_ASSIGN_OR_RETURN(
      const std::string script,
      LfpScript(electrodes, {.figure = figure,
                             .title = options.title.empty() ? ShortName(file)
                                                            : options.title,
                             .electrodes = options.electrodes,
                             .populations = options.populations,
                             .spectrum = options.spectrum}));
  return Finish(program, script, figure);
}

void AddFigureOptions(CLI::App* verb, Options* options,
                      const std::string& populations) {
  verb->add_option("RESULTS", options->results,
                   "results.h5, or a directory that `miv fetch` made")
      ->required();
  verb->add_option("-o,--output", options->output, "Picture: .png or .svg")
      ->type_name("FILE")
      ->required();
  verb->add_option("--from", options->from_ms, "Begin of the time axis")
      ->type_name("MS");
  verb->add_option("--to", options->to_ms, "End of the time axis")
      ->type_name("MS");
  verb->add_option("--populations", options->populations, populations)
      ->type_name("P,...")
      ->delimiter(',')
      ->allow_extra_args(false);
  verb->add_option("--size", options->size, "Pixels (default 1200x800)")
      ->type_name("WxH");
  verb->add_option("--title", options->title,
                   "Title (default: the name of the file)")
      ->type_name("TEXT");
}

}  // namespace

void AddPlot(CLI::App& app, Program& program) {
  CLI::App* verb =
      AddVerb(app, "plot", "Draw pictures of results",
              "  miv plot raster results/run -o raster.png\n"
              "  miv plot lfp results/run/results.h5 -o lfp.svg --spectrum");
  verb->require_subcommand(1);
  auto raster = std::make_shared<Options>();
  CLI::App* raster_verb =
      AddVerb(*verb, "raster", "Spikes by population, with their rates",
              "  miv plot raster results/run -o raster.png\n"
              "  miv plot raster results/run -o raster.svg --from 100 --to 300 "
              "--populations PYR,PVBC");
  AddFigureOptions(raster_verb, raster.get(), "Only these, in this order");
  OnChosen(raster_verb, program, raster, &PlotRaster);

  auto lfp = std::make_shared<Options>();
  CLI::App* lfp_verb = AddVerb(
      *verb, "lfp", "Extracellular potential at the electrodes",
      "  miv plot lfp results/run -o lfp.png\n"
      "  miv plot lfp results/run -o lfp.png --electrode soma --spectrum "
      "--size 1600x500");
  AddFigureOptions(lfp_verb, lfp.get(),
                   "Draw the contributions of these as well");
  lfp_verb
      ->add_option("--electrode", lfp->electrodes,
                   "Only this electrode (may be repeated)")
      ->type_name("LABEL")
      ->delimiter(',')
      ->allow_extra_args(false);
  lfp_verb->add_flag("--spectrum", lfp->spectrum, "Add the power spectrum");
  OnChosen(lfp_verb, program, lfp, &PlotLfp);
}

}  // namespace miv::client
