// What arrives by the stream goes to what shows it.

import { conversations } from './conversations.svelte'
import { drafts, outgoing } from './outgoing.svelte'
import { notify } from './notify.svelte'
import { fromWhom } from './people'
import { plain } from './pieces'
import { phones } from './phones.svelte'
import { here } from './place.svelte'
import { say } from './say.svelte'
import { session } from './session.svelte'
import { search } from './search.svelte'
import { stream } from './stream.svelte'
import { threads } from './thread.svelte'

const announced = new Set<string>()

function openThread() {
  return here.place.name === 'thread' ? threads.known(here.place.id) : undefined
}

/** listen connects the stream to the lists; the answer takes it all down. */
export function listen(): () => void {
  const off = [
    stream.on('hello', () => {
      // What changed between the first look and the start of the stream.
      void conversations.load()
      void openThread()?.refresh()
    }),
    stream.on('message', (m) => {
      outgoing.settle(m)
      const thread = threads.known(m.conversation)
      const isNew = thread?.put(m)
      if (m.direction !== 'in' || m.read || announced.has(m.id)) return
      if (Date.now() - Date.parse(m.date) > 10 * 60_000 && !isNew) return
      announced.add(m.id)
      notify(m)
      if (isNew && thread) thread.arrived++
      say.quietly(`New text from ${plain(fromWhom(m))}: ${plain(m.body).slice(0, 200)}`)
    }),
    stream.on('gone', (g) => threads.known(g.conversation)?.drop(g.id)),
    stream.on('conversation', (c) => {
      conversations.changed(c)
      const thread = threads.known(c.id)
      if (thread) thread.conversation = c
    }),
    stream.on('phones', () => phones.changed()),
    stream.on('contacts', () => {
      void conversations.load()
      const thread = openThread()
      threads.keepOnly(thread?.id ?? '')
      void thread?.loadConversation()
      for (const f of contactsChanged) f()
    }),
    stream.on('reset', () => {
      void conversations.load(true)
      const thread = openThread()
      threads.keepOnly(thread?.id ?? '')
      void thread?.loadConversation()
      void thread?.open(thread.atNewest ? '' : thread.messages[Math.floor(thread.messages.length / 2)]?.id)
      phones.changed()
      for (const f of contactsChanged) f()
    }),
  ]
  const wake = () => document.visibilityState === 'visible' && stream.open()
  addEventListener('online', wake)
  stream.refused = () => void session.look()
  stream.open()
  off.push(share())
  if (!conversations.loaded && !conversations.busy) void conversations.load()
  return () => {
    for (const f of off) f()
    removeEventListener('online', wake)
    stream.close()
    conversations.clear()
    phones.clear()
    search.clear()
    threads.keepOnly('')
    outgoing.all = []
    drafts.clear()
    say.notes = []
    announced.clear()
  }
}

// A browser opens six connections to a server that speaks HTTP/1.1, for all tabs together.
const restAfter = 30_000

/**
 * share has the stream rest while the tab is hidden, so that many tabs do not
 * take all connections. Where there are locks, that is not on plain http from
 * elsewhere, one of the hidden tabs goes on listening, for notifications.
 */
function share(): () => void {
  let shown = () => {}
  const change = () => {
    shown()
    if (document.visibilityState === 'visible') return stream.open()
    const seen = new AbortController()
    const until = new Promise<void>((done) => seen.signal.addEventListener('abort', () => done()))
    let chosen = false
    const timer = setTimeout(() => chosen || stream.pause(), restAfter)
    shown = () => {
      clearTimeout(timer)
      seen.abort()
    }
    navigator.locks
      ?.request('asms.listens', { signal: seen.signal }, () => {
        chosen = true
        stream.open()
        return until
      })
      .catch(() => {}) // shown before its turn
  }
  document.addEventListener('visibilitychange', change)
  change()
  return () => {
    shown()
    document.removeEventListener('visibilitychange', change)
  }
}

const contactsChanged = new Set<() => void>()

/** onContacts calls f whenever contacts change; the answer ends it. */
export function onContacts(f: () => void): () => void {
  contactsChanged.add(f)
  return () => void contactsChanged.delete(f)
}
