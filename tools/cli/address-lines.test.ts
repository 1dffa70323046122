import { parseStack, resolveStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { openAddresses } from './address-lines.ts'

const TLS = 'domains: [a.example], tls: { certificates: [{ certificate: a.pem, key: a.key }] }'
const HUB = 'patternHost: { domain: hub.test, auth: hub, workspaces: {} }'

test.for([
  ['in the clear', 'ports: { http: 8080 }', [['Open', 'http://localhost:8080']]],
  ['https before http', `ports: { http: 8080, https: 8443 }, ${TLS}`, [['Open', 'https://localhost:8443']]],
  ['a pattern host over https', `ports: { http: 80, https: 443 }, ${TLS}, ${HUB}`, [['Open', 'https://hub.test']]],
  [
    'the status page beside it',
    'ports: { http: 8080, admin: 9000 }',
    [
      ['Open', 'http://localhost:8080'],
      ['Status', 'http://localhost:9000/status'],
    ],
  ],
  ['a number that is not given yet', 'ports: { http: auto, admin: auto }', []],
] as const)('where a person may go: %s', ([, gateway, expected]) => {
  const text = `stack: a\ngateway: { ${gateway} }\nservices: { hub: { run: { command: hub }, ports: { http: 7001 } } }\n`
  const resolved = resolveStack(parseStack(text, 'portolan.yaml'), { values: {}, leaveOpen: true })
  expect(openAddresses(resolved)).toEqual(expected)
})
