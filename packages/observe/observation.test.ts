import { once } from 'node:events'
import { AppError, type Waiting } from '@portolan/errors'
import { expect, test } from 'vitest'
import { findHolder, observe } from './observation.ts'
import type { Observer } from './observer.ts'
import type { Sighting } from './sighting.ts'

const { signal } = new AbortController()
const lookedAt = new Date('2026-01-01T12:01:00Z')

function observerThat(listOpenPorts: (waiting: Waiting) => Promise<readonly Sighting[]>): Observer {
  return { name: 'telescope', now: () => lookedAt, listOpenPorts }
}

async function waitForEver({ signal: limit }: Waiting): Promise<readonly Sighting[]> {
  await once(limit, 'abort')
  throw limit.reason
}

test('what an observer saw is dated by when the look began', async () => {
  const sightings: readonly Sighting[] = [{ transport: 'tcp', family: 'ipv4', address: '192.0.2.1', port: 80 }]
  const observation = await observe(
    observerThat(() => Promise.resolve(sightings)),
    { signal },
  )
  expect(observation).toEqual({ state: 'seen', sightings, seenAt: lookedAt })
})

test('an observer that fails makes the ports unknown, and its own code is kept', async () => {
  const plain = await observe(
    observerThat(() => Promise.reject(new Error('fog'))),
    { signal },
  )
  expect(plain).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SILENT', cause: { message: 'fog' } } })
  const coded = await observe(
    observerThat(() => Promise.reject(new AppError('NO_LENS', 'No lens.'))),
    { signal },
  )
  expect(coded).toMatchObject({ state: 'unknown', cause: { code: 'NO_LENS' } })
})

test('an observer that does not answer in time makes the ports unknown', async () => {
  const observation = await observe(observerThat(waitForEver), { signal, answerTimeoutMs: 1 })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SILENT' } })
})

test('being told to stop is not a fact about the host', async () => {
  const stopped = new AbortController()
  const observation = observe(observerThat(waitForEver), { signal: stopped.signal })
  stopped.abort(new Error('stop'))
  await expect(observation).rejects.toThrow('stop')
  await expect(observe(observerThat(waitForEver), { signal: stopped.signal })).rejects.toThrow('stop')
})

test('the sightings in the way of an endpoint are those that collide with it', () => {
  const open = { transport: 'tcp', family: 'ipv4', address: '192.0.2.1', port: 8080 } as const
  const everywhere = { transport: 'tcp', family: 'ipv6', address: '::', port: 8081 } as const
  const overUdp = { ...open, transport: 'udp' } as const
  const observation = { state: 'seen', sightings: [open, everywhere, overUdp], seenAt: lookedAt } as const
  const range = { first: 8080, last: 8090 }
  expect(findHolder(observation, { address: '0.0.0.0', range, transport: 'tcp' })).toEqual([open, everywhere])
  expect(findHolder(observation, { address: '192.0.2.2', range, transport: 'tcp' })).toEqual([everywhere])
  expect(findHolder(observation, { address: '192.0.2.2', range, transport: 'udp' })).toEqual([])
})
