// A window on the messages of one conversation. It slides: far pages are dropped.

import type { Conversation, Message, Messages } from './contract'
import { call, get, id, query, Refusal } from './server'

const page = 50
/** most bounds how many messages a window holds, and so what is in the document. */
export const most = 250

// Beyond this edge there is more, and the cursor for it was dropped with its page.
const dropped = Symbol('dropped')
type Edge = string | typeof dropped

export class Thread {
  readonly id: string
  conversation = $state.raw<Conversation | null>(null)
  /** messages are in the order of a page: oldest first. */
  messages = $state.raw<Message[]>([])
  loaded = $state(false)
  gone = $state(false)
  trouble = $state.raw<unknown>(null)
  older = $state.raw<Edge>('')
  newer = $state.raw<Edge>('')
  busyOlder = $state(false)
  busyNewer = $state(false)
  /** arrived counts incoming texts that came while the window was elsewhere or scrolled up. */
  arrived = $state(0)
  /** marking is off after the reader marked something unread, until the next visit. */
  marking = true

  /** hold is set by who shows the thread: it makes a change without moving what is read. */
  hold: (change: () => void) => void = (change) => change()

  private era = 0
  private over = new Set<string>() // what was dropped

  constructor(conversation: string) {
    this.id = conversation
  }

  get atNewest() {
    return this.newer === ''
  }

  async loadConversation() {
    try {
      this.conversation = await get<Conversation>('/conversations/' + id(this.id))
    } catch (e) {
      if (e instanceof Refusal && e.status === 404) this.gone = true
    }
  }

  private page(where: { older?: string; newer?: string; around?: string; limit?: number }) {
    return get<Messages>(`/conversations/${id(this.id)}/messages` + query({ limit: page, ...where }))
  }

  private reset(p: Messages) {
    this.hold(() => {
      this.messages = p.messages.toReversed()
      this.older = p.older ?? ''
      this.newer = p.newer ?? ''
      this.arrived = 0
      this.loaded = true
    })
  }

  /** open shows the newest messages, or those around one. */
  async open(at = ''): Promise<void> {
    const era = ++this.era
    this.trouble = null
    this.busyOlder = this.busyNewer = false
    try {
      const p = await this.page(at ? { around: at } : {})
      if (era === this.era) this.reset(p)
    } catch (e) {
      if (era !== this.era) return
      if (e instanceof Refusal && e.status === 404) {
        if (at) return this.open()
        this.gone = true
      } else this.trouble = e
    }
  }

  /** refresh reads the newest page again, after a gap in the events. */
  async refresh() {
    if (!this.loaded || !this.atNewest) return
    const era = this.era
    try {
      const p = await this.page({})
      if (era !== this.era) return
      const fresh = p.messages.toReversed()
      const first = fresh[0]
      const at = first ? this.messages.findIndex((m) => m.id === first.id) : -1
      if (at < 0) {
        this.reset(p)
        return
      }
      this.hold(() => (this.messages = [...this.messages.slice(0, at), ...fresh]))
    } catch {
      // the next event or visit tries again
    }
  }

  async loadOlder() {
    if (this.busyOlder || this.older === '' || !this.loaded) return
    this.busyOlder = true
    const era = this.era
    try {
      const p =
        this.older === dropped ? await this.page({ around: this.messages[0]!.id, limit: 2 * page }) : await this.page({ older: this.older })
      if (era !== this.era) return
      const known = new Set(this.messages.map((m) => m.id))
      let fresh = p.messages.toReversed()
      const overlap = fresh.findIndex((m) => known.has(m.id))
      if (overlap >= 0) fresh = fresh.slice(0, overlap)
      this.hold(() => {
        const all = [...fresh, ...this.messages]
        if (all.length > most) this.newer = dropped
        this.messages = all.slice(0, most)
        this.older = p.older ?? ''
      })
    } catch {
      // scrolling tries again
    } finally {
      if (era === this.era) this.busyOlder = false
    }
  }

  async loadNewer() {
    if (this.busyNewer || this.newer === '' || !this.loaded) return
    this.busyNewer = true
    const era = this.era
    try {
      const p =
        this.newer === dropped ? await this.page({ around: this.messages.at(-1)!.id, limit: 2 * page }) : await this.page({ newer: this.newer })
      if (era !== this.era) return
      const known = new Set(this.messages.map((m) => m.id))
      const all = p.messages.toReversed()
      const fresh = all.slice(all.findLastIndex((m) => known.has(m.id)) + 1)
      this.hold(() => {
        const joined = [...this.messages, ...fresh]
        if (joined.length > most) this.older = dropped
        this.messages = joined.slice(-most)
        this.newer = p.newer ?? ''
      })
    } catch {
      // scrolling tries again
    } finally {
      if (era === this.era) this.busyNewer = false
    }
  }

  /** put takes a message as it is now; it tells whether it is new to the window. */
  put(m: Message): boolean {
    if (!this.loaded) return false
    const at = this.messages.findIndex((x) => x.id === m.id)
    if (at >= 0 && this.messages[at]!.date === m.date) {
      this.hold(() => (this.messages = this.messages.with(at, m)))
      return false
    }
    const rest = at < 0 ? this.messages : this.messages.toSpliced(at, 1)
    const first = rest[0]
    const last = rest.at(-1)
    if (this.older !== '' && first && m.date < first.date) return false
    if (!this.atNewest && last && m.date > last.date) return true
    const before = rest.findLastIndex((x) => x.date <= m.date)
    this.hold(() => {
      const all = rest.toSpliced(before + 1, 0, m)
      if (all.length > most) this.older = dropped
      this.messages = all.slice(-most)
    })
    return at < 0
  }

  /** add takes the answer to a text that was sent, unless the stream was quicker and knows more. */
  add(m: Message) {
    if (!this.over.has(m.id) && !this.messages.some((x) => x.id === m.id)) this.put(m)
  }

  drop(message: string) {
    this.over.add(message)
    if (this.messages.some((m) => m.id === message)) {
      this.hold(() => (this.messages = this.messages.filter((m) => m.id !== message)))
    }
  }

  /** mark tells the server that all was read, or that the newest text was not. */
  async mark(read: boolean) {
    if (!read) this.marking = false
    const c = await call<Conversation>('POST', `/conversations/${id(this.id)}/read`, { body: { read } })
    this.conversation = c
    return c
  }
}

const kept = 8

/** Threads keeps the threads that were read last, so that going back is instant. */
class Threads {
  private all = new Map<string, Thread>()

  get(conversation: string): Thread {
    const t = this.all.get(conversation) ?? new Thread(conversation)
    this.all.delete(conversation)
    this.all.set(conversation, t)
    for (const old of this.all.keys()) {
      if (this.all.size <= kept) break
      this.all.delete(old)
    }
    return t
  }

  known(conversation: string): Thread | undefined {
    return this.all.get(conversation)
  }

  each(): Iterable<Thread> {
    return this.all.values()
  }

  forget(conversation: string) {
    this.all.delete(conversation)
  }

  /** keepOnly forgets all threads but one. */
  keepOnly(conversation: string) {
    for (const c of [...this.all.keys()]) if (c !== conversation) this.all.delete(c)
  }
}

export const threads = new Threads()
