import { expect, test } from 'vitest'
import { kernelObserver } from './kernel-observer.ts'
import { findHolder, type Observation, observe, type SeenObservation } from './observation.ts'
import { openTestFolder, startNode, type TestFolder } from './testing-programs.ts'

const { signal } = new AbortController()
const HEADER = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

function lineOf(local: string, state: string, inode: number): string {
  return `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0\n`
}

function seen(observation: Observation): SeenObservation {
  if (observation.state === 'unknown') throw observation.cause
  return observation
}

function endpointAt(port: number, transport: 'tcp' | 'udp', address = '0.0.0.0') {
  return { address, range: { first: port, last: port }, transport }
}

/** A /proc with one listener (inode 111) and empty tables otherwise. */
async function writeProc(proc: TestFolder): Promise<void> {
  await proc.write({
    'net/tcp': HEADER + lineOf('0100007F:1F90', '0A', 111),
    'net/tcp6': HEADER,
    'net/udp': HEADER,
    'net/udp6': HEADER,
    stat: 'cpu 1 2 3\nbtime 1700000000\n',
  })
}

function processFiles(pid: number, { name, uid, startTicks }: { name: string; uid: number; startTicks: number }) {
  const zeros = '0 '.repeat(15).trim()
  return {
    [`${pid}/stat`]: `${pid} (${name}) S 1 ${pid} ${zeros} 0 ${startTicks} 0 0\n`,
    [`${pid}/status`]: `Name:\tx\nUid:\t0\t${uid}\t0\t0\n`,
  }
}

test("a child's listening and bound ports are seen with the child as their holder", async () => {
  const startedBefore = Date.now()
  await using child = await startNode(`
    const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
      const socket = require('node:dgram').createSocket('udp6').bind(0, '::1', () => {
        console.log(JSON.stringify([server.address().port, socket.address().port]))
      })
    })`)
  const [tcpPort, udpPort]: readonly number[] = JSON.parse(child.firstLine)
  const observation = seen(await observe(kernelObserver(), { signal }))
  const [overTcp] = findHolder(observation, endpointAt(tcpPort ?? 0, 'tcp'))
  const [overUdp] = findHolder(observation, endpointAt(udpPort ?? 0, 'udp', '::'))
  const holder = { pid: child.pid, command: expect.stringMatching(/^node/) }
  expect(overTcp).toMatchObject({ family: 'ipv4', address: '127.0.0.1', port: tcpPort, holder })
  expect(overUdp).toMatchObject({ family: 'ipv6', address: '::1', port: udpPort, holder })
  expect(findHolder(observation, endpointAt(tcpPort ?? 0, 'tcp', '127.0.0.2'))).toEqual([])
  // The kernel tells the time of its start in whole seconds.
  expect(Math.abs((overTcp?.holder?.startedAt.getTime() ?? 0) - startedBefore)).toBeLessThan(3_000)
})

test('a port that was closed is no longer seen', async () => {
  const listen = `require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
  await using child = await startNode(listen)
  const endpoint = endpointAt(Number(child.firstLine), 'tcp', '127.0.0.1')
  expect(findHolder(seen(await observe(kernelObserver(), { signal })), endpoint)).toHaveLength(1)
  await child.kill()
  const after = findHolder(seen(await observe(kernelObserver(), { signal })), endpoint)
  expect(after.filter(({ holder }) => holder?.pid === child.pid)).toEqual([])
})

test('hostile names of processes and users reach nobody as they are', async () => {
  await using proc = await openTestFolder()
  await writeProc(proc)
  await proc.write({
    ...processFiles(200, { name: 'a) R 1 (\u001b[2J\nb', uid: 1000, startTicks: 500 }),
    '200/fd/3': { link: 'socket:[111]' },
    '200/fd/4': { link: '/tmp/socket:[111]' },
    passwd: '# comment\n::\n+::::::\nmallory:x:1000x:1\nali\u0007ce:x:1000:1000::/:/bin/sh\nsecond:x:1000:1000:::\n',
  })
  const observer = kernelObserver({ procRoot: proc.root, passwdPath: `${proc.root}/passwd`, endianness: 'LE' })
  expect(seen(await observe(observer, { signal })).sightings).toEqual([
    {
      transport: 'tcp',
      family: 'ipv4',
      address: '127.0.0.1',
      port: 8080,
      holder: { pid: 200, command: 'a) R 1 (?[2J?b', user: 'ali?ce', startedAt: new Date(1_700_000_005_000) },
    },
  ])
})

test('of several processes with one socket the oldest is the holder, whatever their pids', async () => {
  await using proc = await openTestFolder()
  await writeProc(proc)
  await proc.write({
    ...processFiles(100, { name: 'worker', uid: 33, startTicks: 900 }),
    '100/fd/3': { link: 'socket:[111]' },
    ...processFiles(300, { name: 'opener', uid: 0, startTicks: 800 }),
    '300/fd/3': { link: 'socket:[111]' },
  })
  const observer = kernelObserver({ procRoot: proc.root, passwdPath: `${proc.root}/none`, endianness: 'LE' })
  const [sighting] = seen(await observe(observer, { signal })).sightings
  expect(sighting?.holder).toMatchObject({ pid: 300, command: 'opener', user: '0' })
})

test('a socket whose owner cannot be read is a sighting without a holder', async () => {
  await using proc = await openTestFolder()
  await writeProc(proc)
  await proc.write({
    'net/udp': HEADER + lineOf('00000000:1F91', '07', 0),
    '400/fd/3': { link: 'socket:[111]' }, // gone before its status was read
  })
  const observer = kernelObserver({ procRoot: proc.root, endianness: 'LE' })
  expect(seen(await observe(observer, { signal })).sightings).toEqual([
    { transport: 'tcp', family: 'ipv4', address: '127.0.0.1', port: 8080 },
    { transport: 'udp', family: 'ipv4', address: '0.0.0.0', port: 8081 },
  ])
})

test('a missing /proc is unknown, not empty', async () => {
  const observation = await observe(kernelObserver({ procRoot: '/nonexistent' }), { signal })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SILENT', cause: { code: 'ENOENT' } } })
})

test('half a table is unknown', async () => {
  await using proc = await openTestFolder()
  await writeProc(proc)
  await proc.write({ 'net/udp6': HEADER.slice(0, 40) })
  const observation = await observe(kernelObserver({ procRoot: proc.root }), { signal })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_TABLE_MALFORMED' } })
})

test("IPv6's tables may be missing only where the kernel has no IPv6", async () => {
  await using proc = await openTestFolder()
  await proc.write({ 'net/tcp': HEADER, 'net/udp': HEADER })
  const observer = kernelObserver({ procRoot: proc.root })
  expect(await observe(observer, { signal })).toMatchObject({ state: 'seen', sightings: [] })
  await proc.write({ 'net/if_inet6': '' })
  expect(await observe(observer, { signal })).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SILENT' } })
})

test('elsewhere than on Linux every port is unknown', async () => {
  const observation = await observe(kernelObserver({ platform: 'darwin' }), { signal })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_PLATFORM_UNSUPPORTED' } })
})
