// A text cut into what is shown of it: words, links, marks.

export interface Piece {
  text: string
  mark: boolean
  href?: string
  /** host is where a link really leads, when its text does not say so. */
  host?: string
}

// A link ends at white space, at quotes, at angle brackets and at characters that
// change the direction of writing or cannot be seen.
const link = /\bhttps?:\/\/[^\s<>"'`\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+/giu

interface Link {
  from: number
  to: number
  href: string
  host?: string
}

function links(body: string): Link[] {
  const found: Link[] = []
  for (const m of body.matchAll(link)) {
    const text = trim(m[0])
    const url = URL.canParse(text) ? new URL(text) : null
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) continue
    const written = /^https?:\/\/([^/?#]*)/i.exec(text)?.[1] ?? ''
    found.push({
      from: m.index,
      to: m.index + text.length,
      href: url.href,
      host: written.toLowerCase() === url.host ? undefined : url.host,
    })
  }
  return found
}

/** trim takes off punctuation that belongs to the sentence, not to the link. */
function trim(s: string): string {
  for (;;) {
    const last = s.charAt(s.length - 1)
    if (/[.,;:!?…*_~'"»”’]/.test(last)) s = s.slice(0, -1)
    else if (last === ')' && count(s, ')') > count(s, '(')) s = s.slice(0, -1)
    else if (last === ']' && count(s, ']') > count(s, '[')) s = s.slice(0, -1)
    else return s
  }
}

const count = (s: string, c: string) => s.split(c).length - 1

/** pieces cuts a text; marks are pairs of offsets in UTF-16 units. */
export function pieces(body: string, marks: [number, number][] = [], withLinks = true): Piece[] {
  const found = withLinks ? links(body) : []
  const edges = new Set([0, body.length])
  for (const l of found) edges.add(l.from).add(l.to)
  for (const [from, to] of marks) {
    if (from >= 0 && to <= body.length && from < to) edges.add(from).add(to)
  }
  const cuts = [...edges].sort((a, b) => a - b)
  const out: Piece[] = []
  for (let i = 0; i + 1 < cuts.length; i++) {
    const from = cuts[i]!
    const to = cuts[i + 1]!
    const l = found.find((l) => l.from <= from && to <= l.to)
    out.push({
      text: body.slice(from, to),
      mark: marks.some(([a, b]) => a <= from && to <= b),
      href: l?.href,
      host: l && l.to === to ? l.host : undefined,
    })
  }
  return out
}

/** around cuts a long text to the surroundings of its first mark. */
export function around(body: string, marks: [number, number][], length = 120): { body: string; marks: [number, number][] } {
  const first = marks[0]?.[0] ?? 0
  let from = first > length / 2 ? first - Math.floor(length / 3) : 0
  let to = Math.min(body.length, from + length)
  if (isLow(body, from)) from++
  if (isLow(body, to)) to++
  const before = from > 0 ? '…' : ''
  const shift = from - before.length
  return {
    body: before + body.slice(from, to) + (to < body.length ? '…' : ''),
    marks: marks.filter(([a, b]) => a >= from && b <= to).map(([a, b]) => [a - shift, b - shift]),
  }
}

const isLow = (s: string, i: number) => (s.charCodeAt(i) & 0xfc00) === 0xdc00

const longText = 1500
const manyLines = 30

/** beginning is the first part of a text too long to be shown at once, or "". */
export function beginning(body: string): string {
  let end = body.length > longText ? 1000 : -1
  let line = -1
  for (let n = 0; n < manyLines; n++) {
    line = body.indexOf('\n', line + 1)
    if (line < 0) break
  }
  if (line >= 0 && (end < 0 || line < end)) end = line
  if (end < 0) return ''
  return body.slice(0, isLow(body, end) ? end - 1 : end)
}

/** plain makes a text fit for a label: on one line, and without changes of direction. */
export function plain(s: string): string {
  return s.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '').replace(/\s+/g, ' ').trim()
}

const emoji = /^(?:\s*(?:\p{RGI_Emoji}))+\s*$/v

/** onlyEmoji tells a text of one to five emoji. */
export function onlyEmoji(s: string): boolean {
  return s.length <= 60 && emoji.test(s) && [...new Intl.Segmenter().segment(s.replace(/\s/g, ''))].length <= 5
}
