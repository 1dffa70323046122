import { randomBytes } from 'node:crypto'
import { type Fields, fieldValues } from './http1/fields.ts'

/** What a request is part of (W3C Trace Context, level 1), as far as it can be believed. */
export interface TraceContext {
  readonly traceId: string
  /** The fields to pass on where they are not as they came: made here, or without what was malformed. */
  readonly replaced: Fields | undefined
}

// Version 00; a later one may have more behind it, of which the beginning is read (§3.2.2.1, §4.3).
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/
const MEMBER = /^[a-z0-9][a-z0-9_\-*/@]{0,255}=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/
const MOST_MEMBERS = 32
const MOST_STATE_CHARACTERS = 2_048

/**
 * The trace of a request. One that the client brings is passed on as it came when it is well-formed; a malformed one is
 * taken out with its state, so that nobody behind trusts it (§3.2.2.2, §3.3.1). The gateway writes no spans of its own,
 * so it does not change the parent.
 * @param makes whether one is made where there is none, or none that is well-formed
 * @returns undefined where there is none: nothing is to be changed then
 */
export function traceContextOf(fields: Fields, makes: () => boolean): TraceContext | undefined {
  if (!fields.names.includes('traceparent')) {
    if (fields.names.includes('tracestate')) return replacement(fields, makes())
    return makes() ? replacement(fields, true) : undefined
  }
  const traceId = traceIdOf(fieldValues(fields, 'traceparent'))
  if (traceId === undefined) return replacement(fields, makes())
  const isStateSound = isTraceState(fieldValues(fields, 'tracestate'))
  return { traceId, replaced: isStateSound ? undefined : without(fields, ['tracestate']) }
}

function traceIdOf([parent, ...others]: readonly string[]): string | undefined {
  const match = others.length === 0 ? TRACEPARENT.exec(parent ?? '') : null
  if (match === null) return undefined
  const [, version, traceId = '', parentId = '', , more] = match
  if (version === 'ff' || (version === '00' && more !== undefined)) return undefined
  return /^0+$/.test(traceId) || /^0+$/.test(parentId) ? undefined : traceId
}

/** §3.3.1: members, each key once, empty ones allowed. */
function isTraceState(values: readonly string[]): boolean {
  if (values.length === 0) return true
  const text = values.join(',')
  if (text.length > MOST_STATE_CHARACTERS) return false
  const members = text
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
  const keys = new Set(members.map((member) => member.slice(0, member.indexOf('='))))
  return (
    members.length <= MOST_MEMBERS && keys.size === members.length && members.every((member) => MEMBER.test(member))
  )
}

function replacement(fields: Fields, isMade: boolean): TraceContext | undefined {
  const kept = without(fields, ['traceparent', 'tracestate'])
  if (!isMade) return { traceId: '', replaced: kept }
  const bytes = randomBytes(24).toString('hex')
  const traceId = bytes.slice(0, 32)
  const parent = `00-${traceId}-${bytes.slice(32)}-01`
  const replaced = {
    names: [...kept.names, 'traceparent'],
    spelled: [...kept.spelled, 'traceparent'],
    values: [...kept.values, parent],
  }
  return { traceId, replaced }
}

function without(fields: Fields, dropped: readonly string[]): Fields {
  const isKept = (_: string, index: number) => !dropped.includes(fields.names[index] ?? '')
  return {
    names: fields.names.filter(isKept),
    spelled: fields.spelled.filter(isKept),
    values: fields.values.filter(isKept),
  }
}
