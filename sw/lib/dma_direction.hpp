// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Which way the data of a mapping goes. Values cross the hooks: Linux 6.1,
/// include/linux/dma-direction.h.
enum dma_data_direction {
  DMA_BIDIRECTIONAL = 0,
  DMA_TO_DEVICE = 1,
  DMA_FROM_DEVICE = 2,
  DMA_NONE = 3,
};
