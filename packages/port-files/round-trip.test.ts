import { formatPortRange } from '@portolan/ports'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { FileClaim } from './file-claim.ts'
import { needText, type PortEntry, wishOf } from './port-entry.ts'
import { type PortFileFormat, readPortFile } from './port-file.ts'
import { newPortFile, writePortFile } from './write-port-file.ts'

const now = new Date('2026-01-13T09:00:00Z')
const anyName = fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,8}[a-z0-9])?$/)
const anyProject = fc.oneof(anyName, fc.constantFrom('project', 'environments', 'constructor', 'blue'))
const anyPorts = fc.oneof(
  fc
    .integer({ min: 1, max: 32_766 })
    .map((half) => ({ shape: 'pair', range: { first: 2 * half, last: 2 * half + 1 } }) as const),
  fc.integer({ min: 1, max: 65_535 }).map((port) => ({ shape: 'single', range: { first: port, last: port } }) as const),
  fc
    .tuple(fc.integer({ min: 1, max: 65_000 }), fc.nat(500))
    .map(([first, more]) => ({ shape: 'range', range: { first, last: first + more } }) as const),
)
const anyClaim: fc.Arbitrary<FileClaim> = fc
  .record({
    project: anyProject,
    environment: fc.oneof(fc.constantFrom('production', 'staging', 'version'), anyName),
    kind: fc.oneof(fc.constantFrom('app', 'db', 'blue', 'port'), anyName),
    purpose: fc.oneof(fc.constantFrom('main', 'udp', 'tcp'), anyName),
    transport: fc.constantFrom('tcp' as const, 'udp' as const),
    ports: anyPorts,
  })
  .map(({ ports, ...need }) => ({ ...need, ...ports }))
const anyClaims = fc.uniqueArray(anyClaim, { selector: needText, minLength: 1, maxLength: 12 })

function textOf(claim: Pick<FileClaim, 'shape' | 'range'> & Parameters<typeof needText>[0]): string {
  return `${needText(claim)} ${claim.shape} ${formatPortRange(claim.range)}`
}

function textOfEntry(entry: PortEntry): string {
  return textOf({ ...entry, range: wishOf(entry) ?? { first: 0, last: 0 } })
}

function readBack(format: PortFileFormat, text: string): readonly string[] {
  return readPortFile({ file: 'some file', format, text }).entries.map(textOfEntry).toSorted()
}

test('a central file of claims is read back as the same claims, also when it is written over another one', () => {
  fc.assert(
    fc.property(anyClaims, anyClaims, (claims, before) => {
      const expected = claims.map(textOf).toSorted()
      expect(readBack('central-ports', newPortFile('central-ports', { claims, now }))).toEqual(expected)
      const text = newPortFile('central-ports', { claims: before, now })
      const written = writePortFile({ file: 'ports.json', text }, { claims, now })
      expect(readBack('central-ports', written.text)).toEqual(expected)
      expect(writePortFile({ file: 'ports.json', text: written.text }, { claims, now }).text).toBe(written.text)
    }),
  )
})

test("a project's file of claims is read back as the same claims", () => {
  fc.assert(
    fc.property(anyClaims, anyProject, (claims, project) => {
      const own = claims.map((claim) => ({ ...claim, project }))
      const unique = [...new Map(own.map((claim) => [needText(claim), claim])).values()]
      const text = newPortFile('project-ports', { claims: unique, now })
      expect(readBack('project-ports', text)).toEqual(unique.map(textOf).toSorted())
    }),
  )
})

test('ssot.json lists exactly the ports of the claims', () => {
  fc.assert(
    fc.property(anyClaims, (claims) => {
      const text = newPortFile('ssot', { claims, now })
      const read = readPortFile({ file: 'ssot.json', text }).reserved.map(({ port }) => port)
      const ports = claims.flatMap(({ range, transport }) =>
        transport === 'tcp'
          ? Array.from({ length: range.last - range.first + 1 }, (_, index) => range.first + index)
          : [],
      )
      expect(read).toEqual([...new Set(ports)].toSorted((a, b) => a - b))
    }),
  )
})

const anySlot = fc.oneof(
  fc.constant({ state: 'empty' } as const),
  fc.record({
    state: fc.constantFrom('deployed' as const, 'active' as const, 'grace' as const),
    version: fc.string({ minLength: 1 }),
    deployedBy: fc.string({ minLength: 1 }),
    deployedAt: fc.constant('2026-01-13T08:00:00.000Z'),
  }),
)

test('a slot file is read back with its ports and what runs in them', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 32_766 }), anySlot, anySlot, (half, blue, green) => {
      const need = {
        project: 'worb',
        environment: 'production',
        kind: 'app',
        purpose: 'main',
        transport: 'tcp',
      } as const
      const range = { first: 2 * half, last: 2 * half + 1 }
      const claim = { ...need, shape: 'pair', range, slots: { blue, green } } as const
      const text = newPortFile('slots', { claims: [claim], now })
      const [entry] = readPortFile({ file: 'slots/worb-production.json', text }).entries
      expect(entry === undefined ? '' : textOfEntry(entry)).toBe(textOf(claim))
      expect(entry?.slots).toEqual({ blue, green })
    }),
  )
})

const anyPair = fc.integer({ min: 1, max: 32_766 }).map((half) => ({ first: 2 * half, last: 2 * half + 1 }))
const QUOTES = ['', '"', "'"] as const
const anyQuote = fc.constantFrom(...QUOTES)

function workflowOf({ first, last }: { first: number; last: number }, quote: string): string {
  return `# BLUE_PORT: 4100 stays in this comment
env:
  BLUE_PORT: ${quote}${first}${quote} # the even one
jobs:
  deploy:
    env: { GREEN_PORT: ${quote}${last}${quote} }
    steps:
      - run: |
          export BLUE_PORT=${first}
          podman run -p ${last}:3000 worb # not ${first} here
`
}

test('only the numbers of a workflow change, and it is read back as the claim', () => {
  fc.assert(
    fc.property(anyPair, anyPair, anyQuote, (before, range, quote) => {
      const need = {
        project: 'worb',
        environment: 'production',
        kind: 'app',
        purpose: 'main',
        transport: 'tcp',
      } as const
      const file = { file: 'worb/.github/workflows/deploy.yml', text: workflowOf(before, quote) }
      const { text, unclaimed } = writePortFile(file, { claims: [{ ...need, shape: 'pair', range }], now })
      expect(text).toBe(workflowOf(range, quote).replace(`# not ${range.first}`, `# not ${before.first}`))
      expect(unclaimed).toEqual([])
    }),
  )
})

interface ComposePorts {
  readonly pair: { readonly first: number; readonly last: number }
  readonly db: number
  readonly media: { readonly first: number; readonly last: number }
}

function composeOf({ pair, db, media }: ComposePorts): string {
  return `name: worb # 4100
services:
  blue: { image: worb, ports: ["${pair.first}:3000"] }
  green: { image: worb, ports: ["127.0.0.1:${pair.last}:3000"] }
  db: { image: postgres, ports: ["\${DB:-${db}}:5432"] }
  media: { ports: [{ target: 7000, published: "${formatPortRange(media)}", protocol: udp }] }
`
}

const anyCompose: fc.Arbitrary<ComposePorts> = fc.record({
  pair: anyPair,
  db: fc.integer({ min: 1, max: 65_535 }),
  media: fc
    .tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 99 }))
    .map(([first, more]) => ({ first, last: first + more })),
})

test('only the numbers of a compose file change, in whatever form they stand', () => {
  fc.assert(
    fc.property(anyCompose, anyCompose, (before, after) => {
      const need = { project: 'worb', environment: 'production', purpose: 'main', transport: 'tcp' } as const
      const claims: readonly FileClaim[] = [
        { ...need, kind: 'app', shape: 'pair', range: after.pair },
        { ...need, kind: 'db', shape: 'single', range: { first: after.db, last: after.db } },
        { ...need, kind: 'app', purpose: 'media', transport: 'udp', shape: 'range', range: after.media },
      ]
      const { text } = writePortFile({ file: 'compose.yml', text: composeOf(before) }, { claims, now })
      expect(text).toBe(composeOf(after))
    }),
  )
})

test('what a file says beside its ports stays in it', () => {
  const text = `{
  "note": "kept",
  "projects": { "worb": { "production": { "blue": 4100, "green": 4101, "domain": "worb.example.com" } } }
}`
  const need = { project: 'worb', environment: 'production', kind: 'app', purpose: 'main', transport: 'tcp' } as const
  const claims = [{ ...need, shape: 'pair', range: { first: 4102, last: 4103 } }] as const
  const written: unknown = JSON.parse(writePortFile({ file: 'ports.json', text }, { claims, now }).text)
  expect(written).toEqual({
    note: 'kept',
    lastUpdated: now.toISOString(),
    projects: { worb: { production: { domain: 'worb.example.com', blue: 4102, green: 4103 } } },
    allocated: [4102, 4103],
  })
})

test('a need that nobody claims is left as it is, and said', () => {
  const file = { file: 'worb/.codeb/ports.json', text: '{ "blue": 4100 }', format: 'workflow' } as const
  expect(() => writePortFile(file, { claims: [], now })).toThrow(
    expect.objectContaining({ code: 'PORT_FILES_INVALID' }),
  )
  const text = workflowOf({ first: 4100, last: 4101 }, '')
  const result = writePortFile({ file: 'worb/.github/workflows/a.yml', text }, { claims: [], now })
  expect([result.text === text, result.unclaimed.map(({ project }) => project)]).toEqual([true, ['worb']])
})

test('what a project needs elsewhere stays in its file, and what is new is added beside it', () => {
  const text = `{
  // by hand
  "project": "vsvs-kr",
  "production": { "blue": 4100, "green": 4101, "db": 5433, "domain": "example.com" }
}`
  const need = {
    project: 'vsvs-kr',
    environment: 'production',
    kind: 'app',
    purpose: 'main',
    transport: 'tcp',
  } as const
  const main = { ...need, shape: 'pair', range: { first: 4104, last: 4105 } } as const
  const file = { file: 'vsvs-kr/.codeb/ports.json', text }
  expect(writePortFile(file, { claims: [main], now })).toEqual({
    text: text.replace('4100', '4104').replace('4101', '4105'),
    unclaimed: [{ ...need, kind: 'db' }],
  })
  const admin = { ...need, purpose: 'admin', shape: 'single', range: { first: 4200, last: 4200 } } as const
  const written: unknown = JSON.parse(writePortFile(file, { claims: [main, admin], now }).text)
  expect(written).toEqual({
    project: 'vsvs-kr',
    production: { blue: 4104, green: 4105, db: 5433, domain: 'example.com', 'app:admin': 4200 },
  })
})
