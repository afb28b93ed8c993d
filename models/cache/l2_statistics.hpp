// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/statistics.hpp"

namespace linefill {

/// The counters of an outer cache: exact, one look-up each. Line fills of the L1 caches are reads.
struct L2Statistics {
  explicit L2Statistics(Statistics& owner)
      : data_read_hits{owner, "data_read_hits", "look-ups"},
        data_read_misses{owner, "data_read_misses", "look-ups"},
        instruction_read_hits{owner, "instruction_read_hits", "look-ups"},
        instruction_read_misses{owner, "instruction_read_misses", "look-ups"},
        data_write_hits{owner, "data_write_hits", "look-ups"},
        data_write_misses{owner, "data_write_misses", "look-ups"},
        bypassed{owner, "bypassed", "transactions"},
        fills{owner, "fills", "lines"},
        prefetches{owner, "prefetches", "lines"},
        write_backs{owner, "write_backs", "lines"},
        truncated_lines{owner, "truncated_lines", "lines"},
        dropped_dirty{owner, "dropped_dirty", "lines"},
        line_operations{owner, "line_operations", "operations"},
        way_operations{owner, "way_operations", "operations"},
        syncs{owner, "syncs", "operations"} {}

  Counter data_read_hits;
  Counter data_read_misses;
  Counter instruction_read_hits;
  Counter instruction_read_misses;
  Counter data_write_hits;
  Counter data_write_misses;
  Counter bypassed;
  Counter fills;
  Counter prefetches;
  Counter write_backs;
  Counter truncated_lines;  ///< Lines of zeros that only the processor knew of.
  Counter dropped_dirty;
  Counter line_operations;
  Counter way_operations;
  Counter syncs;
};

}  // namespace linefill
