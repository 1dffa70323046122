import { randomUUID } from 'node:crypto'
import { type Fields, fieldValues } from './http1/fields.ts'

const WELL_FORMED = /^[A-Za-z0-9_-]{8,64}$/

/**
 * The id that goes through every hop. One that the client brings is kept when it is well-formed, so that a trace may
 * begin before the gateway; anything else might break a log line, and is replaced.
 */
export function requestIdOf(fields: Fields): string {
  const [id, ...others] = fieldValues(fields, 'x-request-id')
  return id !== undefined && others.length === 0 && WELL_FORMED.test(id) ? id : randomUUID()
}
