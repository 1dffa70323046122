import { expect, test } from 'vitest'
import { resolveStack } from './resolve.ts'
import { portKey } from './resolving.ts'
import { parseStack } from './stack.ts'
import { FILE, faultsIn, placesIn, resolveText, serviceNamed } from './testing.ts'

const AUTO_STACK = `stack: shop
gateway: { ports: { http: auto } }
services:
  web:
    run: { command: serve, args: ["{port:http}", "{port:live.media}"] }
    ports: { http: auto, sql: { port: auto, kind: db } }
    environment: { ORIGIN: "http://localhost:{port:gateway.http}" }
  live:
    run: { command: live }
    ports: { media: { range: auto, size: 20, transport: udp }, fixed: 7880 }
    health: { port: 7880 }
`
const GIVEN = new Map([
  ['gateway.http', 5000],
  ['web.http', 5002],
  ['web.sql', 5004],
  ['live.media', 5006],
])

test('an auto port has the number that was given for it, a range as many as it asks for', () => {
  const stack = resolveText(AUTO_STACK, { ports: GIVEN })
  expect(stack.gateway?.ports[0]).toMatchObject({ isAuto: true, range: { first: 5000, last: 5000 } })
  expect(serviceNamed(stack, 'live').ports).toMatchObject([
    { name: 'media', range: { first: 5006, last: 5025 }, published: { first: 5006, last: 5025 }, portCount: 20 },
    { name: 'fixed', isAuto: false, range: { first: 7880, last: 7880 }, portCount: 1 },
  ])
  expect(serviceNamed(stack, 'web').ports.map(({ bandKind }) => bandKind)).toEqual(['app', 'db'])
})

test('a stack whose auto ports were given no number cannot be started, and each of them is named', () => {
  expect(placesIn(AUTO_STACK)).toEqual([
    '2:21 STACK_PORT_UNALLOCATED',
    '6:14 STACK_PORT_UNALLOCATED',
    '6:26 STACK_PORT_UNALLOCATED',
    '10:14 STACK_PORT_UNALLOCATED',
  ])
  expect(faultsIn(AUTO_STACK)[1]?.message).toContain('"web.http"')
})

test('what is only read may leave auto ports open, and has what is known of them', () => {
  const open = resolveStack(parseStack(AUTO_STACK, FILE), { values: {}, leaveOpen: true })
  expect(open.services[1]?.ports[0]).toMatchObject({ isAuto: true, range: undefined, portCount: 20 })
})

test('a given number takes the place of a declared one, and a health check follows it', () => {
  const stack = resolveText(AUTO_STACK, { ports: new Map([...GIVEN, [portKey('live', 'fixed'), 5100]]) })
  const live = serviceNamed(stack, 'live')
  expect(live.ports[1]?.range).toEqual({ first: 5100, last: 5100 })
  expect(live.health?.port).toBe(5100)
})

test('a given number is not moved by the shift, what is declared is', () => {
  const stack = resolveText(AUTO_STACK, { ports: GIVEN, shift: 100 })
  expect(stack.gateway?.ports[0]?.range.first).toBe(5000)
  expect(serviceNamed(stack, 'live').ports[1]?.range.first).toBe(7980)
  expect(serviceNamed(stack, 'live').health?.port).toBe(7980)
})

test('an overlay writes a number over auto, and auto over a number', () => {
  const text = (base: string, overlay: string) => `stack: shop
services: { web: { run: { command: serve }, ports: { http: ${base} } } }
environments: { development: { services: { web: { ports: { http: ${overlay} } } } } }
`
  const numberOf = (yaml: string) => serviceNamed(resolveText(yaml, { ports: new Map([['web.http', 5000]]) }), 'web')
  for (const base of ['auto', '{ port: auto, kind: db }', '{ range: auto, size: 3 }']) {
    const fixed = serviceNamed(resolveText(text(base, '8000')), 'web').ports[0]
    expect(fixed).toMatchObject({ isAuto: false, range: { first: 8000, last: 8000 } })
  }
  for (const base of ['8000', '8000-8010'])
    expect(numberOf(text(base, 'auto')).ports[0]).toMatchObject({ isAuto: true, range: { first: 5000, last: 5000 } })
  const wider = text('{ range: auto, size: 3 }', '{ size: 9 }')
  expect(numberOf(wider).ports[0]?.range).toEqual({ first: 5000, last: 5008 })
})

test.for([
  ['{ range: auto }', 'STACK_KEY_MISSING', 'how many'],
  ['{ port: auto, size: 3 }', 'STACK_VALUE_INVALID', '"size"'],
  ['{ range: 8000-8010, size: 3 }', 'STACK_VALUE_INVALID', '"size"'],
  ['{ port: auto, publish: 80 }', 'STACK_VALUE_INVALID', 'published'],
  ['{ port: auto, range: auto, size: 2 }', 'STACK_VALUE_INVALID', 'both'],
  ['{ port: 8000, kind: DB }', 'STACK_VALUE_INVALID', 'DB'],
  ['automatic', 'STACK_VALUE_INVALID', 'automatic'],
] as const)('%s is refused with %s', ([port, code, word]) => {
  const faults = faultsIn(`stack: shop\nservices: { web: { run: { command: serve }, ports: { http: ${port} } } }\n`)
  expect(faults[0]).toMatchObject({ code, line: 2 })
  expect(faults[0]?.message).toContain(word)
})

test('a slip of the pen is told what was meant', () => {
  const [fault] = faultsIn('stack: shop\nservices: { web: { run: { command: serve }, ports: { http: Auto } } }\n')
  expect(fault?.nearest).toBe('auto')
})

test('the ports of what others run are theirs: none of them is auto', () => {
  const text = 'stack: shop\nservices: { db: { run: { external: db.example.com }, ports: { sql: auto } } }\n'
  expect(placesIn(text)).toEqual(['2:68 STACK_VALUE_INVALID'])
  const fixed = resolveText(text.replace('auto', '5432'), { ports: new Map([['db.sql', 5000]]) })
  expect(serviceNamed(fixed, 'db').ports[0]?.range.first).toBe(5432)
})

test('numbers that end above 65535 are a fault', () => {
  const text = 'stack: shop\nservices: { web: { run: { command: serve }, ports: { m: { range: auto, size: 20 } } } }\n'
  const faults = faultsIn(text, { ports: new Map([['web.m', 65_530]]) })
  expect(faults).toMatchObject([{ code: 'STACK_VALUE_INVALID', line: 2 }])
})
