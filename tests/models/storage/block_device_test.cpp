// SPDX-License-Identifier: Apache-2.0
#include "models/storage/block_device.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>

#include "models/core/device_tree.hpp"
#include "tests/support/catch.hpp"

using namespace linefill;

namespace {

/// A file that goes away with the test.
struct TemporaryFile {
  explicit TemporaryFile(std::size_t bytes, char fill = 'x')
      : path{"storage_test." + std::to_string(::getpid())} {
    std::ofstream{path, std::ios::binary} << std::string(bytes, fill);
  }
  ~TemporaryFile() { ::unlink(path.c_str()); }
  std::string content() const {
    std::ifstream file{path, std::ios::binary};
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::string path;
};

}  // namespace

TEST_CASE("what is written to an image stays in memory", "[storage][image]") {
  const TemporaryFile file{1024};
  ImageFile image{file.path};
  REQUIRE(image.sectors() == 2);
  Sector data{};
  data.fill('y');
  image.write(1, data);
  Sector back{};
  image.read(1, back);
  CHECK(back == data);
  image.read(0, back);
  CHECK(back[511] == 'x');
  CHECK(file.content() == std::string(1024, 'x'));
}

TEST_CASE("an image may be opened so that writes reach the file", "[storage][image]") {
  const TemporaryFile file{1024};
  Sector data{};
  data.fill('y');
  ImageFile{file.path, ImageFile::Writes::kToFile}.write(1, data);
  CHECK(file.content() == std::string(512, 'x') + std::string(512, 'y'));
}

TEST_CASE("an image that is no whole number of sectors is refused by name and size",
          "[storage][image]") {
  const TemporaryFile file{513};
  CHECK_THROWS_WITH(ImageFile{file.path},
                    "SD image " + file.path + ": 513 bytes: expected a multiple of 512, not 0");
}

TEST_CASE("an empty or missing image, and a folder, are refused", "[storage][image]") {
  const TemporaryFile empty{0};
  CHECK_THROWS_AS(ImageFile{empty.path}, ConfigurationError);
  CHECK_THROWS_AS(ImageFile{"no/such/file"}, ConfigurationError);
  CHECK_THROWS_AS(ImageFile{"."}, ConfigurationError);
}
