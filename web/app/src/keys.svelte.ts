// What keys do everywhere.

import { conversations } from './conversations.svelte'
import { here } from './place.svelte'
import { search } from './search.svelte'

const off = 'asms.letters-off'

class Keys {
  help = $state(false)
  /** letters tells whether single letters are shortcuts. */
  letters = $state(localStorage.getItem(off) === null)

  setLetters(on: boolean) {
    this.letters = on
    if (on) localStorage.removeItem(off)
    else localStorage.setItem(off, '1')
  }

  /** skip moves the focus to what the page is about. */
  skip() {
    const content = [...document.querySelectorAll<HTMLElement>('[data-content]')].find((e) => e.offsetParent) ?? document.getElementById('main')
    const inside = content?.querySelector<HTMLElement>('[data-first], h1, a, button, input')
    ;(inside ?? content)?.focus()
  }

  press = (e: KeyboardEvent) => {
    if (e.defaultPrevented || e.isComposing || document.querySelector('dialog[open]')) return
    const inField = (e.target as HTMLElement).closest?.('input, textarea, select, [contenteditable]')
    if (e.altKey && !e.ctrlKey && !e.metaKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')) {
      this.neighbour(e.key === 'ArrowDown' ? 1 : -1)
      e.preventDefault()
      return
    }
    if (e.key === 'Escape' && !document.querySelector(':popover-open')) {
      this.escape(e)
      return
    }
    if (inField || e.ctrlKey || e.metaKey || e.altKey || !this.letters) return
    if (e.key === '/') {
      e.preventDefault()
      void this.find()
    } else if (e.key === 'n') {
      e.preventDefault()
      here.go('/c/new')
    } else if (e.key === '?') {
      e.preventDefault()
      this.help = true
    }
  }

  async find() {
    const visible = () => [...document.querySelectorAll<HTMLInputElement>('input[type=search]')].find((i) => i.offsetParent)
    if (!visible()) {
      here.go('/')
      await new Promise((r) => setTimeout(r))
    }
    visible()?.select()
  }

  private escape(e: KeyboardEvent) {
    const field = e.target as HTMLInputElement
    if (field.type === 'search') {
      if (field.value) return // the field clears itself
      field.blur()
      return
    }
    const { place } = here
    if (place.name === 'thread' || place.name === 'new' || (place.name === 'contacts' && place.id)) {
      const id = place.name === 'thread' ? place.id : ''
      here.go(place.name === 'contacts' ? '/contacts' : search.active ? '/?q=' + encodeURIComponent(search.q) : '/')
      setTimeout(() => {
        const row = id && document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)
        ;(row || document.querySelector<HTMLElement>('[data-row][tabindex="0"]'))?.focus()
      })
    }
  }

  /** neighbour opens the conversation below or above. */
  private neighbour(step: number) {
    const all = search.active ? search.conversations : conversations.all
    const { place } = here
    const at = place.name === 'thread' ? all.findIndex((c) => c.id === place.id) : -1
    const to = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step]
    if (!to) return
    here.go('/c/' + to.id, place.name === 'thread')
    if (step > 0 && at > all.length - 5) void conversations.more()
  }
}

export const keys = new Keys()

/** rows has the arrow keys walk over what is marked data-row inside. */
export function rows(list: HTMLElement) {
  const press = (e: KeyboardEvent) => {
    const all = [...list.querySelectorAll<HTMLElement>('[data-row]')]
    const at = all.indexOf((e.target as HTMLElement).closest<HTMLElement>('[data-row]')!)
    if (at < 0 || e.altKey || e.ctrlKey || e.metaKey) return
    const to =
      e.key === 'ArrowDown' ? at + 1
      : e.key === 'ArrowUp' ? at - 1
      : e.key === 'Home' ? 0
      : e.key === 'End' ? all.length - 1
      : null
    if (to === null) return
    e.preventDefault()
    all[to]?.focus()
  }
  list.addEventListener('keydown', press)
  return () => list.removeEventListener('keydown', press)
}
