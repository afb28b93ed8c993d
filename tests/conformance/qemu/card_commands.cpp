// SPDX-License-Identifier: Apache-2.0
// Tells a card commands, good and bad ones, and prints every response: card_commands.py compares
// what is printed here and on QEMU. Written for a card of standard capacity of 64 MiB whose words
// count from 0.
#include <array>

#include "sw/drivers/mmci/mmci_host.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/time.hpp"

using namespace guest;

namespace {

using enum MmcResponse;

constexpr std::uint32_t kBlockBytes = 512;
constexpr std::uint32_t kCardBytes = 64U << 20;

alignas(64) std::array<std::byte, 4 * kBlockBytes> memory;

class Conversation {
 public:
  /// One command; `bytes` of data with it, in blocks of `block`.
  std::uint32_t tell(std::string_view why, unsigned index, std::uint32_t argument,
                     MmcResponse response = kR1, std::size_t bytes = 0, unsigned block = 512,
                     MmcDirection direction = MmcDirection::kFromCard) {
    MmcCommand command{index, argument, response, {}};
    const std::span<std::byte> piece = std::span{memory}.first(bytes);
    const MmcData data{direction, {&piece, 1}, block};
    const Result<void> result = host_.execute(command, bytes != 0 ? &data : nullptr);
    printk(number_++, " ", why, ": CMD", index, " ");
    if (!result && command.answer[0] == 0) {
      printk("no response\n");
      return 0;
    }
    const std::size_t words = response == kR2 ? 4 : response == kNone ? 0 : 1;
    for (std::size_t i = 0; i < words; ++i) printk(hex(command.answer[i]), " ");
    if (bytes != 0) print_data(bool{result}, piece, direction);
    printk("\n");
    return command.answer[0];
  }
  std::uint32_t application(std::string_view why, unsigned index, std::uint32_t argument,
                            MmcResponse response = kR1, std::size_t bytes = 0,
                            unsigned block = 512) {
    MmcCommand prefix{55, address(), kR1, {}};
    static_cast<void>(host_.execute(prefix));
    return tell(why, index, argument, response, bytes, block);
  }
  void send(std::string_view why, unsigned index, std::uint32_t argument, std::size_t bytes,
            unsigned block = 512) {
    tell(why, index, argument, kR1, bytes, block, MmcDirection::kToCard);
  }
  /// Until the card is neither busy nor programming; the errors in its status.
  void status(std::string_view why) {
    for (unsigned i = 0; i < 100; ++i) {
      MmcCommand command{13, address(), kR1, {}};
      static_cast<void>(host_.execute(command));
      if (const bool busy = (command.answer[0] >> 9 & 0xF) == 7; busy) continue;
      printk(number_++, " ", why, ": CMD13 ", hex(command.answer[0]), "\n");
      return;
    }
    printk("busy for ever\n");
  }
  static void fill(std::uint32_t first) {
    for (std::uint32_t i = 0; i < memory.size(); ++i)
      memory[i] = std::byte{static_cast<unsigned char>(first + i * 7)};
  }
  void set_address(std::uint32_t address) { relative_ = address >> 16; }
  std::uint32_t address() const { return relative_ << 16; }

 private:
  static void print_data(bool complete, std::span<const std::byte> data, MmcDirection direction) {
    if (!complete || direction == MmcDirection::kToCard) {
      printk(complete ? "taken" : "no data");
      return;
    }
    std::uint32_t sum = 0;
    for (const std::byte b : data) sum = sum * 31 + std::to_integer<std::uint32_t>(b);
    printk(data.size(), " bytes ");
    for (std::size_t i = 0; i + 4 <= data.size() && i < 20; i += 4) {
      std::uint32_t word = 0;
      for (std::size_t j = i; j < i + 4; ++j)
        word = word << 8 | std::to_integer<std::uint32_t>(data[j]);
      printk(hex(word), " ");
    }
    printk("sum ", hex(sum));
  }

  MmciHost& host_ = *mmci_host();
  std::uint32_t relative_ = 0;
  unsigned number_ = 0;
};

void identify(Conversation& card) {
  card.tell("reset", 0, 0, kNone);
  card.tell("SDIO", 5, 0, kR3);
  card.tell("voltage", 8, 0x1AA, kR7);
  card.tell("another pattern", 8, 0x155, kR7);
  card.tell("no such voltage", 8, 0x2AA, kR7);
  card.tell("before it is ready", 2, 0, kR2);
  card.application("operating conditions", 41, 0, kR3);
  for (unsigned i = 0; i < 100; ++i) {
    MmcCommand prefix{55, 0, kR1, {}};
    static_cast<void>(mmci_host()->execute(prefix));
    MmcCommand ready{41, 0x40FF'8000, kR3, {}};
    static_cast<void>(mmci_host()->execute(ready));
    if ((ready.answer[0] >> 31) == 0) {
      msleep(1);
      continue;
    }
    printk("OCR ", hex(ready.answer[0]), "\n");
    break;
  }
  card.tell("CID", 2, 0, kR2);
  card.set_address(card.tell("publish", 3, 0, kR6));
  card.tell("CSD", 9, card.address(), kR2);
  card.tell("CSD of another", 9, 0, kR2);
  card.tell("CID again", 10, card.address(), kR2);
  card.tell("a read in standby", 17, 0);
  card.status("after it");
  card.tell("select", 7, card.address());
  card.status("selected");
}

void read(Conversation& card) {
  card.tell("length", 16, 512);
  card.tell("length too long", 16, 1024);
  card.status("after it");
  card.tell("first block", 17, 0, kR1, 512);
  card.tell("last block", 17, kCardBytes - 512, kR1, 512);
  card.tell("a read beyond the end", 17, kCardBytes);
  card.status("after it");
  card.tell("three blocks", 18, 1024, kR1, 1536);
  card.tell("stop", 12, 0);
  card.status("stopped");
  card.tell("a stop without a transfer", 12, 0);
  card.status("after it");
  card.tell("length of 64", 16, 64);
  card.tell("a part of a block", 17, 1024 + 128, kR1, 64, 64);
  card.tell("length", 16, 512);
}

void write(Conversation& card) {
  card.fill(1);
  card.send("a block", 24, 4096, 512);
  card.status("written");
  card.tell("it", 17, 4096, kR1, 512);
  card.fill(77);
  card.send("three blocks", 25, 8192, 1536);
  card.tell("stop", 12, 0);
  card.status("written");
  card.application("blocks written", 22, 0, kR1, 4, 4);
  card.tell("them", 18, 8192, kR1, 2048);
  card.tell("stop", 12, 0);
  card.application("blocks to come", 23, 8);
  card.tell("a write beyond the end", 24, kCardBytes);
  card.status("after it");
}

void erase(Conversation& card) {
  card.tell("an erase of nothing", 38, 0);
  card.status("after it");
  card.tell("from", 32, 16384);
  card.tell("to", 33, 16384 + 512);
  card.tell("erase", 38, 0);
  card.status("erased");
  card.tell("behind it", 17, 16384 + 1024, kR1, 512);
  card.tell("from beyond the end", 32, kCardBytes);
  card.status("after it");
}

void protect(Conversation& card) {
  card.tell("protect the second group", 28, 2U << 20);
  card.status("protected");
  card.tell("which are", 30, 0, kR1, 4, 4);
  card.tell("which are, from the second on", 30, 2U << 20, kR1, 4, 4);
  card.tell("a block there", 17, 2U << 20, kR1, 512);
  card.tell("release it", 29, 2U << 20);
  card.status("released");
  card.tell("which are", 30, 0, kR1, 4, 4);
}

void lock(Conversation& card) {
  const auto block = [&card](std::string_view why, std::uint8_t mode, std::string_view password) {
    memory[0] = std::byte{mode};
    memory[1] = static_cast<std::byte>(password.size());
    for (std::size_t i = 0; i < password.size(); ++i)
      memory[2 + i] = static_cast<std::byte>(password[i]);
    card.send(why, 42, 0, 8, 8);
    card.status("after it");
  };
  constexpr std::uint8_t kUnlock = 0, kSet = 1, kClear = 2, kLock = 4;
  card.tell("length of 8", 16, 8);
  block("unlock a card that has no password", kUnlock, "aa");
  block("lock a card that has no password", kLock, "aa");
  block("clear what is not there", kClear, "aa");
  block("set a password", kSet, "aa");
  block("replace it by a wrong one", kSet, "abcc");
  block("replace and lock", kSet | kLock, "aabb");
  card.tell("a read of a locked card", 17, 0);
  card.status("after it");
  card.application("four lines of a locked card", 6, 2);
  card.status("after it");
  block("replace and unlock", kSet, "bbcc");
  card.tell("length", 16, 512);
  card.tell("a read of an unlocked card", 17, 0, kR1, 512);
}

void registers(Conversation& card) {
  card.application("SCR", 51, 0, kR1, 8, 8);
  card.application("SD status", 13, 0, kR1, 64, 64);
  card.tell("high speed?", 6, 0x00FF'FFF1, kR1, 64, 64);
  card.tell("a function that is not there", 6, 0x00FF'FFF2, kR1, 64, 64);
  card.tell("high speed", 6, 0x80FF'FFF1, kR1, 64, 64);
  card.application("no pull-up", 42, 0);
  card.application("four lines", 6, 2);
  mmci_host()->set_wide_bus(true);
  card.application("SD status on four lines", 13, 0, kR1, 64, 64);
  card.application("one line", 6, 0);
  mmci_host()->set_wide_bus(false);
}

void leave(Conversation& card) {
  card.tell("illegal here", 2, 0, kR2);
  card.status("after it");
  card.tell("illegal here", 9, card.address(), kR2);
  card.status("after it");
  card.tell("deselect", 7, 0, kNone);
  card.status("deselected");
  card.tell("CSD at high speed", 9, card.address(), kR2);
  card.tell("inactive", 15, card.address(), kNone);
  card.tell("reset", 0, 0, kNone);
  card.tell("voltage", 8, 0x1AA, kR7);
}

int run() {
  if (mmci_host() == nullptr) panic("no MMCI");
  MmciHost& host = *mmci_host();
  host.set_dma_allowed(false);
  host.set_power(true);
  host.set_wide_bus(false);
  host.set_clock(host.max_clock());
  Conversation card;
  identify(card);
  read(card);
  write(card);
  erase(card);
  protect(card);
  lock(card);
  registers(card);
  leave(card);
  return 0;
}

}  // namespace

int guest_main() { return without_leaks(run()); }
