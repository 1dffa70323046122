import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS, parseSettings } from './settings.ts'

const WHOLE = `
hosts:
  local: { kernel: true, engines: [/run/docker.sock], ephemeralRange: none }
  seoul-1:
    addresses: [192.0.2.1]
    ephemeralRange: 40000-50000
    ssh: { host: seoul-1.example.com, port: 2222, user: portolan, keyFile: /etc/portolan/key, knownHosts: [/etc/portolan/known_hosts] }
    engines: [{ socket: /run/podman/podman.sock }, { command: podman }]
bands:
  production: { app: 4000-4499, metrics: 9100 }
blocked:
  - 4400-4410
  - 4420
  - { ports: 4430-4431, host: seoul-1, transport: tcp, because: the old balancer }
quarantineMs: 1000
limits: { keyPerMinute: 5 }
mcp: { hosts: [registry.example.com] }
`

test('everything that may be said is read', () => {
  expect(parseSettings(WHOLE, 'registry.yaml')).toEqual({
    ...DEFAULT_SETTINGS,
    hosts: [
      {
        draft: { name: 'local', addresses: [], ephemeralRange: 'none' },
        kernel: true,
        ssh: undefined,
        engines: [{ socket: '/run/docker.sock' }],
      },
      {
        draft: { name: 'seoul-1', addresses: ['192.0.2.1'], ephemeralRange: { first: 40_000, last: 50_000 } },
        kernel: false,
        ssh: expect.objectContaining({ user: 'portolan', port: 2222 }),
        engines: [{ socket: '/run/podman/podman.sock' }, { command: 'podman' }],
      },
    ],
    bands: [
      { environment: 'production', kind: 'app', range: { first: 4000, last: 4499 } },
      { environment: 'production', kind: 'metrics', range: { first: 9100, last: 9100 } },
    ],
    blocked: [
      { range: { first: 4400, last: 4410 } },
      { range: { first: 4420, last: 4420 } },
      { range: { first: 4430, last: 4431 }, host: 'seoul-1', transport: 'tcp', because: 'the old balancer' },
    ],
    quarantineMs: 1_000,
    limits: { ...DEFAULT_SETTINGS.limits, keyPerMinute: 5 },
    mcp: { hosts: ['registry.example.com'], origins: [] },
  })
})

test('an empty file is the default', () => {
  expect(parseSettings('', 'registry.yaml')).toEqual(DEFAULT_SETTINGS)
})

test.for([
  ['hots: {}', 1, 1, 'hots', /left out/],
  ['hosts:\n  a:\n    kernal: true', 3, 5, 'hosts.a.kernal', /left out/],
  ['hosts:\n  a: { ssh: { host: x } }', 2, 8, 'hosts.a.ssh.user', /given/],
  ['hosts:\n  a: { ssh: { host: x, user: y } }', 2, 3, 'hosts.a', /keyFile/],
  ['hosts:\n  a: { kernel: true, ssh: { host: x, user: y, agent: z } }', 2, 3, 'hosts.a', /not by both/],
  ['hosts:\n  a: { engines: [{ command: docker }] }', 2, 3, 'hosts.a', /by "ssh"/],
  ['hosts:\n  Ａ: {}', 2, 3, 'hosts.Ａ', /left out/],
  ['bands:\n  production:\n    app: 4499-4000', 3, 5, 'bands.production.app', /lower port first/],
  ['bands:\n  production:\n    app: 99999', 3, 5, 'bands.production.app', /lower port first/],
  ['blocked: [70000]', 1, 11, 'blocked.0', /lower port first/],
  ['quarantineMs: soon', 1, 1, 'quarantineMs', /integer/],
  ['hosts: {', 1, 9, '', /YAML/],
  ['a: &a [*a]', 1, 1, 'a', /left out/],
  [billionLaughs(), 1, 1, '', /aliases/],
] as const)('%j is refused where it stands', ([text, line, column, field, expected]) => {
  const fault = { line, column, field, expected: expect.stringMatching(expected) }
  expect(() => parseSettings(text, 'registry.yaml')).toThrow(
    expect.objectContaining({
      code: 'REGISTRY_SERVER_SETTINGS_INVALID',
      details: { path: 'registry.yaml', faults: expect.arrayContaining([fault]) },
    }),
  )
})

function billionLaughs(): string {
  const line = (index: number): string => {
    const part = index === 0 ? 'ha' : `*b${index - 1}`
    return `b${index}: &b${index} [${Array.from({ length: 12 }, () => part).join(', ')}]`
  }
  return Array.from({ length: 12 }, (_, index) => line(index)).join('\n')
}

test('all faults come at once', () => {
  const text = 'blocked: [70000, 0]\nbands: { a: { b: x } }\nhosts: { c: { engines: [{ command: docker }] } }'
  const names = ['hosts.c', 'bands.a.b', 'blocked.0', 'blocked.1']
  const faults = names.map((field) => expect.objectContaining({ field }))
  expect(() => parseSettings(text, 'registry.yaml')).toThrow(
    expect.objectContaining({ details: { path: 'registry.yaml', faults } }),
  )
})
