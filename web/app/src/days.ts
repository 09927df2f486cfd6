// The messages of a thread in days, and in runs within a day.

import type { Message } from './contract'
import { fate } from './fate'
import { dayOf } from './time'

export interface Entry {
  m: Message
  /** first and last tell where a run of texts by one side begins and ends. */
  first: boolean
  last: boolean
  /** meta tells that time and state are shown below it. */
  meta: boolean
}

export interface Day {
  key: number
  date: string
  entries: Entry[]
}

const run = 5 * 60_000

const together = (a: Message | undefined, b: Message | undefined) =>
  !!a && !!b &&
  a.direction === b.direction &&
  a.from?.number === b.from?.number &&
  Math.abs(Date.parse(b.date) - Date.parse(a.date)) < run

export function days(messages: Message[]): Day[] {
  const out: Day[] = []
  messages.forEach((m, i) => {
    const key = dayOf(new Date(m.date))
    let d = out.at(-1)
    const sameDay = d?.key === key
    if (!d || !sameDay) out.push((d = { key, date: m.date, entries: [] }))
    const next = messages[i + 1]
    const last = !together(m, next) || dayOf(new Date(next!.date)) !== key
    const state = fate(m)
    const settled = !state || m.state === 'sent' || m.state === 'delivered'
    d.entries.push({
      m,
      first: !sameDay || !together(messages[i - 1], m),
      last,
      meta: last || !settled || m.flagged || state?.tone === 'warn' || next?.state !== m.state,
    })
  })
  return out
}
