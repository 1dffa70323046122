import { parseGatewayConfiguration } from '@portolan/gateway'
import { parseStack, resolveStack } from '@portolan/stack'
import { expect, test } from 'vitest'
import { gatewayConfiguration } from './gateway-runner.ts'

const SERVICE = `
services:
  board:
    run: { command: board }
    ports: { http: 8000 }
    routes: [/api, { path: /export, limits: { requestsAtOnce: 2, requestsPerSecond: off } }]
`

function configurationOf(gateway: string, environment?: string) {
  const stack = parseStack(
    `stack: team\ngateway: ${gateway}\nenvironments: { production: {} }${SERVICE}`,
    'portolan.yaml',
  )
  const resolved = resolveStack(stack, { values: {}, ...(environment === undefined ? {} : { environment }) })
  return parseGatewayConfiguration(gatewayConfiguration(resolved, { stackFolder: '/stack', dataFolder: '/data' }))
}

test('what a stack says of limits, the log and tracing reaches the gateway', () => {
  const limits =
    '{ client: { requestsPerSecond: 50, connections: off, lasting: 7 }, workspace: { lasting: off }, whole: { waiting: 9, connections: off }, shedding: { memoryPercent: 80, lagMs: off }, slow: { leastBytesPerSecond: off, graceMs: 5 }, head: { bytes: 4096 }, exempt: [10.0.0.0/8] }'
  const gateway = `{ ports: { http: 80 }, limits: ${limits}, log: { sharePercent: 5, slowMs: 300 }, tracing: { madePercent: 1 } }`
  expect(configurationOf(gateway)).toMatchObject({
    limits: {
      client: { requestsPerSecond: 50, connections: false, lasting: 7 },
      workspace: { lasting: false },
      whole: { waiting: 9, connections: false },
      shedding: { memoryRatio: 0.8, lagMs: false },
      slow: { leastBytesPerSecond: false, graceMs: 5 },
      head: { bytes: 4096 },
      exempt: ['10.0.0.0/8'],
    },
    log: { shareRatio: 0.05, slowMs: 300 },
    tracing: { madeRatio: 0.01 },
    routes: [{ path: '/api' }, { path: '/export', limits: { requestsAtOnce: 2, requestsPerSecond: false } }],
  })
})

test('"limits: off" is no limits at all', () => {
  expect(configurationOf('{ ports: { http: 80 }, limits: off }').limits).toBe(false)
})

test('the port called admin is no listener, and is bound on loopback unless it is public', () => {
  const { admin, listeners } = configurationOf('{ ports: { http: { port: 80, reach: public }, admin: 9000 } }')
  expect(admin).toEqual({ address: '127.0.0.1', port: 9000 })
  expect(listeners).toEqual([{ name: 'http', address: '0.0.0.0', port: 80 }])
})

test('errors are explained in development alone', () => {
  expect(configurationOf('{ ports: { http: 80 } }').explainsErrors).toBe(true)
  expect(configurationOf('{ ports: { http: 80 } }', 'production').explainsErrors).toBeUndefined()
})
