// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/summary.hpp"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "models/display/display.hpp"

namespace linefill {

namespace {

double seconds(Time t) { return static_cast<double>(t.count()) * 1e-12; }

std::uint64_t counter(const Statistics& statistics, std::string_view name) {
  const auto& all = statistics.counters();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Counter* c) { return c->name() == name; });
  return found == all.end() ? 0 : (*found)->value();
}

// Of all counters whose names end in `suffix`.
std::uint64_t sum_of(const Statistics& statistics, std::string_view suffix) {
  std::uint64_t sum = 0;
  for (const Counter* c : statistics.counters())
    sum += c->name().ends_with(suffix) ? c->value() : 0;
  return sum;
}

std::string percent(std::uint64_t hits, std::uint64_t misses) {
  if (hits + misses == 0) return "-";
  std::ostringstream out;
  out << std::fixed << std::setprecision(2)
      << 100.0 * static_cast<double>(hits) / static_cast<double>(hits + misses) << " %";
  return out.str();
}

std::string short_time(Time t) {
  if (t == kNever) return "-";
  std::ostringstream out;
  out << std::fixed << std::setprecision(2) << seconds(t) * 1e6 << " us";
  return out.str();
}

std::string megabytes(std::uint64_t bytes, std::string_view verb, std::uint64_t ns) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << static_cast<double>(bytes) / 1e6 << " MB" << verb;
  if (ns != 0)
    out << " at " << static_cast<double>(bytes) * 1e3 / static_cast<double>(ns) << " MB/s";
  return out.str();
}

void print_hit_rates(std::ostream& out, Soc& soc) {
  const Statistics& cpu = soc.processor().statistics();
  out << "caches     hit rate L1I " << percent(counter(cpu, "l1i_hits"), counter(cpu, "l1i_misses"))
      << ", L1D " << percent(counter(cpu, "l1d_hits"), counter(cpu, "l1d_misses"));
  if (soc.outer_cache() != nullptr) {
    const Statistics& l2 = soc.outer_cache()->statistics();
    out << ", L2 " << percent(sum_of(l2, "_hits"), sum_of(l2, "_misses"));
  }
  out << '\n';
}

// What the card's and the DMA controller's models counted. Writing to a card, rare, is in the
// card's time.
void print_throughput(std::ostream& out, const Soc& soc) {
  std::string line;
  for (const auto& device : soc.devices()) {
    const Statistics& statistics = device->statistics();
    std::string part;
    if (const std::uint64_t ns = counter(statistics, "data_active"); ns != 0) {
      const std::uint64_t written = counter(statistics, "bytes_written");
      part = "SD card " + megabytes(counter(statistics, "bytes_read"),
                                    written == 0 ? " read" : " read, ", written == 0 ? ns : 0);
      if (written != 0) part += megabytes(written, " written", 0);
    } else if (const std::uint64_t bytes = counter(statistics, "memory_to_memory"); bytes != 0) {
      part = "memory to memory " + megabytes(bytes, "", counter(statistics, "memory_active"));
    }
    if (!part.empty()) line += (line.empty() ? "" : "; ") + part;
  }
  if (!line.empty()) out << "transfers  " << line << '\n';
}

std::string words(std::string_view name) {
  std::string text{name};
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

// A table of the mean times of transfers: a row for each kind, a column for each step.
void print_latencies(std::ostream& out, const TransferLog& log) {
  constexpr int kNameWidth = 19;
  constexpr int kLeastWidth = 11;
  const auto width = [&](const TransferStep& step) {
    return 2 + std::max(kLeastWidth, static_cast<int>(step.name.size()));
  };
  out << std::left << std::setw(kNameWidth) << "latency, mean" << std::right;
  for (const TransferStep& step : kTransferSteps) out << std::setw(width(step)) << words(step.name);
  out << '\n';
  for (std::size_t i = 0; i < Transfer::kKindNames.size(); ++i) {
    const auto kind = static_cast<Transfer::Kind>(i);
    const std::uint64_t count = log.count(kind);
    if (count == 0) continue;
    out << "  " << std::left << std::setw(kNameWidth - 2) << words(Transfer::kKindNames[i])
        << std::right;
    for (const TransferStep& step : kTransferSteps)
      out << std::setw(width(step)) << short_time(log.mean(kind, step));
    out << "  (" << count << " of " << log.bytes(kind) / count << " bytes)\n";
  }
}

}  // namespace

std::string summary_of(Soc& soc, const RunEnd& end, const TransferLog* transfers) {
  std::ostringstream out;
  if (end.reason == "interrupted") out << "end        interrupted\n";
  const auto instructions = static_cast<double>(soc.processor().instructions()) / 1e6;
  out << std::fixed << std::setprecision(3);
  out << "time       " << seconds(end.simulated) << " s simulated in " << std::setprecision(1)
      << end.host_seconds << " s: " << instructions << " million instructions, "
      << instructions / end.host_seconds << " MIPS\n";
  print_hit_rates(out, soc);
  print_throughput(out, soc);
  if (transfers != nullptr && !transfers->all().empty()) print_latencies(out, *transfers);
  for (const auto& device : soc.devices()) {
    const auto* display = dynamic_cast<const Display*>(device.get());
    if (display == nullptr || display->frames() == 0) continue;
    out << "display    " << display->frames() << " frames, "
        << counter(device->statistics(), "underruns") << " underruns\n";
  }
  return out.str();
}

}  // namespace linefill
