import fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { formatFault } from './fault.ts'
import { type Located, type LocatedEntry, plainValue } from './located.ts'
import { FULL_STACK } from './stack-schema.ts'
import { faultsIn, placesIn, resolveText } from './testing.ts'
import { validate } from './validate.ts'

const service = (entries: string): string => `stack: a\nservices:\n  b: { run: { command: x }, ${entries} }\n`

test.for([
  ['an unknown key at the top', 'stack: a\nservces: {}\n', '2:1 STACK_KEY_UNKNOWN', 'services'],
  ['an unknown key of a service', service('prts: 1'), '3:29 STACK_KEY_UNKNOWN', 'ports'],
  ['an unknown transport', service('ports: { http: { port: 80, transport: tpc } }'), '3:67 STACK_VALUE_INVALID', 'tcp'],
  ['an unknown reach', service('ports: { http: { port: 80, reach: Public } }'), '3:63 STACK_VALUE_INVALID', 'public'],
  [
    'an unknown embedded part',
    'stack: a\nservices: { b: { run: { embedded: postgre } } }\n',
    '2:35 STACK_VALUE_INVALID',
    'postgres',
  ],
  [
    'a run kind that there is not',
    'stack: a\nservices: { b: { run: { comand: x } } }\n',
    '2:23 STACK_KEY_MISSING',
    'command',
  ],
  [
    'two run kinds at once',
    'stack: a\nservices: { b: { run: { command: x, module: y } } }\n',
    '2:23 STACK_KEY_MISSING',
    undefined,
  ],
  ['a service without run', 'stack: a\nservices: { b: {} }\n', '2:16 STACK_KEY_MISSING', undefined],
  ['a stack without a name', 'services: {}\n', '1:1 STACK_KEY_MISSING', undefined],
  ['a port that is too high', service('ports: { http: 65536 }'), '3:44 STACK_VALUE_INVALID', undefined],
  ['port 0', service('ports: { http: 0 }'), '3:44 STACK_VALUE_INVALID', undefined],
  ['half a port', service('ports: { http: 80.5 }'), '3:44 STACK_VALUE_INVALID', undefined],
  ['a port in quotes', service('ports: { http: "80" }'), '3:44 STACK_VALUE_INVALID', undefined],
  ['a range that runs backwards', service('ports: { media: 5-4 }'), '3:45 STACK_VALUE_INVALID', undefined],
  [
    'a range that ends too high',
    service('ports: { media: { range: 60000-70000 } }'),
    '3:54 STACK_VALUE_INVALID',
    undefined,
  ],
  ['neither port nor range', service('ports: { http: { reach: public } }'), '3:38 STACK_KEY_MISSING', undefined],
  ['port and range', service('ports: { http: { port: 80, range: 80-90 } }'), '3:38 STACK_VALUE_INVALID', undefined],
  ['a route without its slash', service('routes: [api]'), '3:38 STACK_VALUE_INVALID', undefined],
  [
    'a name with capitals',
    'stack: a\nservices: { Board: { run: { command: x } } }\n',
    '2:13 STACK_VALUE_INVALID',
    'board',
  ],
  ['a variable that begins with a digit', service('environment: { 1A: x }'), '3:44 STACK_VALUE_INVALID', undefined],
  ['an empty list', service('ports: { http: { port: 80, speaks: [] } }'), '3:64 STACK_VALUE_INVALID', undefined],
  ['a number that is none', service('environment: { A: .nan }'), '3:47 STACK_VALUE_INVALID', undefined],
  [
    'null where nothing is taken away',
    'stack: a\ngateway: { ports: { https: null } }\n',
    '2:28 STACK_VALUE_INVALID',
    undefined,
  ],
  ['a host that nobody declared', service('host: seol-1'), '3:29 STACK_REFERENCE_UNKNOWN', undefined],
  [
    'a service that is called gateway',
    'stack: a\nservices: { gateway: { run: { command: x } } }\n',
    '2:13 STACK_VALUE_INVALID',
    undefined,
  ],
  [
    'a default that is no environment',
    'stack: a\ndefault: stagin\nenvironments: { staging: {} }\n',
    '2:10 STACK_ENVIRONMENT_UNKNOWN',
    'staging',
  ],
] as const)('%s is a fault at its place', ([, text, place, nearest]) => {
  const faults = faultsIn(text)
  expect(faults.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual([place])
  expect(faults[0]?.nearest).toBe(nearest)
})

test.for([
  ['Hello World', 'hello-world'],
  ['weAlist', 'wealist'],
  ['2nd café', 'nd-cafe'],
  ['x'.repeat(50), 'x'.repeat(40)],
  ['한글', undefined],
] as const)('the stack %s is offered a name that is one', ([name, nearest]) => {
  const [fault] = faultsIn(`stack: ${name}\n`)
  expect(fault?.nearest).toBe(nearest)
  expect(fault?.expected).toBe('a name of small letters, digits and hyphens, beginning with a letter, 40 at most')
})

test.for([
  ['node x.mjs --port 80', '{ command: node, args: [x.mjs, "--port", "80"] }'],
  ['./start.sh', '{ command: ./start.sh }'],
  ['board/service.ts', '{ module: board/service.ts }'],
  ['postgres', '{ embedded: postgres }'],
  ['db.example.com:5432', '{ external: "db.example.com:5432" }'],
  ['https://example.com', '{ external: "https://example.com" }'],
] as const)('"run: %s" is answered with %s', ([run, cure]) => {
  const [fault, ...others] = faultsIn(`stack: a\nservices:\n  b:\n    run: ${run}\n`)
  expect(others).toEqual([])
  expect(fault).toMatchObject({ line: 4, column: 10, expected: `a map that says how it runs, as in ${cure}` })
  expect(faultsIn(`stack: a\nservices:\n  b:\n    run: ${cure}\n`)).toEqual([])
})

test('all faults of a file come at once, in the order of its lines', () => {
  const text = [
    'stack: Team Board',
    'services:',
    '  board:',
    '    run: { comand: node }',
    '    ports: { http: 80000, media: 9-3 }',
    '    rotues: [/api]',
    'environments:',
    '  production:',
    '    services: { bord: {} }',
    '',
  ].join('\n')
  expect(placesIn(text)).toEqual([
    '1:8 STACK_VALUE_INVALID',
    '4:10 STACK_KEY_MISSING',
    '5:20 STACK_VALUE_INVALID',
    '5:34 STACK_VALUE_INVALID',
    '6:5 STACK_KEY_UNKNOWN',
    '9:17 STACK_OVERLAY_UNKNOWN',
  ])
})

test('a fault says the place, what is wrong, the nearest spelling and what was expected', () => {
  const [fault] = faultsIn(
    'stack: a\nservices:\n  b: { run: { command: x }, ports: { http: { port: 80, reach: publc } } }\n',
  )
  expect(fault && formatFault(fault)).toBe(
    'portolan.yaml:3:63  STACK_VALUE_INVALID  "services.b.ports.http.reach" cannot be "publc". ' +
      'Did you mean "public"? Expected one of "loopback", "internal", "public".',
  )
})

test('a message stays short and on one line, whatever the value', () => {
  const [fault] = faultsIn(`stack: "${'é'.repeat(5_000)}\\n"\n`)
  expect(fault?.message.length).toBeLessThan(120)
  expect(fault?.message).not.toContain('\n')
})

test('names that every object has are names like any other', () => {
  const stack = resolveText(
    'stack: a\nservices:\n  constructor: { run: { command: x, args: ["{port:valueof}"] }, ports: { valueof: 80 }, ' +
      'environment: { __proto__: "x", constructor: y }, settings: { constructor: { __proto__: { polluted: 1 } } } }\n',
  )
  expect(stack.services[0]?.environment).toHaveProperty('constructor', 'y')
  expect(Object.hasOwn({}, 'polluted') || 'polluted' in {}).toBe(false)
  expect(placesIn('stack: a\n__proto__: { x: 1 }\nconstructor: 1\ntoString: 2\n')).toEqual([
    '2:1 STACK_KEY_UNKNOWN',
    '3:1 STACK_KEY_UNKNOWN',
    '4:1 STACK_KEY_UNKNOWN',
  ])
  expect(placesIn('stack: a\nservices:\n  __proto__: { run: { command: x } }\n')).toEqual(['3:3 STACK_VALUE_INVALID'])
})

const at = { file: 'f', line: 1, column: 1 }
const KEYS = [
  'stack',
  'services',
  'gateway',
  'hosts',
  'run',
  'command',
  'module',
  'external',
  'ports',
  'http',
  'port',
  'range',
  'speaks',
  'routes',
  'path',
  'needs',
  'health',
  'metrics',
  'environment',
  'settings',
  'open',
  'capacity',
  'portsEach',
  '__proto__',
]
const SCALARS = ['a', '', '/api', '50000-50020', '443/tcp', 'http', 'tcp', 80, 0, 70_000, 1.5, true, null] as const

const located: fc.Arbitrary<Located> = fc.letrec<{ node: Located }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    fc.constantFrom(...SCALARS).map((value): Located => ({ kind: 'scalar', at, value })),
    fc.array(tie('node'), { maxLength: 3 }).map((items): Located => ({ kind: 'list', at, items })),
    fc.dictionary(fc.constantFrom(...KEYS), tie('node'), { maxKeys: 5 }).map(
      (entries): Located => ({
        kind: 'map',
        at,
        entries: new Map(
          Object.entries(entries).map(([key, value]): [string, LocatedEntry] => [key, { keyAt: at, value }]),
        ),
      }),
    ),
  ),
})).node

test('it refuses everything that a JSON Schema validator refuses', () => {
  fc.assert(
    fc.property(located, (node) => {
      const isRefused = !Value.Check(FULL_STACK, plainValue(node))
      expect(validate(node, FULL_STACK).length > 0).toBe(isRefused)
    }),
    { numRuns: 2_000 },
  )
})
