// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace guest::pl330 {

/// When a conditional load or store is executed: always, or by what the peripheral asked for.
enum class Condition : std::uint8_t { kAlways, kSingle, kBurst };

/// Writes DMA-330 instructions (DDI 0424, 4.3) into a buffer. What does not fit is not written, and
/// makes `overflowed` true. Stores are bytes, in order: the buffer may be non-cacheable.
class Assembler {
 public:
  enum class Register : std::uint8_t { kSource = 0, kControl = 1, kDestination = 2 };
  using Position = std::size_t;

  explicit Assembler(std::span<std::byte> buffer) : buffer_{buffer} {}

  void move(Register target, std::uint32_t value);                       ///< DMAMOV
  void load(Condition condition);                                        ///< DMALD, S, B
  void store(Condition condition);                                       ///< DMAST, S, B
  void load_peripheral(Condition condition, std::uint32_t request);      ///< DMALDPS, B
  void store_peripheral(Condition condition, std::uint32_t request);     ///< DMASTPS, B
  void wait_for_peripheral(Condition condition, std::uint32_t request);  ///< DMAWFP single, burst
  void flush_peripheral(std::uint32_t request);                          ///< DMAFLUSHP
  /// DMALP with 1 to 256 turns; returns where the body starts.
  Position loop(unsigned counter, std::uint32_t turns);
  void end_loop(unsigned counter, Position body);  ///< DMALPEND
  void write_barrier() { emit(0x13); }             ///< DMAWMB
  void send_event(std::uint32_t event);            ///< DMASEV
  void end() { emit(0x00); }                       ///< DMAEND

  Position position() const { return position_; }
  bool overflowed() const { return overflowed_; }
  /// Forgets what was written from `position` on.
  void rewind(Position position) {
    position_ = position;
    overflowed_ = false;
  }

 private:
  void emit(std::uint32_t byte);
  void emit_indexed(std::uint32_t opcode, std::uint32_t index);

  std::span<std::byte> buffer_;
  Position position_ = 0;
  bool overflowed_ = false;
};

/// How a channel moves data: its CCR, in parts, and whom it waits for.
struct Shape {
  enum class Kind : std::uint8_t { kMemoryToMemory, kMemoryToPeripheral, kPeripheralToMemory };

  Kind kind = Kind::kMemoryToMemory;
  std::uint32_t request = 0;  ///< Request line of the peripheral.
  unsigned width_shift = 0;   ///< log2 of the bytes in a beat.
  unsigned burst_beats = 1;   ///< 1 to 16.
  bool non_secure = false;
  bool cacheable = false;  ///< Memory is accessed write-back: a coherency port then snoops.

  std::uint32_t burst_bytes() const { return std::uint32_t{burst_beats} << width_shift; }
  std::uint32_t control(unsigned beats) const;  ///< CCR for bursts of `beats`.
};

/// A stretch of addresses to move; where the kind has a peripheral, its address stands still.
struct Segment {
  std::uint32_t source;
  std::uint32_t destination;
  std::uint32_t size;  ///< A multiple of the beat.
};

/// The stretches of a transfer in order: a pattern, gone through `rows` times, each time so much
/// further on. A plain list has one row.
struct Segments {
  std::span<const Segment> pattern;
  std::size_t rows = 1;
  std::uint32_t source_pitch = 0;  ///< From the start of one row to that of the next.
  std::uint32_t destination_pitch = 0;

  std::size_t size() const { return pattern.size() * rows; }
  Segment operator[](std::size_t index) const;
  /// The bytes of all segments before `index`.
  std::uint32_t bytes_before(std::size_t index) const;
};

/// Where a program stops and the next one continues.
struct Progress {
  std::size_t segment = 0;
  std::uint32_t offset = 0;
  bool operator==(const Progress&) const = default;
};

/// The longest program.
inline constexpr std::size_t kProgramBytes = 256;

/// Writes a program that moves as much of `segments` from `from` on as fits into `buffer`, but
/// nothing of segment `end`, signals `event`, and ends. Returns where it stops. A buffer of 64
/// bytes always makes some progress.
Progress write_program(std::span<std::byte> buffer, const Shape& shape, const Segments& segments,
                       Progress from, std::size_t end, std::uint32_t event);

/// Where a program that was written with these arguments is when its counter is `counter` bytes
/// behind its start.
struct Standing {
  Progress piece;          ///< What it moves at the moment.
  bool addressed = false;  ///< SAR and DAR are of that already, not of what came before.
  bool operator==(const Standing&) const = default;
};
Standing standing_at(const Shape& shape, const Segments& segments, Progress from, std::size_t end,
                     std::size_t counter);

/// The bytes of all segments that were issued when a program's memory address is `address`.
std::uint32_t bytes_issued(const Shape& shape, const Segments& segments, const Standing& standing,
                           std::uint32_t address);

}  // namespace guest::pl330
