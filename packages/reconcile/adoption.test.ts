import { AppError } from '@portolan/errors'
import type { HostObservation, Sighting } from '@portolan/observe'
import { formatPortRange } from '@portolan/ports'
import { DEFAULT_BANDS } from '@portolan/registry'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { planAdoption } from './adoption.ts'
import { lookAtHost } from './host-look.ts'
import { planRebuild } from './rebuild.ts'
import { type AdoptionRule, RuleBook } from './rule.ts'

const AT = new Date('2026-03-02T09:00:00Z')

function container(port: number, name: string, labels: Readonly<Record<string, string>> = {}): Sighting {
  const place = { transport: 'tcp', family: 'ipv4', address: '0.0.0.0', port } as const
  return { ...place, container: { id: name.padEnd(64, '0'), name, labels } }
}

function look(sightings: readonly Sighting[], rules: readonly AdoptionRule[] = []) {
  const observation: HostObservation = { state: 'seen', sightings, containers: [], seenAt: AT }
  return lookAtHost({ host: 'app-server', claims: [], observation, bands: DEFAULT_BANDS, rules })
}

const RULES = [
  { container: '*-docker-blue', project: '$1', environment: 'production' },
  { container: '*-docker', project: '$1', environment: 'production' },
  { container: '*-postgres', project: '$1', environment: 'shared', purpose: 'postgres' },
]

test("the seed's server: who is in the even half gets the pair, and the other is left with a reason", () => {
  const sightings = [
    container(4101, 'w-homepage-docker'),
    container(4100, 'worb-docker-blue'),
    container(5432, 'videopick-postgres'),
  ]
  const { steps, left } = planAdoption(look(sightings, RULES))
  const text = steps.map(({ step: { request } }) => {
    const { project, environment, kind, purpose = '', range, shape } = request
    return [project, environment, kind, purpose, formatPortRange(range), shape].join(' ')
  })
  expect(text).toEqual(['worb production app main 4100-4101 pair', 'videopick shared db postgres 5432 single'])
  expect(left).toEqual([
    {
      ports: { first: 4100, last: 4101 },
      transport: 'tcp',
      project: 'w-homepage',
      reason: '4100-4101 goes to worb; move "w-homepage" by an import',
    },
  ])
})

test('both halves of a labelled pair are one claim, with the numbers of the newer one', () => {
  const labels = (slot: string, token: string) => ({
    'portolan.project': 'worb',
    'portolan.environment': 'production',
    'portolan.slot': slot,
    'portolan.claim': '7',
    'portolan.token': token,
  })
  const sightings = [container(4101, 'b', labels('green', '31')), container(4100, 'a', labels('blue', '12'))]
  const { steps, floor } = planRebuild(look(sightings))
  expect(steps.map(({ step }) => step.request)).toMatchObject([
    { range: { first: 4100, last: 4101 }, labels: { 'portolan.claim': '7', 'portolan.token': '31' } },
  ])
  expect(floor).toEqual({ token: 1_000_000_000, claimId: 1_000_000 })
})

test('nothing is adopted from a host that could not be looked at whole', () => {
  const cause = new AppError('OBSERVE_SILENT', 'No answer.')
  const observation = { state: 'unknown', cause, silent: [{ observer: 'kernel', cause }], sightings: [] } as const
  const silent = lookAtHost({ host: 'app-server', claims: [], observation, bands: DEFAULT_BANDS })
  expect(() => planAdoption(silent)).toThrow(expect.objectContaining({ code: 'RECONCILE_HOST_SILENT' }))
  expect(() => planRebuild(silent)).toThrow(expect.objectContaining({ code: 'RECONCILE_HOST_SILENT' }))
})

test('rules say all their faults at once', () => {
  const rules = [
    { project: 'worb', environment: 'production' },
    { container: 'a*b*c*d*', project: 'Worb', environment: 'production', ports: '1-x' },
  ]
  expect(() => new RuleBook(rules)).toThrow(
    /rule 1: "container" .*rule 2: "container" .*rule 2: "project" .*rule 2: "ports"/,
  )
})

test('no two adopted claims touch, whatever the labels say', () => {
  const anyLabels = fc.record(
    {
      'portolan.project': fc.constantFrom('a', 'b', 'c', 'Not a name'),
      'portolan.environment': fc.constantFrom('production', 'staging'),
      'portolan.slot': fc.constantFrom('blue', 'green', 'red'),
      'portolan.token': fc.constantFrom('1', '9', 'x', '99999999999999999999'),
    },
    { requiredKeys: ['portolan.project', 'portolan.environment'] },
  )
  const anySighting = fc
    .tuple(fc.integer({ min: 4100, max: 4110 }), fc.nat(9), anyLabels)
    .map(([port, name, labels]) => container(port, `c${name}`, labels))
  fc.assert(
    fc.property(fc.array(anySighting, { maxLength: 12 }), (sightings) => {
      const ranges = planRebuild(look(sightings)).steps.map(({ step }) => step.request.range)
      const ports = ranges.flatMap(({ first, last }) => (first === last ? [first] : [first, last]))
      expect(new Set(ports).size).toBe(ports.length)
    }),
  )
})
