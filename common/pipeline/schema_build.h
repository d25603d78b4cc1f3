#pragma once

// Short spellings for the tables of fields.

#include <string>
#include <utility>
#include <vector>

#include "common/pipeline/schema.h"

namespace miv::pipeline {

Schema Any();
Schema Boolean();
Schema Integer();
Schema IntegerFrom(double min, double max);
Schema Count();  ///< an integer, at least 0
Schema Number();
Schema NumberFrom(double min, double max);
Schema Positive();     ///< a number above 0
Schema NonNegative();  ///< a number, at least 0
Schema String(std::string noun = "");
Schema Choice(std::string noun, std::vector<std::string> choices);
Schema File();
Schema Directory();

Schema ListOf(Schema element, std::size_t min_length = 0);
Schema ListOfExactly(std::size_t length, Schema element);
/// noun: what a key is called ("population").
Schema MapOf(std::string noun, Schema element);
/// Keys limited to `choices`.
Schema MapOf(std::string noun, std::vector<std::string> choices,
             Schema element);
/// noun: with its article ("an lfp entry"), for "unknown field of ...".
Schema Record(std::string noun, std::vector<Field> fields);
Schema OneOf(std::vector<Schema> alternatives);
Schema Nullable(Schema schema);

Field Required(std::string name, Schema schema);
Field Optional(std::string name, Schema schema);
Field Default(std::string name, Schema schema, nlohmann::json value);
Field Resource(std::string name, Schema schema);
/// Accepted, with a warning unless it is null or has one of these values.
Field Unused(std::string name, std::vector<nlohmann::json> usual_values = {});

}  // namespace miv::pipeline
