import pino from 'pino'
import Type from 'typebox'
import { expect, test } from 'vitest'
import { defineService, isServiceDefinition, type RunningService } from './service-definition.ts'
import { startService } from './started-service.ts'

const logger = pino({ level: 'silent' })
const never = new AbortController().signal

function serviceWith(start: (signal: AbortSignal) => Promise<RunningService>) {
  return defineService({ name: 'sample', environment: Type.Object({}), start: ({ signal }) => start(signal) })
}

test('a definition is recognised by any copy of the package, and nothing else is', () => {
  const definition = serviceWith(async () => ({ close: async () => undefined }))
  expect(isServiceDefinition(definition)).toBe(true)
  expect(Object.isFrozen(definition)).toBe(true)
  expect([{ name: 'x', start: () => undefined }, null, 'x'].some(isServiceDefinition)).toBe(false)
})

test('close is called once, however often it is asked, and the life signal fires before it', async () => {
  const calls: string[] = []
  const definition = serviceWith(async (signal) => {
    signal.addEventListener('abort', () => calls.push('signal'))
    return { close: async () => void calls.push('close'), addresses: [{ address: '127.0.0.1', port: 1 }] }
  })
  const service = await startService(definition, {}, { logger, signal: never })
  expect(service.state).toEqual({ state: 'running' })
  const first = service.close({ signal: never })
  expect(service.state).toEqual({ state: 'stopping' })
  expect(service.close({ signal: never })).toBe(first)
  await first
  expect(service.state).toEqual({ state: 'stopped' })
  expect(calls).toEqual(['signal', 'close'])
})

test('the signal of the start means nothing once the service is up', async () => {
  const start = new AbortController()
  const { promise, resolve } = Promise.withResolvers<AbortSignal>()
  const definition = serviceWith(async (signal) => {
    resolve(signal)
    return { close: async () => undefined }
  })
  await using service = await startService(definition, {}, { logger, signal: start.signal })
  start.abort()
  expect((await promise).aborted).toBe(false)
  expect(service.state.state).toBe('running')
})

test('an abandoned start rejects at once, and what comes up late is closed', async () => {
  const start = new AbortController()
  const late = Promise.withResolvers<RunningService>()
  const closed = Promise.withResolvers<void>()
  const starting = startService(
    serviceWith(() => late.promise),
    {},
    { logger, signal: start.signal },
  )
  start.abort(new Error('enough'))
  await expect(starting).rejects.toThrow('enough')
  late.resolve({ close: async () => closed.resolve() })
  await closed.promise
})

test('a service that does not let go after the signal fails with SERVICE_CLOSE_OVERRUN', async () => {
  const definition = serviceWith(async () => ({ close: () => new Promise(() => undefined) }))
  const service = await startService(definition, {}, { logger, signal: never })
  await expect(service.close({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'SERVICE_CLOSE_OVERRUN' })
  expect(service.state).toMatchObject({ state: 'failed', cause: { code: 'SERVICE_CLOSE_OVERRUN' } })
})

test('an error of close is the state it leaves', async () => {
  const definition = serviceWith(async () => ({ close: () => Promise.reject(new Error('stuck')) }))
  const service = await startService(definition, {}, { logger, signal: never })
  await expect(service.close({ signal: never })).rejects.toThrow('stuck')
  expect(service.state).toMatchObject({ state: 'failed', cause: { message: 'stuck' } })
})
