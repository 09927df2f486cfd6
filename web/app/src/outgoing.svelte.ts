// Texts on their way to the server, and drafts. Both outlive a reload of the tab.

import type { Message, NewMessage } from './contract'
import { call, newKey, Refusal, words } from './server'

export interface Pending {
  key: string // Idempotency-Key: trying again cannot send twice
  conversation: string // "" for a new one
  message: NewMessage
  date: string
  sending: boolean
  trouble: string
  /** refused tells that the server will not take it as it is. */
  refused: boolean
}

const pendingItem = 'asms.pending'
const draftItem = 'asms.draft.'

class Outgoing {
  all = $state.raw<Pending[]>(restore())

  of(conversation: string): Pending[] {
    return this.all.filter((p) => p.conversation === conversation)
  }

  /** send posts a text; it answers the message, or null when it is still here. */
  async send(conversation: string, message: NewMessage): Promise<Message | null> {
    const p: Pending = {
      key: newKey(),
      conversation,
      message,
      date: new Date().toISOString(),
      sending: true,
      trouble: '',
      refused: false,
    }
    this.set([...this.all, p])
    return this.post(p)
  }

  async again(key: string): Promise<Message | null> {
    const p = this.all.find((p) => p.key === key)
    if (!p || p.sending) return null
    this.change(key, { sending: true, trouble: '' })
    return this.post(p)
  }

  discard(key: string) {
    this.set(this.all.filter((p) => p.key !== key))
  }

  private async post(p: Pending): Promise<Message | null> {
    try {
      const m = await call<Message>('POST', '/messages', { body: p.message, key: p.key })
      this.discard(p.key)
      return m
    } catch (e) {
      const refused = e instanceof Refusal && e.status >= 400 && e.status < 500 && e.status !== 401 && e.status !== 429
      this.change(p.key, { sending: false, trouble: words(e), refused })
      return null
    }
  }

  /** settle drops what an event shows to have arrived before its answer. */
  settle(m: Message) {
    if (m.direction !== 'out') return
    const p = this.all.find((p) => p.sending && p.conversation === m.conversation && p.message.body === m.body)
    if (p) this.discard(p.key)
  }

  private change(key: string, to: Partial<Pending>) {
    this.set(this.all.map((p) => (p.key === key ? { ...p, ...to } : p)))
  }

  private set(all: Pending[]) {
    this.all = all
    try {
      if (all.length) sessionStorage.setItem(pendingItem, JSON.stringify(all))
      else sessionStorage.removeItem(pendingItem)
    } catch {
      // without storage it lives as long as the page
    }
  }
}

function restore(): Pending[] {
  try {
    const all = JSON.parse(sessionStorage.getItem(pendingItem) ?? '[]') as Pending[]
    return all.map((p) => ({ ...p, sending: false, trouble: p.trouble || 'The page was closed before the server answered.' }))
  } catch {
    return []
  }
}

export const outgoing = new Outgoing()

class Drafts {
  private all = $state<Record<string, string>>({})

  get(conversation: string): string {
    return this.all[conversation] ?? sessionStorage.getItem(draftItem + conversation) ?? ''
  }

  clear() {
    this.all = {}
  }

  set(conversation: string, text: string) {
    this.all[conversation] = text
    try {
      if (text) sessionStorage.setItem(draftItem + conversation, text)
      else sessionStorage.removeItem(draftItem + conversation)
    } catch {
      // without storage it lives as long as the page
    }
  }
}

export const drafts = new Drafts()
