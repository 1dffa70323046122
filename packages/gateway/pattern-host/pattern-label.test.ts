import { errorCode } from '@portolan/errors'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isBelow, isWorkspaceName, parsePatternHost, previewHost } from './pattern-label.ts'

const DOMAIN = 'hub.example.com'

test.for([
  ['5173-alpha.hub.example.com', { port: 5173, workspace: 'alpha', label: '5173-alpha' }],
  ['3000-a.hub.example.com:8443', { port: 3000, workspace: 'a', label: '3000-a' }],
  ['3000-A.HUB.example.COM', { port: 3000, workspace: 'a', label: '3000-a' }],
  ['65535-my-team-2.hub.example.com', { port: 65_535, workspace: 'my-team-2', label: '65535-my-team-2' }],
  [
    `1024-${'a'.repeat(58)}.hub.example.com`,
    { port: 1024, workspace: 'a'.repeat(58), label: `1024-${'a'.repeat(58)}` },
  ],
] as const)('%s names a port of a workspace', ([host, expected]) => {
  expect(parsePatternHost(host, DOMAIN)).toEqual(expected)
})

test.for([
  ['alpha.hub.example.com', 'form'],
  ['-alpha.hub.example.com', 'form'],
  ['3000.hub.example.com', 'form'],
  ['3000-a.b.hub.example.com', 'form'],
  ['x.3000-a.hub.example.com', 'form'],
  ['3000-a.hub.example.com.', 'form'],
  ['3000-a.evil.com', 'form'],
  ['3000-a.hub.example.com.evil.com', 'form'],
  ['3000-a.nothub.example.com', 'form'],
  ['xn--3000-a.hub.example.com', 'port'],
  ['80-a.hub.example.com', 'port'],
  ['1023-a.hub.example.com', 'port'],
  ['65536-a.hub.example.com', 'port'],
  ['99999-a.hub.example.com', 'port'],
  ['184467440737095516163000-a.hub.example.com', 'port'],
  ['03000-a.hub.example.com', 'port'],
  ['+3000-a.hub.example.com', 'port'],
  ['3e3-a.hub.example.com', 'port'],
  ['0x0bb8-a.hub.example.com', 'port'],
  ['３０００-a.hub.example.com', 'port'],
  ['3000--a.hub.example.com', 'workspace'],
  ['3000-a-.hub.example.com', 'workspace'],
  ['3000-.hub.example.com', 'workspace'],
  ['3000-a_b.hub.example.com', 'workspace'],
  ['3000-a%2e.hub.example.com', 'workspace'],
  [`1024-${'a'.repeat(59)}.hub.example.com`, 'long'],
] as const)('%s names none, and it is said why', ([host, fault]) => {
  expect(() => parsePatternHost(host, DOMAIN)).toThrowError(
    expect.objectContaining({
      code: 'GATEWAY_PATTERN_HOST_INVALID',
      status: 421,
      details: { host, fault, example: `5173-alpha.${DOMAIN}` },
    }),
  )
})

test('whatever lies below the domain is never a route’s, however it is written', () => {
  for (const host of [
    '3000-a.hub.example.com',
    'x.hub.example.com.',
    'X.HUB.EXAMPLE.COM:80',
    'a.b.hub.example.com..',
  ]) {
    expect(isBelow(host, DOMAIN)).toBe(true)
  }
  for (const host of ['hub.example.com', 'nothub.example.com', 'hub.example.com.evil.com', '', 'x.hub.example.co']) {
    expect(isBelow(host, DOMAIN)).toBe(false)
  }
})

const workspaces = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/)
const ports = fc.integer({ min: 1_024, max: 65_535 })

test('every host that is made is read back as what it was made of', () => {
  fc.assert(
    fc.property(ports, workspaces, (port, workspace) => {
      const host = previewHost(port, workspace, DOMAIN)
      expect(parsePatternHost(host, DOMAIN)).toEqual({ port, workspace, label: `${port}-${workspace}` })
    }),
  )
})

test('a host of any characters is either read so that making it again gives the same, or refused with the code', () => {
  const pieces = fc.constantFrom(
    '3000',
    '-',
    '.',
    'a',
    'A',
    '0',
    '+',
    '%',
    '--',
    'xn--',
    DOMAIN,
    `.${DOMAIN}`,
    ':80',
    '٣',
  )
  const hosts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(pieces).map((parts) => parts.join('')),
  )
  fc.assert(
    fc.property(hosts, (host) => {
      try {
        const { port, workspace } = parsePatternHost(host, DOMAIN)
        expect(previewHost(port, workspace, DOMAIN)).toBe(host.toLowerCase().replace(/:\d*$/, ''))
      } catch (error) {
        expect(errorCode(error)).toBe('GATEWAY_PATTERN_HOST_INVALID')
      }
    }),
    { numRuns: 2_000 },
  )
})

test.for([
  [5173, 'a'.repeat(59), DOMAIN],
  [80, 'alpha', DOMAIN],
  [5173.5, 'alpha', DOMAIN],
  [5173, 'Alpha', DOMAIN],
  [5173, 'alpha.evil', DOMAIN],
  [5173, 'alpha', `${'a.'.repeat(130)}com`],
] as const)('no host is made of port %s and workspace %s', ([port, workspace, domain]) => {
  expect(() => previewHost(port, workspace, domain)).toThrowError(
    expect.objectContaining({ code: 'GATEWAY_PREVIEW_HOST_REFUSED' }),
  )
})

test('a name that is good for one port is good for all', () => {
  expect(isWorkspaceName('a'.repeat(57))).toBe(true)
  expect(isWorkspaceName('a'.repeat(58))).toBe(false)
  expect(isWorkspaceName('A')).toBe(false)
})
