import { expect, test } from 'vitest'
import type { Container } from './container.ts'
import { findHolder } from './observation.ts'
import { observeHost } from './observe-host.ts'
import type { ContainerObserver, Observer } from './observer.ts'
import type { Sighting } from './sighting.ts'

const { signal } = new AbortController()
const AT = { transport: 'tcp', family: 'ipv4', address: '0.0.0.0', port: 4102 } as const
const WORB: Container = {
  id: 'ab'.repeat(32),
  engine: 'docker',
  name: 'worb',
  image: 'worb:1',
  labels: {},
  createdAt: new Date(0),
  state: 'running',
  isRunning: true,
  ports: [{ transport: 'tcp', address: '0.0.0.0', hostPort: 4102, containerPort: 80 }],
}

function observerOf(name: string, listOpenPorts: () => Promise<readonly Sighting[]>, nowMs = 1_000): Observer {
  return { name, listOpenPorts, now: () => new Date(nowMs) }
}

const engine: ContainerObserver = {
  ...observerOf('docker', async () => []),
  listContainers: async () => [WORB],
}

test('what all observers of a host see is one picture, as old as the oldest look', async () => {
  const kernel = observerOf('kernel', async () => [AT, { ...AT, port: 22 }], 900)
  const host = await observeHost([kernel, engine], { signal })
  expect(host).toMatchObject({ state: 'seen', seenAt: new Date(900), containers: [{ name: 'worb' }] })
  expect(host.sightings).toMatchObject([{ port: 22 }, { port: 4102, container: { name: 'worb' } }])
  if (host.state !== 'seen') throw host.cause
  expect(findHolder(host, { address: '127.0.0.1', range: { first: 4102, last: 4102 }, transport: 'tcp' })).toHaveLength(
    1,
  )
})

test('one silent observer makes the host unknown, with each cause, and what the others saw', async () => {
  const broken = observerOf('kernel', async () => Promise.reject(new Error('the cable is out')))
  const hanging: Observer = {
    ...observerOf('ss', async () => []),
    listOpenPorts: (waiting) =>
      new Promise((_resolve, reject) => {
        waiting.signal.addEventListener('abort', () => reject(waiting.signal.reason))
      }),
  }
  const host = await observeHost([broken, engine, hanging], { signal, answerTimeoutMs: 50 })
  expect(host).toMatchObject({
    state: 'unknown',
    cause: { code: 'OBSERVE_SILENT', details: { observer: 'kernel' } },
    silent: [
      { observer: 'kernel', cause: { message: expect.stringContaining('the cable is out') } },
      { observer: 'ss', cause: { code: 'OBSERVE_SILENT' } },
    ],
    sightings: [{ port: 4102 }],
  })
})

test('a host without observers is unknown, not free', async () => {
  expect(await observeHost([], { signal })).toMatchObject({
    state: 'unknown',
    cause: { code: 'OBSERVE_NOBODY_LOOKS' },
    sightings: [],
  })
})

test('being told to stop is thrown', async () => {
  const stop = AbortSignal.abort(new Error('told to stop'))
  await expect(observeHost([engine], { signal: stop })).rejects.toThrow('told to stop')
})
