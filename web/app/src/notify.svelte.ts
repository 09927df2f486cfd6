// Notifications of the system, for texts that come while nobody looks.

import type { Message } from './contract'
import { fromWhom } from './people'
import { plain } from './pieces'
import { go } from './place.svelte'
import { say } from './say.svelte'

const item = 'asms.notify'

class Notifications {
  /** possible tells whether the browser has them here: plain http from elsewhere has not. */
  readonly possible = isSecureContext && 'Notification' in window
  on = $state(this.possible && localStorage.getItem(item) !== null && Notification.permission === 'granted')

  async turn(box: HTMLInputElement) {
    if (!box.checked) {
      this.on = false
      localStorage.removeItem(item)
      return
    }
    this.on = (await Notification.requestPermission()) === 'granted'
    box.checked = this.on
    if (this.on) localStorage.setItem(item, '1')
    else say.note('The browser does not allow this page to show notifications.', true)
  }
}

export const notifications = new Notifications()

export function notify(m: Message) {
  if (!notifications.on || document.visibilityState === 'visible') return
  try {
    const n = new Notification(plain(fromWhom(m)), { body: plain(m.body).slice(0, 200), tag: m.id, icon: '/icon-180.png' })
    n.onclick = () => {
      window.focus()
      go('/c/' + m.conversation)
      n.close()
    }
  } catch {
    // some phones have the name and not the thing
  }
}
