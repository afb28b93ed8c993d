// SPDX-License-Identifier: Apache-2.0
// Shows each photograph in the root of an SD card on the LCD. README.md beside it tells what it
// prints.
#include <optional>

#include "sw/apps/photo_frame/slide_show.hpp"
#include "sw/kernel/console.hpp"
#include "sw/kernel/main.hpp"
#include "sw/kernel/options.hpp"

int guest_main() {
  using namespace guest;
  Settings settings;
  settings.caption = has_option("caption");
  if (const std::optional<std::string_view> name = option("break"); name && !name->empty()) {
    const std::optional<Mistake> mistake = mistake_named(*name);
    if (!mistake) {
      printk("photo_frame: break=", *name, ": no such case\n");
      return 1;
    }
    settings.mistake = *mistake;
    settings.caption |= settings.mistake == Mistake::kCachedFramebuffer;
  }
  return without_leaks(show_all(settings));
}
