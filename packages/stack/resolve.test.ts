import fc from 'fast-check'
import { expect, test } from 'vitest'
import { environmentNames, parseStack } from './stack.ts'
import { FILE, faultsIn, placesIn, resolveText, serviceNamed } from './testing.ts'

const TEXT = `
stack: team
default: staging
gateway: { ports: { http: 3000 } }
hosts: { seoul-1: { address: 192.0.2.10, open: [443/tcp, 50000-50100/udp], forwards: [{ from: 443/tcp, to: 30443 }] } }
services:
  board:
    host: seoul-1
    run: { module: board/service.ts }
    ports: { http: 8000, media: { range: 50000-50010, transport: udp, publish: 60000-60010 } }
    needs: { postgres: { database: board_db } }
    health: /health
  postgres:
    run: { external: "192.0.2.20:5432" }
    ports: { sql: { port: 5432, speaks: postgres } }
environments: { development: , staging: { } }
`

test('what is left out gets its default', () => {
  const stack = resolveText(TEXT)
  expect(stack).toMatchObject({ name: 'team', environment: 'staging', shift: 0, file: FILE })
  expect(stack.hosts.map(({ name }) => name)).toEqual(['local', 'seoul-1'])
  expect(stack.gateway).toMatchObject({ name: 'gateway', run: { kind: 'embedded', part: 'gateway' }, host: 'local' })
  const board = serviceNamed(stack, 'board')
  expect(board.ports[0]).toMatchObject({ transports: ['tcp'], reach: 'internal', speaks: ['http'], nodePorts: {} })
  expect(board.needs[0]).toMatchObject({ service: 'postgres', role: 'board_user', keeps: [] })
  expect(board.health).toMatchObject({ path: '/health', intervalMs: 5_000, timeoutMs: 2_000 })
  expect(board.isOptional).toBe(false)
})

test('the default environment is the named one, else the first, else development', () => {
  expect(resolveText(TEXT).environment).toBe('staging')
  expect(resolveText(TEXT.replace('default: staging\n', '')).environment).toBe('development')
  const alone = parseStack('stack: a\n', FILE)
  expect([alone.defaultEnvironment, environmentNames(alone)]).toEqual(['development', ['development']])
})

test('an environment that there is not is a fault that lists those that there are', () => {
  expect(faultsIn(TEXT, { environment: 'stagin' })).toEqual([
    expect.objectContaining({ code: 'STACK_ENVIRONMENT_UNKNOWN', nearest: 'staging' }),
  ])
  expect(placesIn(TEXT, { environment: 'constructor' })).toEqual(['2:1 STACK_ENVIRONMENT_UNKNOWN'])
})

test('a shift moves what this machine holds, and leaves what others run', () => {
  const moved = resolveText(TEXT, { shift: 100 })
  expect(moved.gateway?.ports[0]?.range.first).toBe(3100)
  expect(serviceNamed(moved, 'board').ports.map(({ range, published }) => [range.first, published.first])).toEqual([
    [8100, 8100],
    [50100, 60100],
  ])
  expect(serviceNamed(moved, 'postgres').ports[0]?.range.first).toBe(5432)
})

test('a shift there and back changes no port', () => {
  const ports = (shift: number) => resolveText(TEXT, { shift }).services.map((service) => service.ports)
  fc.assert(
    fc.property(fc.integer({ min: -2_000, max: 5_000 }), (shift) => {
      const moved = resolveText(TEXT, { shift })
      const back = moved.services.map((service) =>
        service.ports.map(({ range }) => range.first - (service.run.kind === 'external' ? 0 : shift)),
      )
      expect(back).toEqual(ports(0).map((list) => list.map(({ range }) => range.first)))
    }),
    { numRuns: 50 },
  )
})

test.for([70_000, -70_000, 5_600])('a shift of %i that leaves the range is a fault at each port', (shift) => {
  const places = placesIn(TEXT, { shift })
  expect(places.length).toBeGreaterThan(0)
  expect(places.every((place) => place.endsWith('STACK_SHIFT_OUT_OF_RANGE'))).toBe(true)
  expect(new Set(places).size).toBe(places.length)
})

test('the model is frozen to the leaves', () => {
  const seen = new Set<unknown>()
  const findThawed = (value: unknown, path: string): readonly string[] => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return []
    seen.add(value)
    const inside = Object.entries(value).flatMap(([key, part]) => findThawed(part, `${path}.${key}`))
    return Object.isFrozen(value) ? inside : [path, ...inside]
  }
  expect(findThawed(resolveText(TEXT), 'stack')).toEqual([])
})

test('resolving is the same every time', () => {
  expect(JSON.stringify(resolveText(TEXT))).toBe(JSON.stringify(resolveText(TEXT)))
})

test('environment variables reach the program as the file spells them', () => {
  const text =
    'stack: a\nservices: { b: { run: { command: x }, environment: { A: 1.10, B: 007, C: 12345678901234567890123, D: True, E: 0x10, F: "q", G: 2026-01-31 } } }\nenvironments: { development: { services: { b: { environment: { A: 2.0 } } } } }\n'
  expect(serviceNamed(resolveText(text), 'b').environment).toEqual({
    A: '2.0',
    B: '007',
    C: '12345678901234567890123',
    D: 'True',
    E: '0x10',
    F: 'q',
    G: '2026-01-31',
  })
})

test('a forward of many ports that would end above 65535 is a fault', () => {
  const text = 'stack: a\nhosts: { h: { forwards: [{ from: 1000-2000/udp, to: 65000 }] } }\n'
  expect(placesIn(text)).toEqual(['2:26 STACK_VALUE_INVALID'])
})

test('a service in slots is named by project and environment, and has no ports of its own', () => {
  const text = 'stack: a\nservices:\n  b: { run: { slots: worb/production, host: seoul-1 }, routes: [/] }\n'
  expect(serviceNamed(resolveText(text), 'b').run).toEqual({
    kind: 'slots',
    project: 'worb',
    environment: 'production',
    claimKind: undefined,
    purpose: undefined,
    host: 'seoul-1',
    address: undefined,
  })
  expect(placesIn(text.replace('routes: [/]', 'ports: { http: 80 }'))).toEqual(['3:56 STACK_VALUE_INVALID'])
})
