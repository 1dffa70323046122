import { expect, test } from 'vitest'
import { nearestSpelling } from './nearest-spelling.ts'

test.for([
  ['rotues', 'routes'],
  ['prt', 'port'],
  ['Ports', 'ports'],
  ['tpc', 'tcp'],
  ['zzz', undefined],
  ['', undefined],
] as const)('%s was meant as %s', ([written, meant]) => {
  expect(nearestSpelling(written, ['ports', 'port', 'routes', 'tcp', 'udp'])).toBe(meant)
})
