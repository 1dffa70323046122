import { parseStack, resolveStack } from '@portolan/stack'
import { checkResolved } from './check-resolved.ts'
import type { Finding } from './finding.ts'

/** The findings of one code in a stack written inline; the others are another test's matter. */
export function findingsOf(code: string, yaml: string): readonly Finding[] {
  const stack = parseStack(`stack: test\n${yaml}`, 'portolan.yaml')
  return checkResolved(resolveStack(stack, { values: 'unset', leaveOpen: true })).filter(
    (finding) => finding.code === code,
  )
}
