import { expect, test } from 'vitest'
import { parseGatewayConfiguration } from '../configuration.ts'
import { askedRequest } from './asked-request.ts'
import { explain } from './explain.ts'
import { explanationLines, whyLines } from './explanation.ts'

const CONFIGURATION = parseGatewayConfiguration({
  stack: 'hub',
  domains: ['app.hub.localhost'],
  listeners: [{ name: 'http', address: '127.0.0.1', port: 3000 }],
  routes: [{ path: '/', service: 'web', target: { host: '127.0.0.1', port: 1 }, websocket: false }],
  patternHost: {
    domain: 'hub.localhost',
    platformOrigin: 'http://app.hub.localhost:3000',
    authUrl: 'http://127.0.0.1:2',
    directory: {
      kind: 'table',
      workspaces: {
        alpha: { local: true, owner: 'ann', ports: { 5173: { sharing: 'public' }, 3000: { sharing: 'public' } } },
        adrift: { sharing: 'public' },
        inside: { address: '127.0.0.1', sharing: 'public' },
        asleep: { local: true, state: 'stopped' },
        away: { address: '192.0.2.9', sharing: 'public' },
      },
    },
  },
})

const explained = (host: string) => explain(CONFIGURATION, askedRequest({ url: `http://${host}.hub.localhost:3000/` }))

test.each([
  ['5173-beta', 'GATEWAY_WORKSPACE_UNKNOWN', 404, 'its table has alpha, adrift'],
  ['8000-alpha', 'GATEWAY_SIGN_IN_REQUIRED', 401, 'signed-in only: 401, or 303 for a browser'],
  ['5173-adrift', 'GATEWAY_WORKSPACE_ADDRESS_REFUSED', 502, 'without an address'],
  ['5173-inside', 'GATEWAY_WORKSPACE_ADDRESS_REFUSED', 502, 'at "127.0.0.1", where no workspace may be'],
  ['5173-asleep', 'GATEWAY_WORKSPACE_STOPPED', 503, 'is stopped'],
  ['3000-alpha', 'GATEWAY_WORKSPACE_PORT_DENIED', 403, 'the gateway itself listens there'],
])('a table is known without asking anybody: %s is refused with %s', (host, code, ...[status, words]) => {
  const explanation = explained(host)
  expect(explanation.outcome).toMatchObject({ kind: 'refused', code, status })
  expect(explanationLines(explanation).join('\n')).toContain(words)
})

test('a public port goes to where its workspace is', () => {
  expect(explained('5173-alpha').outcome).toMatchObject({ kind: 'forwarded', target: 'localhost:5173' })
  expect(explained('5173-away').outcome).toMatchObject({ kind: 'forwarded', target: '192.0.2.9:5173' })
})

test('the host of the platform is none of a workspace, although it lies below the same domain', () => {
  expect(explained('app').outcome).toMatchObject({ kind: 'forwarded', service: 'web' })
})

test('whoever sent the request does not learn from the grounds which workspaces there are', () => {
  expect(whyLines(explained('5173-beta'))).toEqual(
    whyLines(explained('5173-alpha')).map((line) => line.replace(/alpha/g, 'beta')),
  )
})
