// SPDX-License-Identifier: Apache-2.0
#include "platforms/gdb/session.hpp"

#include <array>
#include <map>
#include <random>

#include "tests/support/catch.hpp"

using namespace linefill::gdb;
using Resume = Session::Resume;

namespace {

/// Four registers of 32 bits, 16 bytes of memory at 0x100.
struct FakeTarget final : Target {
  static constexpr std::uint32_t kMemory = 0x100;

  const std::string& description() const override { return xml; }
  unsigned register_count() const override { return 4; }
  unsigned general_register_count() const override { return 2; }
  std::optional<std::vector<std::byte>> read_register(unsigned number) override {
    if (number == 3) return std::nullopt;
    return std::vector<std::byte>(4, std::byte{static_cast<unsigned char>(number + 1)});
  }
  bool write_register(unsigned number, std::span<const std::byte> value) override {
    written[number] = hex_of(value);
    return number != 3;
  }
  std::size_t read_memory(std::uint32_t address, std::span<std::byte> data) override {
    std::size_t done = 0;
    while (done < data.size() && address + done - kMemory < memory.size()) {
      data[done] = memory[address + done - kMemory];
      ++done;
    }
    return done;
  }
  bool write_memory(std::uint32_t address, std::span<const std::byte> data) override {
    if (address < kMemory || address - kMemory + data.size() > memory.size()) return false;
    std::copy(data.begin(), data.end(), memory.begin() + (address - kMemory));
    return true;
  }
  bool set_stop(StopKind kind, std::uint32_t address, std::uint32_t length, bool on) override {
    stops += std::to_string(static_cast<int>(kind)) + (on ? "+" : "-") + std::to_string(address) +
             "/" + std::to_string(length) + " ";
    return address != 0;
  }
  std::string monitor(const std::string& command) override { return "<" + command + ">"; }

  std::string xml = "<target/>";
  std::array<std::byte, 16> memory{};
  std::map<unsigned, std::string> written;
  std::string stops;
};

struct SessionBench {
  /// The answer's payload, without the acknowledgement.
  std::string ask(std::string_view packet) {
    session.receive(framed(packet));
    resume = session.work();
    std::string out = session.take_output();
    if (out.starts_with('+')) out.erase(0, 1);
    if (out.empty()) return out;
    PacketReader reader;
    reader.feed(out);
    return reader.next()->payload;
  }

  FakeTarget target;
  Session session{target};
  std::optional<Resume> resume;
};

}  // namespace

TEST_CASE_METHOD(SessionBench, "packets are acknowledged until the debugger asks for none",
                 "[gdb]") {
  session.receive("$qC#b4");
  session.work();
  CHECK(session.take_output() == "+" + framed("QC1"));
  session.receive("$qC#00");
  session.work();
  CHECK(session.take_output() == "-");
  session.receive("-");
  session.work();
  CHECK(session.take_output() == framed("QC1"));
  CHECK(ask("QStartNoAckMode") == "OK");
  session.receive("$qC#b4");
  session.work();
  CHECK(session.take_output() == framed("QC1"));
}

TEST_CASE_METHOD(SessionBench, "an unknown packet has an empty answer", "[gdb]") {
  for (const char* packet : {"!", "A", "b", "qUnknown", "vUnknown", "Z9,100,4", "\xFF", ""})
    CHECK(ask(packet).empty());
  CHECK_FALSE(resume);
}

TEST_CASE_METHOD(SessionBench, "registers are read all at once or one by one", "[gdb]") {
  CHECK(ask("g") == "0101010102020202");
  CHECK(ask("p2") == "03030303");
  CHECK(ask("p3").starts_with("E"));
  CHECK(ask("p4").starts_with("E"));
  CHECK(ask("p").starts_with("E"));
}

TEST_CASE_METHOD(SessionBench, "of all registers those are written that change", "[gdb]") {
  CHECK(ask("G01010101aabbccdd") == "OK");
  CHECK(target.written == std::map<unsigned, std::string>{{1, "aabbccdd"}});
  CHECK(ask("P2=11223344") == "OK");
  CHECK(target.written[2] == "11223344");
  for (const char* wrong : {"G0", "Gxx", "P2", "P9=00", "P2=0", "P2=zz", "P3=00000000"})
    CHECK(ask(wrong).starts_with("E"));
}

TEST_CASE_METHOD(SessionBench, "memory is read as far as there is some", "[gdb]") {
  CHECK(ask("M104,4:01020304") == "OK");
  CHECK(ask("m104,4") == "01020304");
  CHECK(ask("m10e,8") == "0000");
  CHECK(ask("m0,4").starts_with("E"));
  for (const char* wrong : {"m", "m100", "m100,", "m100,ffffffff", "m1ffffffff,1", "M100,4:01",
                            "M100,1", "M10f,2:0000"})
    CHECK(ask(wrong).starts_with("E"));
}

TEST_CASE_METHOD(SessionBench, "memory is written as binary data", "[gdb]") {
  CHECK(ask("X100,0:") == "OK");
  session.receive("$X100,2:}\x03z#7b");  // As gdb escapes '#'.
  session.work();
  session.take_output();
  CHECK(ask("m100,2") == "237a");
}

TEST_CASE_METHOD(SessionBench, "breakpoints and watchpoints are set and removed by kind", "[gdb]") {
  CHECK(ask("Z0,100,4") == "OK");
  CHECK(ask("Z2,104,8") == "OK");
  CHECK(ask("z0,100,4") == "OK");
  CHECK(target.stops == "0+256/4 2+260/8 0-256/4 ");
  CHECK(ask("Z1,0,4").starts_with("E"));
  CHECK(ask("Z1").starts_with("E"));
}

TEST_CASE_METHOD(SessionBench, "the program goes on, by a step or freely, and may go elsewhere",
                 "[gdb]") {
  CHECK(ask("vCont?") == "vCont;c;C;s;S");
  const std::map<const char*, Resume> packets{
      {"c", Resume::kContinue}, {"s", Resume::kStep},           {"C02", Resume::kContinue},
      {"S02", Resume::kStep},   {"vCont;c", Resume::kContinue}, {"vCont;s:1;c", Resume::kStep},
      {"D", Resume::kDetach},   {"k", Resume::kKill},           {"vKill;1", Resume::kKill}};
  for (const auto& [packet, expected] : packets) {
    ask(packet);
    CHECK(resume == expected);
  }
  ask("c200");
  CHECK(target.written[15] == "00020000");
  for (const char* wrong : {"Cx", "cx", "vCont;x", "vCont;"}) {
    CHECK(ask(wrong).starts_with("E"));
    CHECK_FALSE(resume);
  }
}

TEST_CASE_METHOD(SessionBench, "a stop tells why, to a debugger that has the program run",
                 "[gdb]") {
  const auto reply = [&](const Stop& stop) {
    ask("c");
    session.stopped(stop);
    PacketReader reader;
    reader.feed(session.take_output());
    return reader.next()->payload;
  };
  session.stopped({});
  CHECK(session.take_output().empty());
  CHECK(ask("?") == "T02thread:1;");
  CHECK(reply({}) == "T02thread:1;");
  CHECK(reply({Stop::Reason::kStep, {}, 0}) == "T05thread:1;");
  CHECK(reply({Stop::Reason::kBreakpoint, StopKind::kSoftware, 0}) == "T05thread:1;");
  ask("qSupported:swbreak+;hwbreak+");
  CHECK(reply({Stop::Reason::kBreakpoint, StopKind::kSoftware, 0}) == "T05thread:1;swbreak:;");
  CHECK(reply({Stop::Reason::kBreakpoint, StopKind::kHardware, 0}) == "T05thread:1;hwbreak:;");
  CHECK(reply({Stop::Reason::kWatchpoint, StopKind::kWrite, 0x1F0}) == "T05thread:1;watch:1f0;");
  CHECK(reply({Stop::Reason::kWatchpoint, StopKind::kRead, 0}) == "T05thread:1;rwatch:0;");
  CHECK(reply({Stop::Reason::kWatchpoint, StopKind::kAccess, 4}) == "T05thread:1;awatch:4;");
  ask("c");
  session.exited(3);
  CHECK(session.take_output() == framed("W03"));
}

TEST_CASE_METHOD(SessionBench, "a Ctrl-C is seen while the program runs only", "[gdb]") {
  session.receive("\x03");
  CHECK_FALSE(session.work());
  ask("c");
  session.receive("+");
  CHECK_FALSE(session.interrupted());
  session.receive("\x03");
  CHECK(session.interrupted());
}

TEST_CASE_METHOD(SessionBench, "the target description is read in parts", "[gdb]") {
  CHECK(ask("qXfer:features:read:target.xml:0,4") == "m<tar");
  CHECK(ask("qXfer:features:read:target.xml:4,fff") == "lget/>");
  CHECK(ask("qXfer:features:read:target.xml:9,1") == "l");
  CHECK(ask("qXfer:features:read:target.xml:a,1").starts_with("E"));
  CHECK(ask("qXfer:features:read:target.xml:0").starts_with("E"));
  CHECK(ask("qXfer:features:read:other.xml:0,4").empty());
}

TEST_CASE_METHOD(SessionBench, "monitor commands and their answers are text in digits", "[gdb]") {
  CHECK(ask("qRcmd," + hex_of("cache 1")) == hex_of("<cache 1>"));
  CHECK(ask("qRcmd,0").starts_with("E"));
}

TEST_CASE("whatever is sent, a session answers and goes on", "[gdb]") {
  constexpr unsigned kSeed = 7;
  constexpr std::string_view kPieces[]{
      "g",        "G",    "p",     "P", "m", "M", "X", "Z",   "z",
      "c",        "s",    "vCont", ";", ":", ",", "=", "100", "0",
      "ffffffff", "7d7d", "qRcmd", "}", "C", "H", "D", "?",   "qXfer:features:read:target.xml:",
      "\x03",     "$",    "#"};
  std::mt19937 random{kSeed};
  FakeTarget target;
  Session session{target};
  for (unsigned i = 0; i < 20'000; ++i) {
    std::string packet;
    for (auto n = random() % 6; n > 0; --n) packet += kPieces[random() % std::size(kPieces)];
    session.receive(random() % 8 == 0 ? packet : framed(packet));
    session.work();
    session.take_output();
  }
  session.receive("#00");  // Of a packet that was begun.
  session.work();
  session.take_output();
  session.receive("$qC#b4");
  session.work();
  CHECK(session.take_output() == "+" + framed("QC1"));
}
