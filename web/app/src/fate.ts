// What became of a text, in words.

import type { Message, Recipient } from './contract'
import { called } from './people'
import { dayAndTime } from './time'

export type Tone = 'quiet' | 'good' | 'bad' | 'warn'
export type Sign = 'clock' | 'phone' | 'check' | 'checks' | 'alert' | 'question' | 'slash'

export interface Fate {
  word: string
  tone: Tone
  sign: Sign
}

/** fate says where a text stands, or null for one that is not followed. */
export function fate(m: Message, now = Date.now()): Fate | null {
  switch (m.state) {
    case undefined:
      return null
    case 'waiting':
      if (m.not_before && Date.parse(m.not_before) > now) {
        return { word: 'Goes out ' + dayAndTime(m.not_before), tone: 'quiet', sign: 'clock' }
      }
      return { word: 'Waiting for a phone', tone: 'quiet', sign: 'clock' }
    case 'offered':
      return { word: 'Going to the phone', tone: 'quiet', sign: 'phone' }
    case 'handed_over':
      return { word: 'On the phone', tone: 'quiet', sign: 'phone' }
    case 'sent': {
      const missed = (m.recipients ?? []).filter((r) => r.state === 'failed').length
      if (missed) return { word: `Sent, but not to ${missed} of ${m.recipients!.length}`, tone: 'warn', sign: 'alert' }
      return { word: 'Sent', tone: 'quiet', sign: 'check' }
    }
    case 'delivered':
      return { word: 'Delivered', tone: 'good', sign: 'checks' }
    case 'failed':
      return { word: 'Not sent' + because(m), tone: 'bad', sign: 'alert' }
    case 'unknown':
      return { word: 'May not have been sent' + because(m), tone: 'warn', sign: 'question' }
    case 'cancelled':
      return { word: 'Cancelled', tone: 'quiet', sign: 'slash' }
  }
}

function because(m: Message): string {
  const reasons = [...new Set((m.recipients ?? []).map((r) => r.reason ?? '').filter(Boolean))]
  return reasons.length === 1 ? ': ' + reasons[0] : ''
}

/** fateOf says what became of a text for one recipient. */
export function fateOf(r: Recipient): Fate {
  const reason = r.reason ? ': ' + r.reason : ''
  switch (r.state) {
    case 'pending':
      return { word: 'Not known yet', tone: 'quiet', sign: 'clock' }
    case 'sent':
      return { word: 'Sent', tone: 'quiet', sign: 'check' }
    case 'delivered':
      return { word: 'Delivered', tone: 'good', sign: 'checks' }
    case 'failed':
      return { word: 'Not sent' + reason, tone: 'bad', sign: 'alert' }
    case 'unknown':
      return { word: 'May not have been sent' + reason, tone: 'warn', sign: 'question' }
  }
}

/** recipientLine names a recipient with the number. */
export const recipientLine = (r: Recipient) => (r.name ? `${r.name} (${r.number})` : called(r))
