import { expect, test } from 'vitest'
import { parseGatewayConfiguration } from '../configuration.ts'
import { eventually } from '../eventually.ts'
import { openTestUpstream } from '../testing.ts'
import { openTestHub } from './testing.ts'

test('a workspace whose request had to wait for its turn is known to the gateway all the time', async () => {
  const finish = Promise.withResolvers<void>()
  await using slow = await openTestUpstream((_request, response) => {
    void finish.promise.then(() => response.end('slow'))
  })
  await using quick = await openTestUpstream((_request, response) => response.end('quick'))
  const { limits } = parseGatewayConfiguration({
    stack: 'test',
    listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
    routes: [],
    limits: { whole: { requestsAtOnce: 1 } },
  })
  const open = { local: true, owner: 'u', sharing: 'public' }
  await using hub = await openTestHub({
    workspaces: { alpha: open, beta: open },
    sharing: { unlessSaid: 'owner', most: 'public' },
    ...(limits === undefined ? {} : { also: { limits } }),
  })
  const first = hub.ask(hub.host(slow.port, 'beta'), '/')
  await eventually(() => hub.gateway.snapshot().requestCount).toBe(1)
  const second = hub.ask(hub.host(quick.port, 'alpha'), '/')
  await eventually(() => hub.gateway.snapshot().waitingCount).toBe(1)
  // It is forgotten while nobody uses it, and has to be known again when somebody does.
  const isKnown = () => hub.gateway.upstreamStates().some(({ name }) => name.endsWith(`:${quick.port}`))
  await eventually(isKnown).toBe(false)
  finish.resolve()
  expect([(await first).body, (await second).body]).toEqual(['slow', 'quick'])
  expect(isKnown()).toBe(true)
})
