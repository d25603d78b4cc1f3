# The C++ library as an installed package:
#   cmake --install build --component library --prefix PREFIX
# Headers keep their paths below include/miv; find_package(Miv) gives Miv::miv.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(miv_include ${CMAKE_INSTALL_INCLUDEDIR}/miv)
set(miv_package ${CMAKE_INSTALL_LIBDIR}/cmake/Miv)

set(names base client client_components client_results config grpc miv neuroh5
    options pipeline pipeline_proto proto rpc)
foreach(name IN LISTS names)
  set_target_properties(miv_${name} PROPERTIES EXPORT_NAME ${name})
  install(TARGETS miv_${name} EXPORT MivTargets COMPONENT library
          ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
          INCLUDES DESTINATION ${miv_include})
endforeach()
install(EXPORT MivTargets NAMESPACE Miv:: DESTINATION ${miv_package}
        COMPONENT library)

# What miv/miv.h includes.
set(headers
  client/artifact_files.h client/callbacks.h client/client.h
  client/components/build.h client/components/model.h client/components/other.h
  client/components/pipeline.h client/components/simulation.h
  client/components/simulation_parts.h
  client/components/value.h client/connection.h client/content.h
  client/endpoint.h client/fetch.h client/results/results.h client/retry.h
  client/submission.h client/transfer.h client/watch.h common/base/fault.h
  common/config/source_map.h common/config/yaml.h common/pipeline/kinds.h
  common/pipeline/pipeline.h common/pipeline/resolve.h common/pipeline/schema.h)
foreach(header IN LISTS headers)
  get_filename_component(folder ${header} DIRECTORY)
  install(FILES ${header} DESTINATION ${miv_include}/${folder}
          COMPONENT library)
endforeach()
install(FILES client/include/miv/miv.h DESTINATION ${miv_include}/miv
        COMPONENT library)
install(DIRECTORY ${CMAKE_BINARY_DIR}/proto/miv DESTINATION ${miv_include}
        COMPONENT library FILES_MATCHING PATTERN "*.pb.h"
        PATTERN "workers.*" EXCLUDE)

configure_package_config_file(
  cmake/MivConfig.cmake.in ${CMAKE_BINARY_DIR}/MivConfig.cmake
  INSTALL_DESTINATION ${miv_package})
write_basic_package_version_file(
  ${CMAKE_BINARY_DIR}/MivConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/MivConfig.cmake
              ${CMAKE_BINARY_DIR}/MivConfigVersion.cmake
        DESTINATION ${miv_package} COMPONENT library)
