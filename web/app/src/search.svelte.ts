// Search as one types.

import type { Conversation, Hit, SearchResult } from './contract'
import { aborted, get, query } from './server'

class Search {
  q = $state('')
  conversations = $state.raw<Conversation[]>([])
  hits = $state.raw<Hit[]>([])
  next = $state('')
  busy = $state(false)
  /** answered is the query that the results are of. */
  answered = $state('')
  trouble = $state.raw<unknown>(null)
  private wait: ReturnType<typeof setTimeout> | undefined
  private asking: AbortController | null = null

  get active() {
    return this.q.trim() !== ''
  }

  type(q: string) {
    this.q = q
    clearTimeout(this.wait)
    this.asking?.abort()
    if (!q.trim()) {
      this.forget()
      return
    }
    this.busy = true
    this.wait = setTimeout(() => void this.ask(), 120)
  }

  private async ask() {
    const asking = (this.asking = new AbortController())
    const q = this.q.trim()
    try {
      const r = await get<SearchResult>('/search' + query({ q, limit: 30 }), asking.signal)
      this.conversations = r.conversations ?? []
      this.hits = r.hits ?? []
      this.next = r.next ?? ''
      this.answered = q
      this.trouble = null
      this.busy = false
    } catch (e) {
      if (aborted(e)) return
      this.trouble = e
      this.busy = false
    }
  }

  async more() {
    if (this.busy || !this.next) return
    this.busy = true
    const asking = (this.asking = new AbortController())
    try {
      const r = await get<SearchResult>('/search' + query({ q: this.answered, limit: 30, cursor: this.next }), asking.signal)
      const known = new Set(this.hits.map((h) => h.message.id))
      this.hits = [...this.hits, ...(r.hits ?? []).filter((h) => !known.has(h.message.id))]
      this.next = r.next ?? ''
      this.busy = false
    } catch (e) {
      if (aborted(e)) return
      this.busy = false
    }
  }

  /** marksFor answers what to mark in a message that was found. */
  marksFor(message: string): [number, number][] {
    return this.active ? (this.hits.find((h) => h.message.id === message)?.matches ?? []) : []
  }

  forget() {
    this.asking?.abort()
    this.conversations = []
    this.hits = []
    this.next = this.answered = ''
    this.busy = false
    this.trouble = null
  }

  clear() {
    this.q = ''
    clearTimeout(this.wait)
    this.forget()
  }
}

export const search = new Search()
