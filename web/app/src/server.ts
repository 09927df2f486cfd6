// Calls to the server.

/** Refusal is an answer that is not a success: a problem of RFC 9457. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail = '',
    readonly retryAfter = 0, // seconds
  ) {
    super(detail || title)
  }
}

/** Unreachable says that no answer came. */
export class Unreachable extends Error {
  constructor() {
    super('The server does not answer. Is the network there?')
  }
}

export interface Call {
  body?: unknown
  text?: { type: string; content: string }
  key?: string
  signal?: AbortSignal
}

let signedOut: () => void = () => {}

/** whenSignedOut sets what happens when a call finds that the session has ended. */
export function whenSignedOut(f: () => void) {
  signedOut = f
}

/** call asks the server; it throws a Refusal, Unreachable, or the signal's AbortError. */
export async function call<T>(method: string, path: string, { body, text, key, signal }: Call = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  if (text) headers['Content-Type'] = text.type
  if (key) headers['Idempotency-Key'] = key
  let answer: Response
  try {
    answer = await fetch('/api/v1' + path, {
      method,
      headers,
      body: text ? text.content : body === undefined ? undefined : JSON.stringify(body),
      signal,
      credentials: 'same-origin',
      cache: 'no-store',
    })
  } catch (e) {
    if (signal?.aborted) throw e
    throw new Unreachable()
  }
  if (!answer.ok) {
    const refusal = await refused(answer)
    if (refusal.status === 401 && path !== '/session' && path !== '/password') signedOut()
    throw refusal
  }
  if (answer.status === 204) return undefined as T
  return (await answer.json()) as T
}

async function refused(answer: Response): Promise<Refusal> {
  let title = answer.statusText
  let detail = ''
  try {
    const problem = await answer.json()
    title = problem.title ?? title
    detail = problem.detail ?? ''
  } catch {
    // not a problem of RFC 9457: what the status says must do
  }
  return new Refusal(answer.status, title || 'refused', detail, Number(answer.headers.get('Retry-After')) || 0)
}

export const get = <T>(path: string, signal?: AbortSignal) => call<T>('GET', path, { signal })
export const post = <T>(path: string, body?: unknown) => call<T>('POST', path, { body })

/** query writes parameters, leaving out what is empty. */
export function query(parameters: Record<string, string | number | string[] | undefined>): string {
  const q = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (Array.isArray(value)) for (const v of value) q.append(name, v)
    else if (value !== undefined && value !== '') q.set(name, String(value))
  }
  const s = q.toString()
  return s ? '?' + s : ''
}

/** id writes an id for a path. */
export const id = encodeURIComponent

/** aborted tells an error that only says that an answer is no longer wanted. */
export const aborted = (e: unknown) => e instanceof DOMException && e.name === 'AbortError'

/** words says of an error what a person can use. */
export function words(e: unknown): string {
  if (e instanceof Refusal) {
    const s = e.detail || e.title
    return s.charAt(0).toUpperCase() + s.slice(1) + (/[.!?]$/.test(s) ? '' : '.')
  }
  return e instanceof Error ? e.message : String(e)
}

/** newKey is a random Idempotency-Key. randomUUID is missing on plain http. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}
