// The JSON contract of /api/v1, as package api has it.

export type TextState =
  | 'waiting' | 'offered' | 'handed_over' | 'sent' | 'delivered' | 'failed' | 'unknown' | 'cancelled'

export interface Party {
  number: string
  name?: string
  contact?: string
}

export interface Recipient extends Party {
  state: 'pending' | 'sent' | 'failed' | 'unknown' | 'delivered'
  reason?: string
  at?: string
}

export interface Message {
  id: string
  conversation: string
  direction: 'in' | 'out'
  date: string
  body: string
  read: boolean
  flagged: boolean
  from?: Party
  to?: Party[]
  state?: TextState
  recipients?: Recipient[]
  device?: string
  not_before?: string
  expires?: string
  cancellable?: boolean
  retryable?: boolean
}

export interface Messages {
  messages: Message[]
  older?: string
  newer?: string
}

export interface NewMessage {
  to: string[]
  body: string
  device?: string
  not_before?: string
  valid_for?: number
}

export interface Conversation {
  id: string
  peers: Party[]
  unread: number
  total: number
  date: string
  last?: Message
}

export interface Conversations {
  conversations: Conversation[]
  unread: number
  next?: string
}

export interface Hit {
  message: Message
  peers: Party[]
  matches: [number, number][]
}

export interface SearchResult {
  conversations: Conversation[]
  hits: Hit[]
  next?: string
}

export interface Gone {
  id: string
  conversation: string
}

export interface Measure {
  alphabet: 'GSM-7' | 'UCS-2'
  characters: number
  units: number
  segments: number
  left: number
  forced_by?: string
  too_long?: boolean
}

export interface Route {
  state: 'ready' | 'silent' | 'none'
  device?: string
  name?: string
  number?: string
  last_seen?: string
  detail?: string
}

export interface ContactNumber {
  number: string
  kind: string
}

export interface Contact {
  id?: string
  name: string
  first_name?: string
  middle_name?: string
  last_name?: string
  organisation?: string
  numbers?: ContactNumber[]
  emails?: string[]
  note?: string
}

export interface Contacts {
  contacts: Contact[]
  next?: string
}

export interface ImportResult {
  added: number
  same: number
  skipped: number
  reasons?: string[]
}

export type Access = 'allowed' | 'blocked' | 'quarantined' | 'wipe_requested' | 'wiped'

export interface Device {
  id: string
  user?: string
  type?: string
  name?: string
  model?: string
  os?: string
  user_agent?: string
  operator?: string
  phone_number?: string
  outbound_sms: boolean
  access: Access
  version?: string
  first_seen: string
  last_seen: string
  factory_reset?: boolean
  wipe_failed?: string
  queue: number
}

export interface Setup {
  url: string
  user: string
  relay_command: string
}

export interface Session {
  user: string
  admin: boolean
  region?: string
}

export interface AppPassword {
  id: string
  name: string
  secret?: string
  created: string
  last_used?: string
}

export type Scope = 'read' | 'send' | 'write' | 'devices' | 'device' | 'admin'

export interface Token {
  id: string
  name: string
  scopes: Scope[]
  secret?: string
  created: string
  expires?: string
  last_used?: string
}

export interface AdminUser {
  name: string
  admin: boolean
  policy: boolean
  activesync: boolean
  created: string
  devices: number
  messages: number
}

export interface QueueEntry {
  user: string
  waiting: number
  handed_over: number
  unknown: number
  oldest?: string
}

export interface Health {
  version: string
  started: string
  users: number
  devices: number
  database_bytes: number
  streams: number
  memory_bytes: number
}
