// Who is signed in.

import type { Session } from './contract'
import { call, get, whenSignedOut } from './server'
import { stream } from './stream.svelte'

class Signed {
  /** who is undefined until the server has said. */
  who = $state.raw<Session | null | undefined>(undefined)
  /** ended tells that a session ended without the reader's doing. */
  ended = $state(false)
  /** trouble is why the server could not be asked. */
  trouble = $state.raw<unknown>(null)

  constructor() {
    whenSignedOut(() => {
      if (this.who) this.ended = true
      this.leave()
    })
  }

  async look() {
    this.trouble = null
    try {
      this.who = await get<Session>('/session')
    } catch (e) {
      if ((e as { status?: number }).status === 401) this.who = null
      else this.trouble = e
    }
  }

  async signIn(user: string, password: string) {
    this.who = await call<Session>('POST', '/session', { body: { user, password } })
    this.ended = false
  }

  async signOut() {
    await call('DELETE', '/session').catch(() => {})
    this.ended = false
    this.leave()
  }

  /** leave forgets all that was shown. A new page is the surest way to. */
  private leave() {
    stream.close()
    sessionStorage.clear()
    const known = this.who !== undefined
    this.who = null
    if (known) history.replaceState(null, '', '/')
  }
}

export const session = new Signed()
