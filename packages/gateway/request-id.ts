import { randomUUID } from 'node:crypto'
import { type Fields, fieldValues } from './http1/fields.ts'

const WELL_FORMED = /^[A-Za-z0-9_-]{8,64}$/

/**
 * The id that goes through every hop. One that the client brings is kept when it is well-formed, so that a trace may
 * begin before the gateway; anything else might break a log line, and is replaced: by the id of the trace that the
 * request is part of, where there is one, so that both find the same lines.
 */
export function requestIdOf(fields: Fields, traceId?: string): string {
  const [id, ...others] = fieldValues(fields, 'x-request-id')
  if (id !== undefined && others.length === 0 && WELL_FORMED.test(id)) return id
  return traceId === undefined || traceId === '' ? randomUUID() : traceId
}
