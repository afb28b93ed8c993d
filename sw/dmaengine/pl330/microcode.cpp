// SPDX-License-Identifier: Apache-2.0
#include "sw/dmaengine/pl330/microcode.hpp"

#include <algorithm>
#include <array>

namespace guest::pl330 {
namespace {

constexpr std::uint32_t kMostTurns = 256;
constexpr std::uint32_t kMostBursts = kMostTurns * kMostTurns;  // Of two nested loops.
constexpr std::size_t kEpilogueBytes = 4;                       // DMAWMB, DMASEV, DMAEND.
constexpr std::size_t kAddressBytes = 12;                       // DMAMOV SAR, DAR.

/// Opcodes of a conditional instruction: the S form has bit 0, the B form bits 1 and 0.
constexpr std::uint32_t conditional(std::uint32_t opcode, Condition condition) {
  switch (condition) {
    case Condition::kSingle:
      return opcode | 1;
    case Condition::kBurst:
      return opcode | 3;
    default:
      return opcode;
  }
}

/// The S and B forms of instructions that have no other: bit 1 tells them apart.
constexpr std::uint32_t single_or_burst(std::uint32_t opcode, Condition condition) {
  return condition == Condition::kBurst ? opcode | 2 : opcode;
}

/// One burst, or one beat of a peripheral.
void move_once(Assembler& code, const Shape& shape, Condition condition) {
  switch (shape.kind) {
    case Shape::Kind::kMemoryToMemory:
      code.load(Condition::kAlways);
      code.store(Condition::kAlways);
      break;
    case Shape::Kind::kMemoryToPeripheral:
      code.wait_for_peripheral(condition, shape.request);
      code.load(condition);
      code.store_peripheral(condition, shape.request);
      break;
    case Shape::Kind::kPeripheralToMemory:
      code.wait_for_peripheral(condition, shape.request);
      code.load_peripheral(condition, shape.request);
      code.store(condition);
      break;
  }
}

/// `turns` (1 to 65536) times: nested loops for whole groups of 256, and one for the rest.
void move_repeatedly(Assembler& code, const Shape& shape, Condition condition,
                     std::uint32_t turns) {
  if (const std::uint32_t groups = turns / kMostTurns; groups != 0) {
    const auto outer = code.loop(0, groups);
    const auto inner = code.loop(1, kMostTurns);
    move_once(code, shape, condition);
    code.end_loop(1, inner);
    code.end_loop(0, outer);
  }
  if (const std::uint32_t rest = turns % kMostTurns; rest != 0) {
    const auto body = code.loop(1, rest);
    move_once(code, shape, condition);
    code.end_loop(1, body);
  }
}

/// The end of a segment that is no whole burst: one short burst, or single beats of a peripheral.
void move_tail(Assembler& code, const Shape& shape, std::uint32_t beats) {
  if (shape.kind == Shape::Kind::kMemoryToMemory) {
    code.move(Assembler::Register::kControl, shape.control(beats));
    move_once(code, shape, Condition::kAlways);
    code.move(Assembler::Register::kControl, shape.control(shape.burst_beats));
  } else {
    move_repeatedly(code, shape, Condition::kSingle, beats);
  }
}

/// Moves from `offset` of `segment` as far as one set of loops reaches; returns the bytes.
std::uint32_t move_piece(Assembler& code, const Shape& shape, const Segment& segment,
                         std::uint32_t offset) {
  const bool from_peripheral = shape.kind == Shape::Kind::kPeripheralToMemory;
  const bool to_peripheral = shape.kind == Shape::Kind::kMemoryToPeripheral;
  code.move(Assembler::Register::kSource, segment.source + (from_peripheral ? 0 : offset));
  code.move(Assembler::Register::kDestination, segment.destination + (to_peripheral ? 0 : offset));
  if (shape.kind != Shape::Kind::kMemoryToMemory) code.flush_peripheral(shape.request);

  const std::uint32_t left = segment.size - offset;
  const std::uint32_t bursts = std::min(left / shape.burst_bytes(), kMostBursts);
  const Condition condition = shape.burst_beats > 1 ? Condition::kBurst : Condition::kSingle;
  if (bursts != 0) {
    move_repeatedly(code, shape, condition, bursts);
    return bursts * shape.burst_bytes();
  }
  move_tail(code, shape, left >> shape.width_shift);
  return left;
}

/// Sets CCR, and moves what fits of `segments` from `from` on, up to segment `end`. Returns where
/// it stops.
Progress write_pieces(Assembler& code, const Shape& shape, const Segments& segments, Progress from,
                      std::size_t end) {
  code.move(Assembler::Register::kControl, shape.control(shape.burst_beats));
  while (from.segment < end) {
    const Assembler::Position start = code.position();
    const Segment segment = segments[from.segment];
    const std::uint32_t moved = move_piece(code, shape, segment, from.offset);
    if (code.overflowed()) {
      code.rewind(start);
      break;
    }
    from.offset += moved;
    if (from.offset >= segment.size) from = {from.segment + 1, 0};
  }
  return from;
}

}  // namespace

void Assembler::emit(std::uint32_t byte) {
  if (position_ >= buffer_.size()) {
    overflowed_ = true;
    return;
  }
  buffer_[position_++] = static_cast<std::byte>(byte);
}

void Assembler::emit_indexed(std::uint32_t opcode, std::uint32_t index) {
  emit(opcode);
  emit(index << 3);
}

void Assembler::move(Register target, std::uint32_t value) {
  emit(0xBC);
  emit(static_cast<std::uint32_t>(target));
  for (unsigned shift = 0; shift < 32; shift += 8) emit(value >> shift & 0xFF);
}

void Assembler::load(Condition condition) { emit(conditional(0x04, condition)); }
void Assembler::store(Condition condition) { emit(conditional(0x08, condition)); }
void Assembler::load_peripheral(Condition condition, std::uint32_t request) {
  emit_indexed(single_or_burst(0x25, condition), request);
}
void Assembler::store_peripheral(Condition condition, std::uint32_t request) {
  emit_indexed(single_or_burst(0x29, condition), request);
}
void Assembler::wait_for_peripheral(Condition condition, std::uint32_t request) {
  emit_indexed(single_or_burst(0x30, condition), request);
}
void Assembler::flush_peripheral(std::uint32_t request) { emit_indexed(0x35, request); }
void Assembler::send_event(std::uint32_t event) { emit_indexed(0x34, event); }

Assembler::Position Assembler::loop(unsigned counter, std::uint32_t turns) {
  emit(0x20 | counter << 1);
  emit(turns - 1);
  return position_;
}

void Assembler::end_loop(unsigned counter, Position body) {
  const Position here = position_;
  emit(0x38 | counter << 2);
  emit(static_cast<std::uint32_t>(here - body));
}

std::uint32_t Shape::control(unsigned beats) const {
  const bool source_moves = kind != Kind::kPeripheralToMemory;
  const bool destination_moves = kind != Kind::kMemoryToPeripheral;
  // DDI 0424, CCRn: increments, sizes, lengths, protection; no swapping.
  const std::uint32_t half = width_shift << 1 | (beats - 1) << 4 | (non_secure ? 2U << 8 : 0U);
  // AxCACHE of memory: all that there is of it, or nothing, as of a peripheral.
  const std::uint32_t of_source = cacheable && source_moves ? 7U << 11 : 0U;
  const std::uint32_t of_destination = cacheable && destination_moves ? 7U << 25 : 0U;
  return half | half << 14 | of_source | of_destination | (source_moves ? 1U : 0U) |
         (destination_moves ? 1U << 14 : 0U);
}

Segment Segments::operator[](std::size_t index) const {
  const auto row = static_cast<std::uint32_t>(index / pattern.size());
  const Segment& first = pattern[index % pattern.size()];
  return {first.source + row * source_pitch, first.destination + row * destination_pitch,
          first.size};
}

std::uint32_t Segments::bytes_before(std::size_t index) const {
  if (pattern.empty()) return 0;
  std::uint32_t row = 0;
  std::uint32_t part = 0;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    row += pattern[i].size;
    if (i < index % pattern.size()) part += pattern[i].size;
  }
  return static_cast<std::uint32_t>(index / pattern.size()) * row + part;
}

Progress write_program(std::span<std::byte> buffer, const Shape& shape, const Segments& segments,
                       Progress from, std::size_t end, std::uint32_t event) {
  Assembler code{buffer.first(buffer.size() - kEpilogueBytes)};
  const Progress reached = write_pieces(code, shape, segments, from, end);
  Assembler epilogue{buffer.subspan(code.position())};
  epilogue.write_barrier();
  epilogue.send_event(event);
  epilogue.end();
  return reached;
}

// The program is written again, as far as the counter is: what fits was moved.
Standing standing_at(const Shape& shape, const Segments& segments, Progress from, std::size_t end,
                     std::size_t counter) {
  std::array<std::byte, kProgramBytes> behind;
  if (counter > behind.size()) return {from, false};  // It has not started.
  Assembler code{std::span{behind}.first(counter)};
  const Progress piece = write_pieces(code, shape, segments, from, end);
  return {piece, counter >= code.position() + kAddressBytes};
}

std::uint32_t bytes_issued(const Shape& shape, const Segments& segments, const Standing& standing,
                           std::uint32_t address) {
  const auto [segment, offset] = standing.piece;
  const std::uint32_t before = segments.bytes_before(segment);
  if (!standing.addressed) return before + offset;
  const bool to_peripheral = shape.kind == Shape::Kind::kMemoryToPeripheral;
  const Segment& moving = segments[segment];
  return before + (address - (to_peripheral ? moving.source : moving.destination));
}

}  // namespace guest::pl330
