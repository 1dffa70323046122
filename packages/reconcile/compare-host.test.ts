import { AppError } from '@portolan/errors'
import type { HostObservation, Sighting } from '@portolan/observe'
import { formatPortRange } from '@portolan/ports'
import { DEFAULT_BANDS, type LiveClaim, type Slot } from '@portolan/registry'
import { expect, test } from 'vitest'
import { compareHost } from './compare-host.ts'
import { lookAtHost } from './host-look.ts'
import type { AdoptionRule } from './rule.ts'

const AT = new Date('2026-03-02T09:00:00Z')
const EMPTY: Slot = { state: 'empty' }

function running(state: 'deployed' | 'active', version = '1.0.0'): Slot {
  return { state, version, deployedAt: AT, deployedBy: 'ci', since: AT, changedBy: 'ci' }
}

function claim(first: number, more: Partial<Pick<LiveClaim, 'slots'>> = {}): LiveClaim {
  const facts = {
    id: first,
    host: 'seoul-1',
    transport: 'tcp',
    range: { first, last: first + 1 },
    shape: 'pair',
  } as const
  const owner = { project: 'worb', environment: 'production', kind: 'app', purpose: 'main', labels: {} } as const
  const origin = {
    token: 12,
    createdAt: AT,
    createdBy: 'ci',
    slots: { blue: EMPTY, green: EMPTY },
    state: 'held',
  } as const
  return { ...facts, ...owner, ...origin, ...more }
}

interface Opened {
  readonly port: number
  readonly name?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly family?: 'ipv4' | 'ipv6'
  readonly pid?: number
}

function open({ port, name, labels = {}, family = 'ipv4', pid }: Opened): Sighting {
  const address = family === 'ipv4' ? '0.0.0.0' : '::'
  const sighting = { transport: 'tcp', family, address, port } as const
  if (pid !== undefined) return { ...sighting, holder: { pid, command: 'node', user: 'app', startedAt: AT } }
  return name === undefined ? sighting : { ...sighting, container: { id: `${name}`.padEnd(64, '0'), name, labels } }
}

function labels(more: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const named = Object.entries(more).map(([name, value]) => [`portolan.${name}`, value])
  return { 'portolan.project': 'worb', 'portolan.environment': 'production', ...Object.fromEntries(named) }
}

function seen(sightings: readonly Sighting[]): HostObservation {
  return { state: 'seen', sightings, containers: [], seenAt: AT }
}

function compare(claims: readonly LiveClaim[], observation: HostObservation, rules: readonly AdoptionRule[] = []) {
  const look = lookAtHost({ host: 'seoul-1', claims, observation, bands: DEFAULT_BANDS, rules })
  return compareHost(look).map(({ code, severity, ports }) => {
    return `${ports === undefined ? '-' : formatPortRange(ports)} ${code} ${severity}`
  })
}

test('a claim whose ports are closed is said, and matters more when something should run there', () => {
  expect(compare([claim(4100)], seen([]))).toEqual(['4100-4101 RECONCILE_CLAIM_CLOSED note'])
  const slots = { blue: running('active'), green: EMPTY }
  expect(compare([claim(4100, { slots })], seen([]))).toEqual(['4100-4101 RECONCILE_CLAIM_CLOSED warning'])
})

test('the active half of a pair is gone while the other one is there', () => {
  const slots = { blue: running('active'), green: running('deployed') }
  expect(compare([claim(4100, { slots })], seen([open({ port: 4101 })]))).toEqual(['4100 RECONCILE_HALF_GONE error'])
})

test('what is open and claimed by nobody is said; what the kernel hands out in passing is not', () => {
  const sightings = [open({ port: 4100 }), open({ port: 22 }), open({ port: 41_000 })]
  expect(compare([], seen(sightings))).toEqual([
    '22 RECONCILE_PORT_UNCLAIMED note',
    '4100 RECONCILE_PORT_UNCLAIMED warning',
  ])
})

test("a port that another project's container holds is said, by label or by rule", () => {
  const slots = { blue: running('active'), green: EMPTY }
  const own = open({ port: 4100, name: 'worb-docker-blue' })
  const other = open({ port: 4101, name: 'w-homepage-docker' })
  const rules = [
    { container: 'worb-*', project: 'worb', environment: 'production' },
    { container: '*-docker', project: '$1', environment: 'production' },
  ]
  expect(compare([claim(4100, { slots })], seen([own, other]), rules)).toEqual(['4101 RECONCILE_HELD_BY_ANOTHER error'])
})

test.for([
  [{ claim: '4100', token: '12', slot: 'blue', version: '1.0.0' }, []],
  [{ claim: '9', slot: 'blue' }, ['its claim is 9, not 4100']],
  [{ token: '13' }, ["its token is 13, above the claim's 12"]],
  [{ slot: 'green' }, ['it says green, and 4100 is blue']],
  [{ version: '2.0.0' }, ['its version is "2.0.0", and the slot\'s is "1.0.0"']],
  [
    { claim: 'x', token: '-1', slot: 'red' },
    [
      'portolan.slot is "red", and no half (blue, green)',
      'portolan.claim is "x", and no number that a registry gives',
      'portolan.token is "-1", and no number that a registry gives',
    ],
  ],
] as const)('labels %o against the claim: %o', ([said, faults]) => {
  const slots = { blue: running('active'), green: EMPTY }
  const observation = seen([open({ port: 4100, name: 'worb', labels: labels(said) })])
  const look = lookAtHost({ host: 'seoul-1', claims: [claim(4100, { slots })], observation, bands: DEFAULT_BANDS })
  expect(compareHost(look).flatMap(({ evidence }) => evidence.slice(1))).toEqual(faults)
})

test('a port that is one process over IPv4 and another over IPv6 is said, unless an owner is unknown', () => {
  const four = open({ port: 4100, pid: 7 })
  const slots = { blue: running('active'), green: EMPTY }
  const claims = [claim(4100, { slots })]
  const both = (six: Sighting) => compare(claims, seen([four, six]))
  expect(both(open({ port: 4100, family: 'ipv6', pid: 8 }))).toEqual(['4100 RECONCILE_FAMILIES_DISAGREE warning'])
  expect(both(open({ port: 4100, family: 'ipv6', pid: 7 }))).toEqual([])
  expect(both(open({ port: 4100, family: 'ipv6' }))).toEqual([])
})

test('a container that is published under another number over IPv6 is said', () => {
  const ports = [
    { transport: 'tcp', address: '0.0.0.0', hostPort: 4100, containerPort: 3000 },
    { transport: 'tcp', address: '::', hostPort: 4102, containerPort: 3000 },
  ] as const
  const rest = {
    engine: 'docker',
    image: 'worb',
    labels: {},
    createdAt: AT,
    state: 'running',
    isRunning: true,
  } as const
  const containers = [{ id: 'a'.repeat(64), name: 'worb', ports, ...rest }]
  expect(compare([], { ...seen([]), state: 'seen', containers, sightings: [], seenAt: AT })).toEqual([
    '4100 RECONCILE_FAMILIES_DISAGREE warning',
  ])
})

test('of a host that could not be looked at whole nothing counts as closed', () => {
  const cause = new AppError('OBSERVE_SILENT', 'No answer.')
  const sightings = [open({ port: 4100 })]
  const observation = { state: 'unknown', cause, silent: [{ observer: 'kernel', cause }], sightings } as const
  expect(compare([claim(4104)], observation)).toEqual([
    '- RECONCILE_HOST_UNKNOWN error',
    '4100 RECONCILE_PORT_UNCLAIMED warning',
  ])
})
