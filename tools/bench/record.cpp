#include "record.hpp"

#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "findings.hpp"

namespace bench {
namespace {

using Json = nlohmann::ordered_json;

// The optional figures by their names in JSON.
constexpr std::pair<const char*, std::optional<double> Record::*> figures[] = {
    {"one_way_ns", &Record::one_way}, {"low_ns", &Record::low},      {"high_ns", &Record::high},
    {"p99_ns", &Record::p99},         {"p999_ns", &Record::p999},    {"rate", &Record::rate},
    {"cpu_ns", &Record::cpu},         {"set_up_ns", &Record::set_up}};
constexpr std::pair<const char*, std::optional<CallCount> Record::*> counts[] = {
    {"calls", &Record::calls}, {"stream_calls", &Record::stream_calls}};

[[nodiscard]] std::optional<Distance> distance_named(const std::string& name) {
    for (const auto distance : {Distance::Near, Distance::Between, Distance::Far})
        if (name == name_of(distance)) return distance;
    throw std::runtime_error{"\"" + name + "\" is no distance"};
}

[[nodiscard]] Model model_named(const std::string& name) {
    for (const auto model : {Model::SharedMemory, Model::MessagePassing})
        if (name == name_of(model)) return model;
    throw std::runtime_error{"\"" + name + "\" is no model"};
}

}  // namespace

const char* name_of(Model model) noexcept {
    return model == Model::SharedMemory ? "shared memory" : "message passing";
}

Json json_of(const Record& record) {
    Json json{{"transport", record.transport}, {"model", name_of(record.model)}};
    if (record.size != 0) json["size"] = record.size;
    if (record.distance) json["distance"] = name_of(*record.distance);
    if (record.disturbed) json["disturbed"] = true;
    if (record.bare != 0) json["bare_ns"] = record.bare;
    for (const auto& [name, figure] : figures)
        if (record.*figure) json[name] = *(record.*figure);
    for (const auto& [name, count] : counts)
        if (record.*count)
            json[name] = {{"own", (record.*count)->own}, {"broker", (record.*count)->broker}};
    json["faults"] = record.faults;
    if (!record.note.empty()) json["note"] = record.note;
    return json;
}

Record record_of(const Json& json) {
    Record record;
    record.transport = json.at("transport");
    record.model = model_named(json.at("model"));
    record.size = json.value("size", record.size);
    if (json.contains("distance")) record.distance = distance_named(json["distance"]);
    record.disturbed = json.value("disturbed", false);
    record.bare = json.value("bare_ns", 0.0);
    for (const auto& [name, figure] : figures)
        if (json.contains(name)) record.*figure = json[name].get<double>();
    for (const auto& [name, count] : counts)
        if (json.contains(name))
            record.*count = CallCount{json[name].at("own"), json[name].at("broker")};
    record.faults = json.at("faults");
    record.note = json.value("note", "");
    return record;
}

}  // namespace bench
