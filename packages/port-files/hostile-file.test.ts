import { isAppError } from '@portolan/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planMoves } from './move-plan.ts'
import { PORT_FILE_FORMATS, type PortFile, readFile, readPortFile } from './port-file.ts'
import { writePortFile } from './write-port-file.ts'

const VALID = [
  '{ "project": "worb", "production": { "blue": 4100, "green": 4101, "db": 5450 }, "environments": {} }',
  '{ "projects": { "worb": { "production": { "blue": 4100, "green": 4101 } } }, "allocated": [4100] }',
  '{ "ports": { "used": [4100, 5432] } }',
  '{ "projectName": "worb", "activeSlot": "blue", "blue": { "state": "active", "port": 4100 }, "green": {} }',
  'env: { BLUE_PORT: 4100 }\njobs:\n  a:\n    steps:\n      - run: ssh x docker run -p 4101:3000 y\n',
  'name: worb\nservices:\n  blue: &b { ports: ["4100:3000", {published: 1-9, target: 3}] }\n  green: { <<: *b }\n',
] as const

/** A valid file with a piece of it cut out, doubled or replaced by what breaks parsers. */
const anyText = fc.oneof(
  fc.string(),
  fc
    .record({
      text: fc.constantFrom(...VALID),
      at: fc.nat(160),
      length: fc.nat(12),
      piece: fc.oneof(
        fc.string({ maxLength: 8 }),
        fc.constantFrom('{', ']', '"', '\n', '\t', '&a [*a]', '!!js', '-1', '1e9', '99999', '__proto__', '\u0000', 'ü'),
      ),
    })
    .map(({ text, at, length, piece }) => text.slice(0, at) + piece + text.slice(at + length)),
)

const anyFile: fc.Arbitrary<PortFile> = fc.record({
  file: fc.constant('some file'),
  text: anyText,
  format: fc.constantFrom(...PORT_FILE_FORMATS),
  project: fc.constantFrom('worb', 'vsvs-kr'),
})

test('whatever stands in a file, it is read or refused with places inside of it', () => {
  fc.assert(
    fc.property(anyFile, (file) => {
      const lineCount = file.text.split('\n').length
      const { faults, entries } = readFile(file)
      for (const { line, column } of faults.all) {
        expect(line).toBeLessThanOrEqual(lineCount)
        expect(Math.min(line, column)).toBeGreaterThanOrEqual(1)
      }
      for (const { places } of entries) {
        for (const { spot, ports } of places) {
          expect(file.text.slice(spot.start, spot.end)).toContain(String(ports.first))
        }
      }
    }),
    { numRuns: 2_000 },
  )
})

test('whatever was read can be planned and written back, or is refused with a code', () => {
  const bands = [{ environment: 'production', kind: 'app', range: { first: 4000, last: 4499 } }]
  fc.assert(
    fc.property(anyFile, (file) => {
      try {
        const { entries } = readPortFile(file)
        const { needs } = planMoves(entries, { bands })
        const claims = needs.map(({ need, shape, range }) => ({ ...need, shape, range }))
        const { text } = writePortFile(file, { claims, now: new Date(0) })
        expect(planMoves(readPortFile({ ...file, text }).entries, { bands }).movedCount).toBe(0)
      } catch (error) {
        if (!isAppError(error)) throw error
      }
    }),
    { numRuns: 1_000 },
  )
})
