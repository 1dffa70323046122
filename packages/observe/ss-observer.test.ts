import { expect, test } from 'vitest'
import { kernelObserver } from './kernel-observer.ts'
import { findHolder, type Observation, observe, type SeenObservation } from './observation.ts'
import { ssObserver } from './ss-observer.ts'
import { findProgram, openTestFolder, startNode } from './testing-programs.ts'

const { signal } = new AbortController()
const LISTEN = `
  const servers = [['127.0.0.1', {}], ['::', { ipv6Only: true }], ['::', {}]]
  const ports = []
  for (const [host, options] of servers) {
    const server = require('node:net').createServer().listen({ port: 0, host, ...options }, () => {
      ports.push(server.address().port)
      if (ports.length === servers.length) bindUdp()
    })
  }
  function bindUdp() {
    const socket = require('node:dgram').createSocket('udp4').bind(0, '127.0.0.1', () => {
      socket.connect(9, '127.0.0.1', () => console.log(JSON.stringify([...ports, socket.address().port])))
    })
  }`

function seen(observation: Observation): SeenObservation {
  if (observation.state === 'unknown') throw observation.cause
  return observation
}

if (findProgram('ss') === undefined) {
  const reason = 'NOT TESTED: no ss is installed (apt-get install iproute2), so looking through it was not tried'
  console.warn(reason)
  test(reason, ({ skip }) => skip(reason))
} else {
  registerSsTests()
}

function registerSsTests(): void {
  test('ss sees what the kernel shows, with the same holder, and whether :: leaves IPv4 alone', async () => {
    await using child = await startNode(LISTEN)
    const [loopback = 0, ipv6Only = 0, both = 0, connected = 0]: readonly number[] = JSON.parse(child.firstLine)
    const bySs = seen(await observe(ssObserver(), { signal }))
    const byKernel = seen(await observe(kernelObserver(), { signal }))
    const own = (observation: SeenObservation) =>
      observation.sightings.filter(({ holder }) => holder?.pid === child.pid)
    expect(own(bySs).map(({ ipv6Only: _only, ...sighting }) => sighting)).toEqual(own(byKernel))
    expect(own(bySs)).toHaveLength(4)
    const places = own(bySs).map(({ transport, address, port, ipv6Only: only }) => [transport, address, port, only])
    expect(places).toContainEqual(['tcp', '127.0.0.1', loopback, undefined])
    expect(places).toContainEqual(['tcp', '::', ipv6Only, true])
    expect(places).toContainEqual(['tcp', '::', both, false])
    expect(places).toContainEqual(['udp', '127.0.0.1', connected, undefined])
    const overIpv4 = (port: number) =>
      ({ address: '0.0.0.0', range: { first: port, last: port }, transport: 'tcp' }) as const
    expect(findHolder(bySs, overIpv4(ipv6Only))).toEqual([])
    expect(findHolder(bySs, overIpv4(both))).toHaveLength(1)
  })
}

test('a missing ss is unknown, and says what to install', async () => {
  const observation = await observe(ssObserver({ program: '/nonexistent/ss' }), { signal })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_PROGRAM_MISSING' } })
  expect(observation).toMatchObject({ cause: { message: expect.stringContaining('iproute2') } })
})

test.for([
  ['exit 3', 'OBSERVE_PROGRAM_FAILED'],
  ['echo nonsense', 'OBSERVE_TABLE_MALFORMED'],
  ['head -c 3000000 /dev/zero', 'OBSERVE_ANSWER_TOO_LONG'],
  ['exec sleep 600', 'OBSERVE_SILENT'],
] as const)('an ss that does "%s" is unknown with %s', async ([script, code]) => {
  await using folder = await openTestFolder()
  await folder.write({ ss: { script: `#!/bin/sh\n${script}\n` } })
  const observer = ssObserver({ program: `${folder.root}/ss`, outputLimitBytes: 1_000_000 })
  const observation = await observe(observer, { signal, answerTimeoutMs: code === 'OBSERVE_SILENT' ? 300 : 20_000 })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code } })
})
