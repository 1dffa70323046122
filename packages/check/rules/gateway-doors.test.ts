import { expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'

const SERVICES = 'services: { hub: { run: { command: hub }, ports: { http: 7001 } } }\n'
const FILES = 'certificates: [{ certificate: a.pem, key: a.key }]'
const KEY = 'environment: { SERVICE_KEY: "{secret:service-key}" }'
const redirecting = (ports: string, also = '') =>
  `gateway: { ports: { ${ports} }, tls: { ${FILES}, redirect: true }${also} }\n${SERVICES}`
const showing = (workspace: string, key = KEY) =>
  `gateway: { ports: { http: 80 }, ${key === '' ? '' : `${key}, `}patternHost: { domain: hub.localhost, auth: hub, workspaces: { alpha: ${workspace} } } }\n${SERVICES}`
const HOST = `, ${KEY}, patternHost: { domain: hub.localhost, auth: hub, workspaces: {} }`

test.for([
  ['REDIRECT_NOWHERE', 'no port speaks https', 1, redirecting('http: 80', ', domains: [a.example]')],
  ['REDIRECT_NOWHERE', 'one does', 0, redirecting('door: { port: 443, speaks: https }', ', domains: [a.example]')],
  ['REDIRECT_NOWHERE', 'nothing is redirected', 0, redirecting('http: 80').replace(', redirect: true', '')],
  ['REDIRECT_NAMELESS', 'no name', 1, redirecting('http: 80, https: 443')],
  ['REDIRECT_NAMELESS', 'a domain', 0, redirecting('http: 80, https: 443', ', domains: [a.example]')],
  ['REDIRECT_NAMELESS', 'a pattern host has names', 0, redirecting('http: 80, https: 443', HOST)],
  ['SERVICE_KEY_MISSING', 'no key', 1, showing('{ local: true }', '')],
  ['SERVICE_KEY_MISSING', 'a key', 0, showing('{ local: true }')],
  ['WORKSPACE_UNREACHABLE', 'neither address nor local', 1, showing('{ owner: me }')],
  ['WORKSPACE_UNREACHABLE', 'local: false is not local', 1, showing('{ local: false }')],
  ['WORKSPACE_UNREACHABLE', 'an address', 0, showing('{ address: alpha.internal }')],
  ['WORKSPACE_UNREACHABLE', 'a stopped one needs no place', 0, showing('{ state: stopped }')],
] as const)('%s: %s', ([code, , count, yaml]) => {
  expect(findingsOf(code, yaml)).toHaveLength(count)
})

test('a workspace without a place is told by its name and its line', () => {
  const [finding] = findingsOf('WORKSPACE_UNREACHABLE', showing('{ owner: me }'))
  expect(finding).toMatchObject({ line: 2, message: expect.stringContaining('"alpha"') })
})
