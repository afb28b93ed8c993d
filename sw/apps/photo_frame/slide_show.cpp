// SPDX-License-Identifier: Apache-2.0
#include "sw/apps/photo_frame/slide_show.hpp"

#include <string_view>

#include "sw/apps/photo_frame/announcer.hpp"
#include "sw/apps/photo_frame/arena.hpp"
#include "sw/apps/photo_frame/card_loader.hpp"
#include "sw/apps/photo_frame/decoder.hpp"
#include "sw/apps/photo_frame/file_list.hpp"
#include "sw/apps/photo_frame/largest_memory.hpp"
#include "sw/apps/photo_frame/scale.hpp"
#include "sw/apps/photo_frame/screen.hpp"
#include "sw/apps/photo_frame/test_card.hpp"
#include "sw/arch/outer_cache.hpp"
#include "sw/kernel/console.hpp"
#include "sw/mm/level.hpp"

namespace guest {

namespace {

constexpr std::size_t kFileListBytes = 512 * 1024;

/// One run: which pictures were shown, and what went wrong.
class SlideShow {
 public:
  SlideShow(Screen& screen, Arena& arena) : screen_{screen}, arena_{arena} {}

  void show_file(std::string_view name, Fat32Volume& volume, const FileList::File& file,
                 CardLoader& loader);
  /// Shows a test card. `failure`: the run has failed, not only a file.
  void show_reason(std::string_view name, std::string_view reason, bool failure);
  int finish() const;

 private:
  /// Draws and shows one picture; a failure to do so is reported in the photograph's own line.
  template <class Draw, class Tell>
  void show(std::string_view name, Draw&& draw, Tell&& tell);

  Screen& screen_;
  Arena& arena_;
  std::uint32_t number_ = 0;
  std::uint32_t shown_ = 0;
  std::uint32_t refused_ = 0;
  std::uint32_t failures_ = 0;
};

template <class Draw, class Tell>
void SlideShow::show(std::string_view name, Draw&& draw, Tell&& tell) {
  Result<Surface> surface = screen_.begin();
  Result<void> result;
  if (surface) {
    draw(*surface);
    result = screen_.present(name);
  } else {
    result = surface.error();
  }
  announce_picture(number_ + 1);
  // Whoever takes a photograph of it does so now.
  if (!screen_.hold() && result) ++failures_;
  // Told only now: to sum the picture up is to read it, and so would push others out of the caches.
  tell();
  if (!result) {
    ++failures_;
    printk(", check failed: display: ", describe(result.error()));
  }
  printk("\n");
  ++number_;
}

void SlideShow::show_file(std::string_view name, Fat32Volume& volume, const FileList::File& file,
                          CardLoader& loader) {
  arena_.reset();
  const LoadedFile loaded = loader.load(volume, file.first_cluster, file.size, arena_);
  if (loaded.problem != nullptr) {
    show_reason(name, loaded.problem, loaded.card_failed);
    return;
  }
  Photograph photograph;
  const char* const refusal = decode(loaded.content, arena_, photograph);
  const auto report_check = [&] {
    if (loaded.wrong_bytes == 0) return;
    ++failures_;
    printk(", check failed: ", loaded.wrong_bytes, " bytes differ from the card's, the first at ",
           loaded.first_wrong);
  };
  if (refusal != nullptr) {
    ++refused_;
    show(
        name, [&](const Surface& surface) { draw_test_card(surface, name, refusal); },
        [&] {
          printk("photo ", number_, " ", name, ": ", refusal);
          report_check();
        });
    return;
  }
  ++shown_;
  show(
      name, [&](const Surface& surface) { draw_photograph(photograph, surface); },
      [&] {
        printk("photo ", number_, " ", name, " ", photograph.width, "x", photograph.height,
               " shown, crc32 ", Hex{screen_.back_buffer_crc(), 8});
        report_check();
      });
}

void SlideShow::show_reason(std::string_view name, std::string_view reason, bool failure) {
  if (failure) {
    ++failures_;
  } else {
    ++refused_;
  }
  show(
      name, [&](const Surface& surface) { draw_test_card(surface, name, reason); },
      [&] { printk("photo ", number_, " ", name, ": ", reason); });
}

int SlideShow::finish() const {
  printk("photo_frame: ", shown_, " shown, ", refused_, " refused, ", failures_, " failed\n");
  return failures_ == 0 ? 0 : 1;
}

/// Makes the mistake that concerns the mapping of reads from the card, if that is the one.
void break_card_mappings(MmciHost& host, Mistake mistake) {
  const bool no_map = mistake == Mistake::kNoMapInvalidate;
  const bool no_unmap = mistake == Mistake::kNoUnmapInvalidate;
  host.set_dma_attributes(no_map ? DMA_ATTR_SKIP_CPU_SYNC : 0,
                          no_unmap ? DMA_ATTR_SKIP_CPU_SYNC : 0);
}

/// Forgets the outer cache: what it holds is neither cleaned nor invalidated for devices from now
/// on.
void forget_outer_cache() {
  outer_cache.inv_range = nullptr;
  outer_cache.clean_range = nullptr;
  outer_cache.flush_range = nullptr;
}

/// Called while a read is under way: the live counter lives.
void count_transfer(void* counter) { ++*static_cast<std::uint32_t*>(counter); }

int show_card(SlideShow& show, MmciHost& host, PatternFiller& filler, const Settings& settings) {
  const auto buffer_memory = alloc_bytes(SdBuffer::kMemoryBytes);
  const auto second = alloc_bytes(SdBuffer::kBytes);
  const auto list_memory = alloc_bytes(kFileListBytes);
  if (buffer_memory.empty() || second.empty() || list_memory.empty())
    panic("photo_frame: no memory for the card");
  SdBuffer buffer{buffer_memory, settings.mistake == Mistake::kSharedLine};
  break_card_mappings(host, settings.mistake);
  host.set_transfer_hook(count_transfer, &buffer.live_counter());

  SdCard card{host};
  if (const auto up = card.initialise(); !up) {
    show.show_reason("SD card",
                     up.error() == Error::kNoDevice ? "there is no card" : describe(up.error()),
                     true);
    return show.finish();
  }
  Fat32Volume volume{card};
  if (const FatError error = volume.mount(); error != FatError::kNone) {
    show.show_reason("SD card", describe(error), true);
    return show.finish();
  }
  FileList list{list_memory};
  if (const FatError error = list.read(volume); error != FatError::kNone) {
    show.show_reason("SD card", describe(error), true);
  } else if (list.files().empty()) {
    show.show_reason("SD card", "no photograph on the card", false);
  }
  CardLoader loader{host, card, buffer, filler, second};
  for (const FileList::File& file : list.files())
    show.show_file(list.name(file), volume, file, loader);
  if (list.left_out() != 0) show.show_reason("SD card", "too many files: some are left out", false);
  // What the channels have mapped of the card's registers ends with them.
  host.release_channels();
  host.request_channels();
  return show.finish();
}

}  // namespace

int show_all(const Settings& settings) {
  Clcd* const lcd = clcd();
  if (lcd == nullptr) {
    printk("photo_frame: no display\n");
    return 1;
  }
  const auto pattern = alloc_bytes(PatternFiller::kBytes);
  if (pattern.empty()) panic("photo_frame: no memory for the pattern");
  PatternFiller filler{pattern};
  Screen screen{*lcd, filler, settings};
  if (const auto started = screen.start(); !started) {
    printk("photo_frame: display: ", describe(started.error()), "\n");
    return 1;
  }
  remember_levels();  // The LCD shows the last picture for ever.
  Result<DmaChannel> channel = DmaChannel::request_memcpy();
  DmaChannel* const copier = channel ? &*channel : nullptr;
  filler.copy_by(copier);
  screen.copy_by(copier);
  const LargestMemory memory;
  Arena arena{memory.bytes()};
  SlideShow show{screen, arena};
  if (settings.mistake == Mistake::kNoOuter) forget_outer_cache();
  MmciHost* const host = mmci_host();
  if (host == nullptr) {
    show.show_reason("SD card", "the machine has no card slot", true);
    return show.finish();
  }
  return show_card(show, *host, filler, settings);
}

}  // namespace guest
