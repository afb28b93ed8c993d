// SPDX-License-Identifier: Apache-2.0
// What a controller cannot do that does not say otherwise, and the accounts of cookies.
#include "sw/dmaengine/device.hpp"

#include <limits>

#include "sw/dmaengine/dmaengine.hpp"

using guest::Error;
using guest::to_errno;

int dma_device::device_config(dma_chan& /*chan*/, const dma_slave_config& /*config*/) {
  return to_errno(Error::kNotImplemented);
}
dma_async_tx_descriptor* dma_device::device_prep_dma_memcpy(dma_chan& /*chan*/, dma_addr_t /*to*/,
                                                            dma_addr_t /*from*/,
                                                            std::size_t /*size*/,
                                                            unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_dma_xor(dma_chan& /*chan*/, dma_addr_t /*to*/,
                                                         const dma_addr_t* /*from*/,
                                                         unsigned /*count*/, std::size_t /*size*/,
                                                         unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_dma_xor_val(
    dma_chan& /*chan*/, const dma_addr_t* /*from*/, unsigned /*count*/, std::size_t /*size*/,
    sum_check_flags* /*result*/, unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_dma_pq(
    dma_chan& /*chan*/, const dma_addr_t* /*to*/, const dma_addr_t* /*from*/, unsigned /*count*/,
    const std::uint8_t* /*coefficients*/, std::size_t /*size*/, unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_dma_pq_val(
    dma_chan& /*chan*/, const dma_addr_t* /*pq*/, const dma_addr_t* /*from*/, unsigned /*count*/,
    const std::uint8_t* /*coefficients*/, std::size_t /*size*/, sum_check_flags* /*result*/,
    unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_dma_interrupt(dma_chan& /*chan*/,
                                                               unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_slave_sg(dma_chan& /*chan*/, scatterlist* /*list*/,
                                                          unsigned /*entries*/,
                                                          dma_transfer_direction /*direction*/,
                                                          unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_dma_cyclic(
    dma_chan& /*chan*/, dma_addr_t /*buffer*/, std::size_t /*size*/, std::size_t /*period*/,
    dma_transfer_direction /*direction*/, unsigned long /*flags*/) {
  return nullptr;
}
dma_async_tx_descriptor* dma_device::device_prep_interleaved_dma(
    dma_chan& /*chan*/, const dma_interleaved_template& /*shape*/, unsigned long /*flags*/) {
  return nullptr;
}
int dma_device::device_pause(dma_chan& /*chan*/) { return to_errno(Error::kNotImplemented); }
int dma_device::device_resume(dma_chan& /*chan*/) { return to_errno(Error::kNotImplemented); }
int dma_device::device_terminate_all(dma_chan& /*chan*/) { return to_errno(Error::kInvalid); }

dma_cookie_t dma_cookie_assign(dma_async_tx_descriptor* tx) {
  dma_chan& channel = *tx->chan;
  const bool last = channel.cookie == std::numeric_limits<dma_cookie_t>::max();
  tx->cookie = channel.cookie = last ? DMA_MIN_COOKIE : channel.cookie + 1;
  return tx->cookie;
}

void dma_cookie_complete(dma_async_tx_descriptor* tx) {
  tx->chan->completed_cookie = tx->cookie;
  tx->cookie = 0;
}

dma_status dma_cookie_status(dma_chan* chan, dma_cookie_t cookie, dma_tx_state* state) {
  if (state != nullptr) *state = {chan->completed_cookie, chan->cookie, 0};
  return dma_async_is_complete(cookie, chan->completed_cookie, chan->cookie);
}
