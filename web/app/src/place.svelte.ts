// Where the reader is: the address bar, read and written.

export type Place =
  | { name: 'messages' }
  | { name: 'thread'; id: string; at: string }
  | { name: 'new'; to: string[] }
  | { name: 'contacts'; id: string }
  | { name: 'phones' }
  | { name: 'settings' }
  | { name: 'admin' }
  | { name: 'nowhere' }

function read(url: URL): Place {
  const [, first = '', second = '', third] = url.pathname.split('/')
  if (third !== undefined) return { name: 'nowhere' }
  const rest = safeDecode(second)
  switch (first) {
    case '':
      return { name: 'messages' }
    case 'c':
      if (rest === 'new') return { name: 'new', to: url.searchParams.getAll('to') }
      return rest ? { name: 'thread', id: rest, at: url.searchParams.get('m') ?? '' } : { name: 'nowhere' }
    case 'contacts':
      return { name: 'contacts', id: rest }
  }
  if (rest) return { name: 'nowhere' }
  switch (first) {
    case 'phones':
    case 'settings':
    case 'admin':
      return { name: first }
  }
  return { name: 'nowhere' }
}

function safeDecode(s: string): string {
  try {
    return decodeURIComponent(s)
  } catch {
    return s
  }
}

class Here {
  url = $state.raw(new URL(location.href))
  place = $derived(read(this.url))
  /** visit counts arrivals, so that going to the same place again is noticed. */
  visit = $state(0)
  /** led tells that the reader did not choose this place, but was led to it. */
  led = false
  private depth = 0

  constructor() {
    addEventListener('popstate', () => {
      this.depth = Math.max(0, this.depth - 1)
      this.arrive()
    })
  }

  private arrive(led = false) {
    this.led = led
    this.url = new URL(location.href)
    this.visit++
  }

  go(to: string, replace = false) {
    if (replace) history.replaceState(null, '', to)
    else {
      history.pushState(null, '', to)
      this.depth++
    }
    this.arrive()
  }

  /** lead goes on to a place that shows more than the one that was asked for. */
  lead(to: string) {
    history.replaceState(null, '', to)
    this.arrive(true)
  }

  /** back leaves for where the reader came from, or for a place that makes sense. */
  back(otherwise: string) {
    if (this.depth > 0) history.back()
    else this.go(otherwise, true)
  }
}

export const here = new Here()
export const go = (to: string, replace = false) => here.go(to, replace)

/** follow makes links of this app go without loading a page. */
export function follow(e: MouseEvent) {
  if (e.defaultPrevented || e.button !== 0 || e.metaKey || e.ctrlKey || e.shiftKey || e.altKey) return
  const a = (e.target as Element | null)?.closest?.('a')
  if (!a || a.target || a.hasAttribute('download') || a.origin !== location.origin) return
  if (a.pathname.startsWith('/api/') || a.getAttribute('href')?.startsWith('#')) return
  e.preventDefault()
  here.go(a.pathname + a.search)
}
