import { parseStack, resolveStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { gatewayConfiguration } from './gateway-runner.ts'

const TEXT = `
stack: shop
gateway: { ports: { http: 3000 } }
services:
  board:
    run: { module: board.ts }
    ports: { http: 8000, live: { port: 8001, speaks: websocket } }
    routes: [/api/boards, { path: /ws, port: live, websocket: true }]
    health: /health
    upstream: { connections: 50, waiting: 10 }
  worb:
    run: { slots: worb/production, host: seoul-1 }
    routes: [/]
    health: /health
    upstream: { rollbackMs: 0, checkMs: 1000 }
environments:
  production: {}
`

function configurationIn(environment: string) {
  const stack = resolveStack(parseStack(TEXT, 'portolan.yaml'), { values: {}, environment })
  return gatewayConfiguration(stack, { stackFolder: '/stack', dataFolder: '/data' })
}

test('each service is an upstream, and each further port that a route leads to', () => {
  const { routes, upstreams } = configurationIn('production')
  expect(routes.map(({ path, target }) => [path, target])).toEqual([
    ['/api/boards', { upstream: 'board' }],
    ['/ws', { upstream: 'board.live' }],
    ['/', { upstream: 'worb' }],
  ])
  const connections = { most: 50, mostWaiting: 10 }
  expect(upstreams).toEqual([
    {
      name: 'board',
      target: { host: '127.0.0.1', port: 8000 },
      health: { path: '/health', timeoutMs: 2_000 },
      connections,
    },
    { name: 'board.live', target: { host: '127.0.0.1', port: 8001 }, connections },
    {
      name: 'worb',
      pair: {
        active: null,
        slots: { project: 'worb', environment: 'production', host: 'seoul-1' },
        rollback: { windowMs: 0 },
      },
      health: { path: '/health', timeoutMs: 2_000, intervalMs: 1_000 },
    },
  ])
})

test('requests wait for a service that restarts in development, and nowhere else', () => {
  const holds = (environment: string) => configurationIn(environment).upstreams?.map(({ hold }) => hold)
  expect(holds('development')).toEqual([{ forMs: 8_000 }, { forMs: 8_000 }, { forMs: 8_000 }])
  expect(holds('production')).toEqual([undefined, undefined, undefined])
})
