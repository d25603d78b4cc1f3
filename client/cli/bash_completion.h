#pragma once

#include <CLI/App.hpp>
#include <string>

namespace miv::client {

/// A script that teaches bash the verbs and options of `app`: names of verbs
/// and options, choices of options ("use|refresh|bypass"), ids of jobs where
/// one is wanted (asked from the server), kinds of steps, and files elsewhere.
std::string BashCompletion(const CLI::App& app);

}  // namespace miv::client
