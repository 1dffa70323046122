import { expect, test } from 'vitest'
import { faultsIn, resolveText } from './testing.ts'

const TEXT = `
stack: hub
gateway:
  ports: { http: 3000 }
  patternHost:
    domain: hub.localhost
    auth: plane
    directory: { service: plane }
    sharing: { most: signed-in }
services:
  plane: { run: { module: plane.ts }, ports: { http: 7000 } }
  worker: { run: { module: worker.ts } }
`
const TABLE =
  '    workspaces: { alpha: { local: true, siblings: [[5173, 8000]], ports: { 5173: { sharing: public } } } }\n'

test('a pattern host is as it was written', () => {
  expect(resolveText(TEXT).gateway?.patternHost).toEqual({
    domain: 'hub.localhost',
    auth: 'plane',
    directory: { service: 'plane' },
    sharing: { most: 'signed-in' },
  })
  expect(resolveText(TEXT.replace(/ {4}directory.*\n/, TABLE)).gateway?.patternHost?.workspaces).toHaveProperty('alpha')
})

test.for([
  ['a service that there is not', 'auth: plane', 'auth: plan', 'STACK_REFERENCE_UNKNOWN', 'plane'],
  ['a service without a port', '{ service: plane }', '{ service: worker }', 'STACK_REFERENCE_UNKNOWN', undefined],
  ['neither a directory nor workspaces', '    directory: { service: plane }\n', '', 'STACK_VALUE_INVALID', undefined],
  ['both of them', '    sharing', `${TABLE}    sharing`, 'STACK_VALUE_INVALID', undefined],
  ['a domain of one label', 'hub.localhost', 'localhost', 'STACK_VALUE_INVALID', undefined],
  ['a sharing that there is not', 'signed-in', 'everybody', 'STACK_VALUE_INVALID', undefined],
] as const)('%s is a fault', ([, before, after, code, nearest]) => {
  const faults = faultsIn(TEXT.replace(before, after))
  expect(faults).toHaveLength(1)
  expect(faults[0]).toMatchObject({ code, ...(nearest === undefined ? {} : { nearest }) })
})

test('a workspace with too long a name, and an allowed port that is never shown, say what was expected', () => {
  const long = faultsIn(TEXT.replace(/ {4}directory.*\n/, `    workspaces: { ${'a'.repeat(58)}: { local: true } }\n`))
  expect(long).toHaveLength(1)
  expect(`${long[0]?.message} ${long[0]?.expected}`).toContain(
    'at most 57 characters, lower-case letters, digits and hyphens, so that 65535-name fits into the 63 of a DNS label',
  )
  const fits = TEXT.replace(/ {4}directory.*\n/, `    workspaces: { ${'a'.repeat(57)}: { local: true } }\n`)
  expect(faultsIn(fits)).toEqual([])
  const [low] = faultsIn(TEXT.replace('    sharing', '    allow: [80]\n    sharing'))
  expect(low).toMatchObject({ code: 'STACK_VALUE_INVALID', expected: 'a whole number from 1024 to 65535' })
  expect(faultsIn(TEXT.replace('    sharing', '    allow: [9229]\n    sharing'))).toEqual([])
})
