import { parseStack, type Stack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { compareStacks } from './compare-stacks.ts'

function stack(yaml: string, file: string, name = 'test'): Stack {
  return parseStack(`stack: ${name}\n${yaml}`, file)
}
function codes(a: string, b: string): readonly string[] {
  return compareStacks(stack(a, 'a.yaml'), stack(b, 'b.yaml')).map(({ code }) => code)
}
const service = (entries: string, name = 'a') => `services: { ${name}: { run: { command: x }, ${entries} } }\n`
const routed = (routes: Readonly<Record<string, string>>) =>
  `gateway: { ports: { http: 8080 } }\nservices:\n${Object.entries(routes)
    .map(
      ([name, list], index) =>
        `  ${name}: { run: { command: x }, ports: { http: ${9000 + index} }, routes: [${list}] }\n`,
    )
    .join('')}`

test.for([
  { says: 'a service that only one file has', a: service('ports: { x: 1 }'), b: service('ports: { x: 2 }', 'b') },
  { says: 'ports that one file leaves out altogether', a: service('ports: { x: 1 }'), b: service('') },
  { says: 'a port under another name', a: service('ports: { http: 1 }'), b: service('ports: { web: 1 }') },
  {
    says: 'protocols that one file does not mention',
    a: service('ports: { http: { port: 1, speaks: [http, sse] } }'),
    b: service('ports: { http: 1 }'),
  },
  {
    says: 'a protocol that another implies',
    a: service('ports: { x: { port: 1, speaks: [http, s3] } }'),
    b: service('ports: { x: { port: 1, speaks: s3 } }'),
  },
  {
    says: 'a reach that one file does not mention',
    a: service('ports: { x: { port: 1, reach: public } }'),
    b: service('ports: { x: 1 }'),
  },
  { says: 'needs that only one file has', a: service('needs: { db: { database: a_db } }'), b: service('') },
  {
    says: 'options that only one file states',
    a: service('needs: { db: { database: a_db } }'),
    b: service('needs: { db: {} }'),
  },
  { says: 'settings of other keys', a: service('settings: { x: { k: 1 } }'), b: service('settings: { x: { l: 2 } }') },
  {
    says: 'how it is run',
    a: 'services: { a: { run: { command: x } } }\n',
    b: 'services: { a: { run: { container: x } } }\n',
  },
  {
    says: 'hosts apart',
    a: `hosts: { h: {} }\n${service('host: h, ports: { x: 1 }')}`,
    b: service('ports: { x: 1 }', 'b'),
  },
  { says: 'a path divided further', a: routed({ a: '/api', b: '/ws' }), b: routed({ a: '/api/a', b: '/ws' }) },
  { says: 'a file without routes', a: routed({ a: '/api' }), b: service('ports: { http: 9000 }') },
  { says: 'one of several targets', a: routed({ a: '/api', b: '/api' }), b: routed({ a: '/api/a', b: '/api/b' }) },
])('no contradiction: $says', ({ a, b }) => {
  expect(codes(a, b)).toEqual([])
  expect(codes(b, a)).toEqual([])
})

test.for([
  {
    says: 'a node port',
    code: 'CONTRADICTION_PORT_NUMBER',
    a: service('ports: { x: { port: 1, nodePort: 30001 } }'),
    b: service('ports: { x: { port: 1, nodePort: 30002 } }'),
  },
  {
    says: 'what is kept',
    code: 'CONTRADICTION_NEED',
    a: service('needs: { r: { keeps: [tokens] } }'),
    b: service('needs: { r: { keeps: [cache] } }'),
  },
  {
    says: 'upgrades of one path',
    code: 'CONTRADICTION_ROUTE',
    a: routed({ a: '{ path: /ws, websocket: true }' }),
    b: routed({ a: '/ws' }),
  },
  {
    says: 'a path that the root of the other takes',
    code: 'CONTRADICTION_ROUTE',
    a: routed({ a: '/api', b: '/b' }),
    b: routed({ a: '/a', b: '/, /b' }),
  },
  {
    says: 'transports without one in common',
    code: 'CONTRADICTION_PORT_TRANSPORT',
    a: service('ports: { x: { port: 1, transport: udp } }'),
    b: service('ports: { x: 1 }'),
  },
])('contradiction: $says', ({ code, a, b }) => {
  expect(codes(a, b)).toContain(code)
  expect(codes(b, a)).toContain(code)
})

test('a path is followed by the longest prefix alone', () => {
  const findings = compareStacks(
    stack(routed({ a: '/api/b/x', b: '/b' }), 'a.yaml'),
    stack(routed({ a: '/api', b: '/api/b, /b' }), 'b.yaml'),
  )
  expect(findings.map(({ message }) => message.split(';')[0])).toContain('Path "/api/b/x" leads to "a.http"')
})

test('environments are compared by name, and what holds in several is said once', () => {
  const environments = 'environments: { one: {}, two: {} }\n'
  const findings = compareStacks(
    stack(`${service('ports: { x: 1 }')}${environments}`, 'a.yaml'),
    stack(`${service('ports: { x: 2 }')}${environments}`, 'b.yaml'),
  )
  expect(findings).toMatchObject([{ code: 'CONTRADICTION_PORT_NUMBER', environments: ['development', 'one', 'two'] }])
})

test('the defaults are compared although they are called differently', () => {
  const findings = compareStacks(
    stack(`${service('ports: { x: 1 }')}default: local\nenvironments: { local: {} }\n`, 'a.yaml'),
    stack(`${service('ports: { x: 2 }')}default: dev\nenvironments: { dev: {} }\n`, 'b.yaml'),
  )
  expect(findings).toMatchObject([{ environments: ['development', 'local/dev'] }])
})

test('secrets are compared without being shown', () => {
  const findings = compareStacks(
    stack(
      service(
        'environment: { DB: "postgresql://u:hunter2@h/d", API_KEY: hunter3 }, settings: { x: { secret: hunter4 } }',
      ),
      'a.yaml',
    ),
    stack(
      service(
        'environment: { DB: "postgresql://u:hunter5@h/d", API_KEY: hunter6 }, settings: { x: { secret: hunter7 } }',
      ),
      'b.yaml',
    ),
  )
  expect(findings).toHaveLength(3)
  expect(JSON.stringify(findings)).not.toContain('hunter')
})

test('files about different stacks are refused', () => {
  expect(() => compareStacks(stack('', 'a.yaml', 'one'), stack('', 'b.yaml', 'two'))).toThrow(
    expect.objectContaining({ code: 'CHECK_STACKS_DIFFER' }),
  )
})
