# cmake -DOUTPUT=x.cc "-DFILES=NAME=PATH;..." -P EmbedFiles.cmake
# Writes StarterFiles() of client/starter/files.h, which holds the files' texts.
string(REPEAT "." 64 digits)  # 32 bytes a line
set(text "// Made by cmake/EmbedFiles.cmake.\n#include \"client/starter/files.h\"\n\n")
string(APPEND text "namespace miv::client {\n\nconst std::vector<StarterFile>& StarterFiles() {\n")
string(APPEND text "  static const auto* const kFiles = new std::vector<StarterFile>{\n")
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([^=]+)=(.+)$" _ "${entry}")
  set(name ${CMAKE_MATCH_1})
  # Hexadecimal, so that no character of a file means anything to CMake.
  file(READ ${CMAKE_MATCH_2} bytes HEX)
  string(REGEX REPLACE "(${digits})" "\\1;" lines "${bytes}")
  string(APPEND text "      {\"${name}\",")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "(..)" "\\\\x\\1" line "${line}")
    string(APPEND text "\n       \"${line}\"")
  endforeach()
  string(APPEND text "},\n")
endforeach()
string(APPEND text "  };\n  return *kFiles;\n}\n\n}  // namespace miv::client\n")
file(WRITE ${OUTPUT} "${text}")
