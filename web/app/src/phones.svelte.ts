// The phones of the reader, looked up when something shows them.

import type { Device } from './contract'
import { get } from './server'

class Phones {
  all = $state.raw<Device[] | null>(null)
  trouble = $state.raw<unknown>(null)
  /** seen counts the times that phones changed. */
  seen = $state(0)

  async load() {
    try {
      this.all = (await get<{ devices: Device[] }>('/devices')).devices ?? []
      this.trouble = null
    } catch (e) {
      this.trouble = e
    }
  }

  changed() {
    this.seen++
    if (this.all) void this.load()
  }

  clear() {
    this.all = null
  }
}

export const phones = new Phones()

/** phoneName is what a phone is called. */
export const phoneName = (d: Device) => d.name || d.model || d.type || d.id

/** relays tells a phone that can send texts now. */
export const relays = (d: Device) => d.outbound_sms && d.access === 'allowed'
