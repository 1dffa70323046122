import { errorMessage } from '@portolan/errors'
import { parsePortRange } from '@portolan/ports'
import type { TSchema } from 'typebox'
import { OPENING, RANGE } from './patterns.ts'

/** What is wrong with a text that fits its schema's pattern, in words; undefined when nothing is. */
export function textFault(text: string, schema: TSchema): string | undefined {
  const pattern: unknown = 'pattern' in schema ? schema.pattern : undefined
  if (pattern === RANGE) return rangeFault(text)
  return pattern === OPENING ? rangeFault(text.split('/')[0] ?? '') : undefined
}

function rangeFault(text: string): string | undefined {
  try {
    parsePortRange(text)
    return undefined
  } catch (error) {
    return errorMessage(error)
  }
}
