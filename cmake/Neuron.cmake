# NEURON 8.2 as an ordinary library: nrn::nrniv.  Debian ships no CMake package
# for it.  The executable that links it must define its own main and
# `extern "C" void modl_reg() {}`.
find_library(NRN_LIBRARY nrniv PATH_SUFFIXES nrn HINTS /usr/lib REQUIRED)
find_path(NRN_INCLUDE_DIR hocdec.h REQUIRED)
find_program(NRN_NOCMODL nocmodl REQUIRED)
find_file(NRN_UNITS nrnunits.lib PATHS /usr/share/nrn/lib REQUIRED)
file(STRINGS ${NRN_INCLUDE_DIR}/nrnsemanticversion.h nrn_version_lines REGEX "NRN_VERSION_(MAJOR|MINOR)")
if(nrn_version_lines AND NOT nrn_version_lines MATCHES "MAJOR 8.*MINOR 2")
  message(FATAL_ERROR "NEURON 8.2 is required; the worker uses its private ABI. "
    "Found in ${NRN_INCLUDE_DIR}/nrnsemanticversion.h: ${nrn_version_lines}")
endif()
get_filename_component(NRN_LIBRARY_DIR ${NRN_LIBRARY} DIRECTORY)
add_library(nrn::nrniv UNKNOWN IMPORTED)
set_target_properties(nrn::nrniv PROPERTIES
  IMPORTED_LOCATION ${NRN_LIBRARY}
  INTERFACE_LINK_LIBRARIES MPI::MPI_C
  INTERFACE_COMPILE_DEFINITIONS "OMPI_SKIP_MPICXX=1;MPICH_SKIP_MPICXX=1")
