// The list of conversations, newest first.

import type { Conversation, Conversations } from './contract'
import { get, query } from './server'

const page = 40

class List {
  all = $state.raw<Conversation[]>([])
  unread = $state(0)
  loaded = $state(false)
  busy = $state(false)
  trouble = $state.raw<unknown>(null)
  next = $state('')
  private byId = new Map<string, Conversation>()
  private era = 0

  get(id: string): Conversation | undefined {
    return this.byId.get(id)
  }

  /** load reads the newest page; what was loaded of the rest stays unless anew is set. */
  async load(anew = false) {
    const era = anew ? ++this.era : this.era
    this.busy = true
    this.trouble = null
    try {
      const p = await get<Conversations>('/conversations' + query({ limit: page }))
      if (era !== this.era) return
      const keep = anew || !this.loaded ? [] : this.all
      const oldest = p.conversations.at(-1)?.date ?? ''
      const fresh = new Set(p.conversations.map((c) => c.id))
      const rest = p.next ? keep.filter((c) => !fresh.has(c.id) && c.date <= oldest) : []
      if (rest.length === 0) this.next = p.next ?? ''
      this.set([...p.conversations, ...rest])
      this.unread = p.unread
      this.loaded = true
    } catch (e) {
      if (era === this.era) this.trouble = e
    } finally {
      this.busy = false
    }
  }

  async more() {
    if (this.busy || !this.next) return
    this.busy = true
    const era = this.era
    try {
      const p = await get<Conversations>('/conversations' + query({ limit: page, cursor: this.next }))
      if (era !== this.era) return
      const known = new Set(this.all.map((c) => c.id))
      this.set([...this.all, ...p.conversations.filter((c) => !known.has(c.id))])
      this.next = p.next ?? ''
    } catch (e) {
      this.trouble = e
    } finally {
      this.busy = false
    }
  }

  /** changed takes a conversation as it is now. */
  changed(c: Conversation) {
    const old = this.byId.get(c.id)
    if (old) this.unread = Math.max(0, this.unread + c.unread - old.unread)
    else if (this.loaded) this.recount()
    const rest = this.all.filter((x) => x.id !== c.id)
    const oldest = this.next ? this.all.at(-1) : undefined
    if (c.total === 0 || (!old && oldest && c.date < oldest.date)) {
      this.set(rest)
      return
    }
    let at = rest.findIndex((x) => x.date < c.date)
    if (at < 0) at = rest.length
    this.set([...rest.slice(0, at), c, ...rest.slice(at)])
  }

  forget(id: string) {
    const old = this.byId.get(id)
    if (old) this.unread = Math.max(0, this.unread - old.unread)
    this.set(this.all.filter((c) => c.id !== id))
  }

  clear() {
    this.era++
    this.set([])
    this.loaded = this.busy = false
    this.unread = 0
    this.next = ''
  }

  private counting: ReturnType<typeof setTimeout> | undefined

  /** recount asks how many are unread, when it cannot be worked out. */
  private recount() {
    clearTimeout(this.counting)
    this.counting = setTimeout(async () => {
      const p = await get<Conversations>('/conversations' + query({ limit: 1 })).catch(() => null)
      if (p) this.unread = p.unread
    }, 200)
  }

  private set(all: Conversation[]) {
    this.all = all
    this.byId = new Map(all.map((c) => [c.id, c]))
  }
}

export const conversations = new List()
