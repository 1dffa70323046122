import type { Sighting } from '@portolan/observe'
import { parseStack, resolveStack } from '@portolan/stack'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDraft } from './draft-stack.ts'
import { servicesFrom } from './listening-services.ts'

const seen = (port: number, holder: { pid: number; command: string } | undefined, address = '127.0.0.1'): Sighting => ({
  transport: 'tcp',
  family: address.includes(':') ? 'ipv6' : 'ipv4',
  address,
  port,
  ...(holder === undefined ? {} : { holder: { ...holder, user: 'me', startedAt: new Date(0) } }),
})

test('each process is one service, with all of its ports, named after its command', () => {
  const node = { pid: 7, command: 'node' }
  const services = servicesFrom([
    seen(9001, node),
    seen(3000, node),
    seen(3000, node, '::1'),
    seen(4000, { pid: 8, command: 'node' }, '0.0.0.0'),
    seen(5432, { pid: 9, command: 'postgres' }, '::1'),
    seen(22, undefined),
  ])
  expect(services.map(({ draft, isSystem }) => [draft.name, draft.ports, draft.run, isSystem])).toEqual([
    ['ssh', [{ name: 'ssh', port: 22 }], { kind: 'external', address: '127.0.0.1:22' }, true],
    [
      'node',
      [
        { name: 'main', port: 3000 },
        { name: 'port-9001', port: 9001 },
      ],
      { kind: 'external', address: '127.0.0.1:3000' },
      false,
    ],
    ['node-2', [{ name: 'main', port: 4000 }], { kind: 'external', address: '127.0.0.1:4000' }, false],
    ['postgres', [{ name: 'postgres', port: 5432 }], { kind: 'external', address: '[::1]:5432' }, false],
  ])
})

test('UDP is left out', () => {
  expect(servicesFrom([{ ...seen(5353, undefined), transport: 'udp' }])).toEqual([])
})

test('whatever processes call themselves, the file reads', () => {
  const sighting = fc
    .tuple(
      fc.integer({ min: 1, max: 65_535 }),
      fc.option(fc.record({ pid: fc.nat(), command: fc.string({ unit: 'binary' }) })),
    )
    .map(([port, holder]) => seen(port, holder ?? undefined))
  fc.assert(
    fc.property(fc.array(sighting, { minLength: 1, maxLength: 12 }), (sightings) => {
      const services = servicesFrom(sightings).map(({ draft }) => draft)
      const text = formatDraft({ name: 'a', schema: 's', gatewayPort: undefined, services })
      const resolved = resolveStack(parseStack(text, 'portolan.yaml'), { values: {} })
      expect(resolved.services.map(({ name }) => name)).toEqual(services.map(({ name }) => name))
    }),
  )
})
