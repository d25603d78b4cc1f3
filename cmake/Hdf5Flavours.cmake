# Debian's two builds of HDF5 side by side: hdf5::serial for the client,
# hdf5::openmpi for the worker.  A program links one of them, never both.
foreach(flavour serial openmpi)
  find_path(HDF5_${flavour}_INCLUDE hdf5.h PATHS /usr/include/hdf5/${flavour}
            NO_DEFAULT_PATH REQUIRED)
  find_library(HDF5_${flavour}_LIBRARY NAMES hdf5_${flavour} REQUIRED)
  add_library(hdf5::${flavour} UNKNOWN IMPORTED)
  set_target_properties(hdf5::${flavour} PROPERTIES
    IMPORTED_LOCATION ${HDF5_${flavour}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${HDF5_${flavour}_INCLUDE})
endforeach()
set_property(TARGET hdf5::openmpi APPEND PROPERTY
  INTERFACE_LINK_LIBRARIES MPI::MPI_C)
# Only the C interface of MPI is used; Open MPI's C++ one needs a further library.
set_property(TARGET MPI::MPI_C APPEND PROPERTY
  INTERFACE_COMPILE_DEFINITIONS OMPI_SKIP_MPICXX=1)
