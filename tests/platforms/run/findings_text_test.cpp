// SPDX-License-Identifier: Apache-2.0
#include "platforms/run/findings_text.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

constexpr std::uint32_t kCopy = 0x8000;
constexpr std::uint32_t kDraw = 0x9000;

struct FindingsBench {
  FindingsBench() {
    symbols.add_function("memcpy", kCopy, 0x100);
    symbols.add_function("draw", kDraw, 0x100);
  }
  void find(FindingKind kind, const char* cause, std::uint32_t reader, std::uint32_t writer) {
    Finding finding;
    finding.kind = kind;
    finding.cause = cause;
    finding.address = 0x6000'0100;
    finding.length = 4;
    finding.bytes = 0xF;
    finding.mapping = "dma_map_page_attrs DMA_TO_DEVICE 64 bytes of /soc/dma, owned by the device";
    finding.mapping_size = 64;
    finding.reader = {"/soc/dma", reader, {}};
    finding.writer = {"cpu0", writer, {}};
    finding.missing = "a call";
    findings.add(finding);
  }
  std::string text() const { return describe_findings(findings, symbols); }
  static auto lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

  FindingLog findings;
  Symbols symbols;
};

}  // namespace

TEST_CASE_METHOD(FindingsBench, "a run without findings says so", "[run]") {
  CHECK(text() == "findings   none\n");
}

TEST_CASE_METHOD(FindingsBench, "findings of the same functions are one, with all their bytes",
                 "[run]") {
  find(FindingKind::kStaleDeviceRead, "l1_dirty", kCopy, kDraw);
  find(FindingKind::kStaleDeviceRead, "l1_dirty", kCopy + 4, kDraw);
  find(FindingKind::kStaleDeviceRead, "l1_dirty", kCopy + 4, kDraw + 8);
  find(FindingKind::kStaleDeviceRead, "l1_dirty", kCopy + 4, kDraw + 8);
  CHECK(
      text() ==
      "findings   1; `linefill explain KIND` tells more\n"
      "error: stale_device_read (l1_dirty): /soc/dma read 16 bytes that were old: the newest were "
      "still dirty in the L1 data cache\n"
      "  first      4 bytes at 0x60000100, byte 0 of dma_map_page_attrs DMA_TO_DEVICE 64 bytes "
      "of /soc/dma, owned by the device\n"
      "  read by    /soc/dma, started in memcpy\n"
      "  written by cpu0 in draw\n"
      "  missing    a call\n");
}

TEST_CASE_METHOD(FindingsBench, "a different cause or function is another finding", "[run]") {
  find(FindingKind::kStaleDeviceRead, "l1_dirty", kCopy, kDraw);
  find(FindingKind::kStaleDeviceRead, "l2_dirty", kCopy, kDraw);
  CHECK(text().starts_with("findings   2;"));
  find(FindingKind::kStaleDeviceRead, "l2_dirty", kDraw, kDraw);
  CHECK(text().starts_with("findings   3;"));
}

TEST_CASE_METHOD(FindingsBench, "however many there are, a dozen lines tell of them, errors first",
                 "[run]") {
  Finding warning;
  warning.kind = FindingKind::kSharedLine;
  warning.severity = Severity::kWarning;
  findings.add(warning);
  for (const char* cause : {"a", "b", "c", "d", "e", "f", "g"})
    find(FindingKind::kStaleCpuRead, cause, kCopy, kDraw);
  CHECK(lines(text()) <= 14);
  CHECK(text().find("warning") == std::string::npos);
  CHECK(text().ends_with("... and 4 more, in the report\n"));
}
