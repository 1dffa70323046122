import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Located, mapOf, plainValue } from './located.ts'
import { layOver } from './overlay.ts'
import { placesIn, resolveText, serviceNamed } from './testing.ts'

const BASE = `
stack: team
gateway: { ports: { http: 80, https: 443 } }
services:
  board:
    run: { command: node, args: [board.mjs], folder: board }
    ports: { http: 8000, media: 50000-50100 }
    routes: [/api/boards, /ws/boards]
    health: /health
    environment: { LEVEL: info, REGION: seoul }
`
const inProduction = (overlay: string) =>
  resolveText(`${BASE}environments:\n  development:\n  production:\n${overlay.replace(/^/gm, '    ')}\n`, {
    environment: 'production',
  })
const faultyOverlay = (overlay: string) => placesIn(`${BASE}environments: { production: ${overlay} }\n`)

test('maps are merged, scalars and lists are replaced', () => {
  const board = serviceNamed(
    inProduction('services: { board: { environment: { LEVEL: warn }, routes: [/api], ports: { http: 9000 } } }'),
    'board',
  )
  expect(board.environment).toEqual({ LEVEL: 'warn', REGION: 'seoul' })
  expect(board.routes.map(({ path }) => path)).toEqual(['/api'])
  expect(board.ports.map(({ name, range }) => [name, range.first])).toEqual([
    ['http', 9000],
    ['media', 50000],
  ])
})

test('null takes away', () => {
  const stack = inProduction(
    'gateway: { ports: { https: null } }\nservices: { board: { health: null, environment: { REGION: null } } }',
  )
  expect(stack.gateway?.ports.map(({ name }) => name)).toEqual(['http'])
  expect(serviceNamed(stack, 'board').health).toBeUndefined()
  expect(serviceNamed(stack, 'board').environment).toEqual({ LEVEL: 'info' })
})

test('a whole service can be taken away, and the whole gateway', () => {
  const stack = inProduction('gateway: null\nservices: { board: null }')
  expect([stack.gateway, stack.services]).toEqual([undefined, []])
})

test('a run is replaced whole', () => {
  const { run } = serviceNamed(inProduction('services: { board: { run: { container: "board:1" } } }'), 'board')
  expect(run).toEqual({ kind: 'container', image: 'board:1', args: [] })
})

test('an overlay adds to what the base says in short', () => {
  const board = serviceNamed(
    inProduction('services: { board: { ports: { http: { reach: public } }, health: { timeoutMs: 500 } } }'),
    'board',
  )
  expect(board.ports[0]).toMatchObject({ range: { first: 8000, last: 8000 }, reach: 'public' })
  expect(board.health).toMatchObject({ path: '/health', timeoutMs: 500 })
})

test('a number sets the base’s range aside, and a range its number', () => {
  const board = serviceNamed(
    inProduction('services: { board: { ports: { http: { range: 8000-8009 }, media: 50000 } } }'),
    'board',
  )
  expect(board.ports.map(({ range }) => range)).toEqual([
    { first: 8000, last: 8009 },
    { first: 50000, last: 50000 },
  ])
})

test('services and ports may be called like the keys that are special elsewhere', () => {
  const text = `
stack: a
services:
  run: { run: { command: x }, environment: { A: a, B: b } }
  port: { run: { command: x } }
  range: { run: { command: x }, ports: { run: { port: 80, reach: public }, port: 81, range: 82 } }
environments:
  production:
    services:
      run: { environment: { A: c } }
      port: { optional: true }
      range: { ports: { run: { port: 90 }, port: 91 } }
`
  const stack = resolveText(text, { environment: 'production' })
  expect(stack.services.map(({ name }) => name)).toEqual(['run', 'port', 'range'])
  expect(serviceNamed(stack, 'run').environment).toEqual({ A: 'c', B: 'b' })
  expect(serviceNamed(stack, 'range').ports.map(({ name, range, reach }) => [name, range.first, reach])).toEqual([
    ['run', 90, 'public'],
    ['port', 91, 'internal'],
    ['range', 82, 'internal'],
  ])
})

test.for([
  ['a service', '{ services: { bord: {} } }'],
  ['a service, by taking it away', '{ services: { bord: null } }'],
  ['a port', '{ services: { board: { ports: { htp: 80 } } } }'],
  ['a port of the gateway', '{ gateway: { ports: { htpp: 80 } } }'],
  ['a host', '{ hosts: { seoul-1: { address: 192.0.2.1 } } }'],
  ['a variable, by taking it away', '{ services: { board: { environment: { NONE: null } } } }'],
] as const)('an overlay cannot invent %s', ([, overlay]) => {
  expect(faultyOverlay(overlay)).toEqual([expect.stringContaining('STACK_OVERLAY_UNKNOWN')])
})

test('ports cannot be invented for a service that has none', () => {
  const text =
    'stack: a\nservices: { b: { run: { command: x } } }\nenvironments: { production: { services: { b: { ports: { http: 80 } } } } }\n'
  expect(placesIn(text)).toEqual(['3:57 STACK_OVERLAY_UNKNOWN'])
})

test('an overlay that says a port and a range is told so', () => {
  expect(
    placesIn(
      `${BASE}environments: { production: { services: { board: { ports: { http: { port: 1, range: 2-3 } } } } } }\n`,
      { environment: 'production' },
    ),
  ).toEqual([expect.stringContaining('STACK_VALUE_INVALID')])
})

test('every environment is looked at, not only the chosen one', () => {
  const text = `${BASE}environments: { development: {}, production: { services: { bord: {} } } }\n`
  expect(placesIn(text, { environment: 'development' })).toEqual([expect.stringContaining('STACK_OVERLAY_UNKNOWN')])
})

test('a value that an overlay replaced stands where the overlay says it', () => {
  const { positions } = inProduction('services: { board: { ports: { http: 9000 } } }')
  expect(positions.at(['services', 'board', 'ports', 'http', 'port']).line).toBe(14)
  expect(positions.at(['services', 'board', 'ports', 'media']).line).toBe(7)
})

const at = { file: 'f', line: 1, column: 1 }
const scalar: fc.Arbitrary<Located> = fc
  .oneof(fc.string(), fc.integer(), fc.boolean())
  .map((value) => ({ kind: 'scalar', at, value }))
const tree: fc.Arbitrary<Located> = fc.letrec<{ node: Located }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('node'), { maxLength: 3 }).map((items): Located => ({ kind: 'list', at, items })),
    fc.dictionary(fc.string(), tie('node'), { maxKeys: 4 }).map(
      (entries): Located =>
        mapOf(
          at,
          Object.entries(entries).map(([key, value]) => [key, { keyAt: at, value }]),
        ),
    ),
  ),
})).node
const map = tree.filter((node) => node.kind === 'map')

test('an overlay that says nothing changes nothing', () => {
  fc.assert(
    fc.property(map, (base) => {
      const { root, faults } = layOver(base, mapOf(at, []), 'production')
      expect([plainValue(root), faults]).toEqual([plainValue(base), []])
    }),
  )
})

test('laying a map over itself changes nothing, and twice is once', () => {
  fc.assert(
    fc.property(map, map, (base, overlay) => {
      expect(plainValue(layOver(base, base, 'production').root)).toEqual(plainValue(base))
      const once = layOver(base, overlay, 'production').root
      expect(plainValue(layOver(once, overlay, 'production').root)).toEqual(plainValue(once))
    }),
  )
})
