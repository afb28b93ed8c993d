// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/report.hpp"

namespace linefill {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kSchemaVersion = 1;

Json statistics_of(const Statistics& statistics) {
  Json result = Json::object();
  for (const Counter* counter : statistics.counters()) {
    result[std::string{counter->name()}] = {{"value", counter->value()}, {"unit", counter->unit()}};
  }
  return result;
}

Json party_of(const Party& party, const Symbols& symbols) {
  Json result = {{"agent", party.agent}, {"pc", hex(party.pc)}};
  const Symbols::Location location = symbols.locate(party.pc);
  result["function"] = location.function;
  result["source"] = location.source;
  if (party.called_from != 0) result["called_from"] = symbols.describe(party.called_from);
  if (party.io_address) result["io_address"] = hex(*party.io_address);
  if (party.time) result["time_ps"] = party.time->count();
  return result;
}

Json finding_of(const Finding& finding, const Symbols& symbols) {
  Json result = {
      {"kind", info_of(finding.kind).name},
      {"severity", finding.severity == Severity::kError ? "error" : "warning"},
      {"cause", finding.cause},
      {"time_ps", finding.time.count()},
      {"address", hex(finding.address)},
      {"length", finding.length},
      {"bytes", {{"from", finding.offset}, {"to", finding.offset + finding.length}}},
      {"device", finding.device},
      {"mapping", finding.mapping},
  };
  if (finding.mapping_site != 0) result["mapping_site"] = symbols.describe(finding.mapping_site);
  result["reader"] = party_of(finding.reader, symbols);
  result["writer"] = party_of(finding.writer, symbols);
  if (finding.guard) {
    result["guard"] = party_of(*finding.guard, symbols);
    result["guard"]["address"] = hex(finding.guard_address);
  }
  result["missing"] = finding.missing;
  result["total_bytes"] = finding.total_bytes;
  result["count"] = finding.count;
  return result;
}

Json transfers_of(const TransferLog& log) {
  Json mean = Json::object();
  for (std::size_t i = 0; i < Transfer::kKindNames.size(); ++i) {
    const auto kind = static_cast<Transfer::Kind>(i);
    if (log.count(kind) == 0) continue;
    Json& of_kind = mean[std::string{Transfer::kKindNames[i]}];
    of_kind = {{"count", log.count(kind)}, {"bytes", log.bytes(kind)}};
    for (const TransferStep& step : kTransferSteps) {
      const Time time = log.mean(kind, step);
      of_kind[std::string{step.name} + "_ps"] = time == kNever ? Json(nullptr) : Json(time.count());
    }
  }
  Json each = Json::array();
  for (const Transfer& transfer : log.all()) {
    Json one = {{"device", transfer.device},
                {"kind", Transfer::kKindNames[static_cast<std::size_t>(transfer.kind)]},
                {"bytes", transfer.bytes}};
    for (const TransferStep& step : kTransferSteps) {
      const Time time = transfer.*step.time;
      if (time != kNever) one[std::string{step.name} + "_ps"] = time.count();
    }
    each.push_back(std::move(one));
  }
  return {{"count", log.all().size()}, {"mean", mean}, {"each", each}};
}

Json models_of(Soc& soc) {
  Json models = Json::object();
  models["cpu0"] = statistics_of(soc.processor().statistics());
  models["interconnect"] = statistics_of(soc.interconnect().statistics());
  if (const Acp* acp = soc.coherency_port()) models["acp"] = statistics_of(acp->statistics());
  for (const auto& memory : soc.memories())
    models[memory->path()] = statistics_of(memory->statistics());
  for (const auto& device : soc.devices()) {
    Json one = statistics_of(device->statistics());
    one["guest_errors"] = {{"value", device->log().guest_errors()}, {"unit", "errors"}};
    models[device->path()] = std::move(one);
  }
  return models;
}

Json masters_of(Soc& soc) {
  Json masters = Json::object();
  const auto add = [&](MasterId id, const std::string& name) {
    const auto& traffic = soc.interconnect().traffic(id);
    masters[name] = {{"read_bytes", traffic.read_bytes},
                     {"written_bytes", traffic.written_bytes},
                     {"transactions", traffic.transactions}};
  };
  add(MasterId::kProcessor, "cpu0");
  for (const auto& [id, master] : soc.masters()) add(id, master.path);
  return masters;
}

}  // namespace

Json make_report(const RunOptions& options, Soc& soc, const RunEnd& end, const FindingLog& findings,
                 const TransferLog* transfers, const Symbols& symbols) {
  Json report = {{"schema", "linefill-report"}, {"version", kSchemaVersion}};
  report["run"] = {{"board", options.board},
                   {"kernel", options.kernel},
                   {"append", options.append.value_or("")},
                   {"check", options.check != CheckMode::kOff}};
  if (options.adversary_seed) {
    report["run"]["adversary"] = {{"seed", *options.adversary_seed},
                                  {"events", options.adversary_events}};
  }
  report["run"]["simulated_ps"] = end.simulated.count();
  report["run"]["end"] = end.reason;
  report["run"]["exit_status"] = end.exit_status;
  report["guest"] = {{"status", end.guest_status ? Json(*end.guest_status) : Json(nullptr)},
                     {"instructions", soc.processor().instructions()}};
  if (!end.backtrace.empty()) {
    for (const std::uint32_t pc : end.backtrace)
      report["guest"]["backtrace"].push_back({{"pc", hex(pc)}, {"at", symbols.describe(pc)}});
  }
  report["host"] = {
      {"seconds", end.host_seconds},
      {"mips", static_cast<double>(soc.processor().instructions()) / 1e6 / end.host_seconds}};
  report["models"] = models_of(soc);
  report["masters"] = masters_of(soc);
  if (transfers != nullptr) report["transfers"] = transfers_of(*transfers);
  report["findings"] = Json::array();
  for (const Finding& finding : findings.all())
    report["findings"].push_back(finding_of(finding, symbols));
  return report;
}

}  // namespace linefill
