// The clipboard, also where the page is not a secure context.

import { say } from './say.svelte'

export async function copy(text: string, what: string) {
  say.note((await put(text)) ? `${what} was copied.` : `${what} could not be copied.`)
}

async function put(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    // plain http has no clipboard: select and copy as of old
  }
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'sr'
  ;(document.querySelector('dialog[open]') ?? document.body).append(field)
  const before = document.activeElement as HTMLElement | null
  field.select()
  const done = document.execCommand('copy')
  field.remove()
  before?.focus?.()
  return done
}
