import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Container } from './container.ts'
import { mergeSightings } from './merge-sightings.ts'
import type { Sighting } from './sighting.ts'

const ID = 'ab'.repeat(32)
const OTHER_ID = 'cd'.repeat(32)
const AT = { transport: 'tcp', family: 'ipv4', address: '0.0.0.0', port: 4102 } as const
const PROXY = { pid: 12, command: 'docker-proxy', user: 'root', startedAt: new Date('2026-01-13T00:00:00Z') }
const BLUE: Container = {
  id: ID,
  engine: 'docker',
  name: 'worb-blue',
  image: 'worb:1',
  labels: { 'portolan.claim': '7' },
  createdAt: new Date('2026-01-12T00:00:00Z'),
  state: 'running',
  isRunning: true,
  ports: [],
}
const { state: _state, isRunning: _isRunning, ports: _ports, ...SIGHTED } = BLUE

test('the same socket seen by kernel and engine is one sighting, with holder, container and labels', () => {
  expect(mergeSightings([[{ ...AT, holder: PROXY }], [{ ...AT, container: SIGHTED }]])).toEqual([
    { ...AT, holder: PROXY, container: SIGHTED },
  ])
})

test('a socket that one observer knows the holder of, and another whether it leaves IPv4 alone, is one', () => {
  const at = { ...AT, family: 'ipv6', address: '::' } as const
  const merged = [{ ...at, holder: PROXY, ipv6Only: true }]
  expect(mergeSightings([[{ ...at, holder: PROXY }], [{ ...at, ipv6Only: true }]])).toEqual(merged)
  const later = { ...PROXY, startedAt: new Date(PROXY.startedAt.getTime() + 1_000) }
  expect(mergeSightings([[{ ...at, holder: PROXY, ipv6Only: true }], [{ ...at, holder: later }]])).toEqual(merged)
})

test('a container that the kernel knows by id alone gets its name and labels from the engine', () => {
  expect(mergeSightings([[{ ...AT, container: { id: ID } }]], [BLUE])).toEqual([{ ...AT, container: SIGHTED }])
})

test('workers that share a port are all of the container that publishes it', () => {
  const workers = [12, 13].map((pid) => ({ ...AT, holder: { ...PROXY, pid } }))
  const merged = mergeSightings([[{ ...AT, container: SIGHTED }], workers])
  expect(merged).toEqual(workers.map((worker) => ({ ...worker, container: SIGHTED })))
})

test.for([
  ['address', { ...AT, address: '127.0.0.1' }],
  ['family', { ...AT, family: 'ipv6', address: '::' }],
  ['transport', { ...AT, transport: 'udp' }],
  ['process', { ...AT, holder: { ...PROXY, pid: 13 } }],
  ['start', { ...AT, holder: { ...PROXY, startedAt: new Date('2026-01-14T00:00:00Z') } }],
  ['container', { ...AT, container: { id: OTHER_ID } }],
] as const)('another %s stays apart', ([, other]) => {
  const one = { ...AT, holder: PROXY, container: { id: ID } }
  expect(mergeSightings([[one], [other]])).toHaveLength(2)
})

const sighting: fc.Arbitrary<Sighting> = fc
  .record(
    {
      port: fc.integer({ min: 1, max: 3 }),
      address: fc.constantFrom('0.0.0.0', '127.0.0.1'),
      transport: fc.constantFrom('tcp' as const, 'udp' as const),
      holder: fc.constantFrom(PROXY, { ...PROXY, pid: 13 }),
      container: fc.constantFrom({ id: ID }, { id: OTHER_ID }, SIGHTED),
    },
    { requiredKeys: ['port', 'address', 'transport'] },
  )
  .map((facts) => ({ family: 'ipv4', ...facts }))

test('merging loses no port, holder or container, and merging again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.array(sighting, { maxLength: 6 }), { maxLength: 3 }), (seen) => {
      const merged = mergeSightings(seen)
      for (const each of seen.flat()) {
        const { transport, address, port, holder, container } = each
        const kept = merged.filter((one) => one.transport === transport && one.address === address && one.port === port)
        expect(kept.length).toBeGreaterThan(0)
        if (holder !== undefined) expect(kept.map((one) => one.holder?.pid)).toContain(holder.pid)
        if (container !== undefined) expect(kept.map((one) => one.container?.id)).toContain(container.id)
      }
      expect(mergeSightings([merged])).toEqual(merged)
    }),
  )
})
