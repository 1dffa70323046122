import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { stackFileSchema } from './json-schema.ts'
import { faultsIn } from './testing.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const isValid = new Ajv({ allErrors: true, strictTypes: true }).compile(JSON.parse(stackFileSchema()))

test('portolan.schema.json is current: "npm run --silent portolan -- schema > portolan.schema.json" rewrites it', () => {
  expect(readFileSync(join(ROOT, 'portolan.schema.json'), 'utf8')).toBe(stackFileSchema())
})

const STACK_FILES = globSync('{examples,wealist}/**/portolan*.yaml', { cwd: ROOT, exclude: ['**/node_modules/**'] })

test('there is a stack file to hold against the schema', () => {
  expect(STACK_FILES).toContain('examples/hello-stack/portolan.yaml')
})

test.for(STACK_FILES)('%s fits the schema, and reads without a fault', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  isValid(parse(text))
  expect(isValid.errors).toBeNull()
  expect(faultsIn(text, { values: 'unset' })).toEqual([])
})

test.for([
  [
    'all shorthands',
    'stack: a\ngateway: { ports: { http: 80 } }\nservices: { b: { run: { module: b.ts }, ports: { http: 1, m: 5-6 }, routes: [/b], health: /h, metrics: /m } }\n',
  ],
  [
    'an overlay that takes away',
    'stack: a\nservices: { b: { run: { command: x }, ports: { http: 1 } } }\nenvironments: { dev: , prod: { services: { b: { ports: { http: null } } } } }\n',
  ],
  [
    'an overlay of long forms',
    'stack: a\nservices: { b: { run: { command: x }, ports: { http: 1 }, health: /h, routes: [/b] } }\nenvironments: { prod: { services: { b: { ports: { http: { reach: public, speaks: [http] } }, health: { timeoutMs: 100 }, routes: [{ path: /c, websocket: true }], settings: { livekit: { rtc: { port: 1 } } } } } } }\n',
  ],
  [
    'settings in sections',
    'stack: a\nservices: { b: { run: { command: x }, settings: { livekit: { rtc: { udp: { port: 1 }, use: true }, keys: [a, 2] } } } }\n',
  ],
] as const)('%s are right for the schema and for us', ([, text]) => {
  expect([isValid(parse(text)), faultsIn(text)]).toEqual([true, []])
})

test.for([
  ['no name', 'services: {}\n'],
  ['an unknown key', 'stack: a\nservces: {}\n'],
  ['a port that is too high', 'stack: a\nservices: { b: { run: { command: x }, ports: { http: 65536 } } }\n'],
  [
    'an unknown transport',
    'stack: a\nservices: { b: { run: { command: x }, ports: { http: { port: 1, transport: sctp } } } }\n',
  ],
  ['two run kinds', 'stack: a\nservices: { b: { run: { command: x, module: y } } }\n'],
  ['no run', 'stack: a\nservices: { b: {} }\n'],
  ['an overlay of the wrong kind', 'stack: a\nenvironments: { dev: [] }\n'],
  ['a name with capitals', 'stack: a\nservices: { B: { run: { command: x } } }\n'],
  [
    'an empty list of protocols',
    'stack: a\nservices: { b: { run: { command: x }, ports: { http: { port: 1, speaks: [] } } } }\n',
  ],
] as const)('%s is wrong for the schema and for us', ([, text]) => {
  expect(isValid(parse(text))).toBe(false)
  expect(faultsIn(text).length).toBeGreaterThan(0)
})
