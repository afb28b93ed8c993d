// SPDX-License-Identifier: Apache-2.0
// Questions about DMA, each answered by a run: README.md beside it lists them.
#include <algorithm>
#include <iterator>

#include "sw/apps/ask/answer.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"

using namespace guest;

namespace {

struct Question {
  std::string_view name;
  void (*answer)(Answer& answer);
};

constexpr Question kQuestions[] = {
    {"map", answer_map},
    {"map-to-device", answer_map},
    {"map-bidirectional", answer_map},
    {"alloc", answer_alloc},
    {"alloc-cma", answer_alloc},
    {"alloc-iommu", answer_alloc},
    {"noncoherent", answer_noncoherent},
    {"write-buffer", answer_write_buffer},
    {"no-uncached", answer_no_uncached},
    {"coherent", answer_coherent},
    {"no-unmap", answer_no_unmap},
    {"contiguous", answer_contiguous},
    {"scan-out", answer_scan_out},
    {"why", answer_why},
    {"channels", answer_channels},
    {"burst", answer_burst},
    {"mfifo", answer_mfifo},
    {"framebuffer", answer_framebuffer},
    {"lcd", answer_lcd},
    {"lcd-clock", answer_lcd_clock},
    {"tauros2", answer_tauros2},
};

/// The first word of the command line that is no option with a value.
std::string_view wanted() {
  const std::string_view line = command_line();
  return line.substr(0, line.find(' '));
}

int run() {
  const auto* const question = std::find_if(std::begin(kQuestions), std::end(kQuestions),
                                            [](const Question& q) { return q.name == wanted(); });
  if (question == std::end(kQuestions)) {
    printk("ask: no question \"", wanted(), "\": expected one of");
    for (const Question& each : kQuestions) printk(" ", each.name);
    printk("\n");
    return 1;
  }
  Result<Counters> counters = Counters::find();
  if (!counters) {
    printk("ask: the board has no counters: expected a node \"linefill,counters\"\n");
    return 1;
  }
  Answer answer{*counters};
  question->answer(answer);
  return answer.status();
}

}  // namespace

void Answer::expect(bool holds, std::string_view what) {
  if (holds) return;
  ++wrong_;
  printk("WRONG: expected ", what, "\n");
}

int guest_main() { return without_leaks(run()); }
