// How people and numbers are called.

import type { Conversation, Message, Party } from './contract'

export const called = (p: Party) => p.name || p.number || 'unknown number'

/** calledAll names the people of a conversation. */
export function calledAll(peers: Party[]): string {
  if (peers.length === 0) return 'Nobody'
  return peers.map(called).join(', ')
}

/** answerable tells numbers from names such as VODAFONE, which cannot be written to. */
export const answerable = (p: Party) => /\d/.test(p.number) && !/\p{L}/u.test(p.number)

export const isGroup = (c: Conversation) => c.peers.length > 1

/** initials are one or two letters for a picture, or "". */
export function initials(p: Party): string {
  const words = called(p).split(/\s+/).filter((w) => /^[\p{L}]/u.test(w))
  const first = words[0]
  if (!first) return ''
  const last = words.length > 1 ? words[words.length - 1]! : ''
  return ([...first][0]! + ([...last][0] ?? '')).toLocaleUpperCase()
}

/** tint is a number from 0 to 5 that stays the same for a number. */
export function tint(p: Party): number {
  let h = 0
  for (const c of p.number) h = Math.imul(h ^ c.charCodeAt(0), 0x9e3779b1)
  return (h >>> 16) % 6
}

/** fromWhom names who wrote an incoming message. */
export const fromWhom = (m: Message) => (m.from ? called(m.from) : 'unknown number')
