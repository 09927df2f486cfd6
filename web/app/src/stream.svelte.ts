// The stream of events, resumed after each gap.

import type { Conversation, Gone, Message } from './contract'
import { query } from './server'

interface Events {
  hello: object
  message: Message
  gone: Gone
  conversation: Conversation
  phones: object
  contacts: object
  reset: object
}

export type EventName = keyof Events

const names: EventName[] = ['hello', 'message', 'gone', 'conversation', 'phones', 'contacts', 'reset']

class Stream {
  /** up tells whether events arrive. */
  up = $state(false)
  /** broken is set when they have not arrived for longer than a hiccup. */
  broken = $state(false)
  /** refused is called when the server will not have us: the session may have ended. */
  refused: () => void = () => {}
  private source: EventSource | null = null
  private last = ''
  private wait = 0
  private retry: ReturnType<typeof setTimeout> | undefined
  private worry: ReturnType<typeof setTimeout> | undefined
  private listeners = new Map<EventName, Set<(data: never) => void>>()

  on<N extends EventName>(name: N, f: (data: Events[N]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set()
    this.listeners.set(name, set)
    set.add(f)
    return () => void set.delete(f)
  }

  /** open listens from where it was left, now, if it does not listen already. */
  open() {
    if (this.source) return
    clearTimeout(this.retry)
    const source = new EventSource('/api/v1/events' + query({ after: this.last }))
    this.source = source
    source.onopen = () => {
      this.up = true
      this.broken = false
      this.wait = 0
      clearTimeout(this.worry)
      this.worry = undefined
    }
    source.onerror = () => {
      this.up = false
      this.worry ??= setTimeout(() => (this.broken = true), 4000)
      // The browser comes back by itself with Last-Event-ID, unless it has given up.
      if (source.readyState !== EventSource.CLOSED) return
      this.source = null
      this.refused()
      this.wait = Math.min(30_000, this.wait * 2 || 1000)
      this.retry = setTimeout(() => this.open(), this.wait)
    }
    for (const name of names) {
      source.addEventListener(name, (e) => {
        if (e.lastEventId) this.last = e.lastEventId
        const data = e.data ? JSON.parse(e.data) : {}
        for (const f of [...(this.listeners.get(name) ?? [])]) f(data as never)
      })
    }
  }

  /** pause listens no more until open. */
  pause() {
    this.source?.close()
    this.source = null
    clearTimeout(this.retry)
    clearTimeout(this.worry)
    this.worry = undefined
    this.up = this.broken = false
    this.wait = 0
  }

  /** close forgets where it was. */
  close() {
    this.pause()
    this.last = ''
  }
}

export const stream = new Stream()
