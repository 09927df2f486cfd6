// Times in words.

// The words around them are English, so are the times; the region is the reader's.
const locale = navigator.languages.find((l) => /^en\b/i.test(l)) ?? 'en-GB'
const twelve = new Intl.DateTimeFormat(locale, { hour: 'numeric' }).resolvedOptions().hour12
const clock = new Intl.DateTimeFormat(locale, { hour: twelve ? 'numeric' : '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' })
const longWeekday = new Intl.DateTimeFormat(locale, { weekday: 'long' })
const date = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' })
const dateYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' })
const longDate = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' })
const longDateYear = new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
const full = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short' })
const medium = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })

/** dayOf is a number that is the same for times of one day here. */
export function dayOf(t: Date): number {
  return Math.round(new Date(t.getFullYear(), t.getMonth(), t.getDate()).getTime() / 864e5)
}

/** when is the short form of a list: 14:05, Mon, 3 Nov, 3 Nov 2019. */
export function when(iso: string, now = new Date()): string {
  const t = new Date(iso)
  const days = dayOf(now) - dayOf(t)
  if (days === 0) return clock.format(t)
  if (days > 0 && days < 7) return weekday.format(t)
  return t.getFullYear() === now.getFullYear() ? date.format(t) : dateYear.format(t)
}

/** day is the heading of a day. */
export function day(iso: string, now = new Date()): string {
  const t = new Date(iso)
  const days = dayOf(now) - dayOf(t)
  if (days === 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days > 0 && days < 7) return longWeekday.format(t)
  return (t.getFullYear() === now.getFullYear() ? longDate : longDateYear).format(t)
}

export const time = (iso: string) => clock.format(new Date(iso))
export const fully = (iso: string) => full.format(new Date(iso))
export const dayAndTime = (iso: string) => medium.format(new Date(iso))

/** ago says how long ago something was: just now, 5 minutes ago, yesterday. */
export function ago(iso: string, now = new Date()): string {
  const t = new Date(iso)
  if (t.getFullYear() < 2000) return 'never'
  const seconds = (now.getTime() - t.getTime()) / 1000
  if (seconds < 60) return 'just now'
  if (seconds < 3600) return plural(Math.floor(seconds / 60), 'minute') + ' ago'
  const days = dayOf(now) - dayOf(t)
  if (days === 0) return plural(Math.floor(seconds / 3600), 'hour') + ' ago'
  if (days === 1) return 'yesterday, ' + clock.format(t)
  return medium.format(t)
}

/** plural writes a count: 1 text, 2 texts, 10,000 texts. */
export function plural(n: number, one: string, many = one + 's'): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}
