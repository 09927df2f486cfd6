// Who is signed in.

import type { Session } from './contract'
import { call, get, Refusal, whenSignedOut } from './server'
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
      if (!(e instanceof Refusal) || e.status !== 401) this.trouble = e
      else {
        if (this.who) this.ended = true
        this.leave()
      }
    }
  }

  async signIn(user: string, password: string) {
    this.who = await call<Session>('POST', '/session', { body: { user, password } })
    this.ended = false
  }

  /** signOut throws when the server could not be told: the session then goes on. */
  async signOut() {
    await call('DELETE', '/session')
    this.ended = false
    this.leave()
  }

  /** leave forgets who it was; what was shown goes with the screen. */
  private leave() {
    stream.close()
    sessionStorage.clear()
    const known = this.who !== undefined
    this.who = null
    if (known) history.replaceState(null, '', '/')
  }
}

export const session = new Signed()
