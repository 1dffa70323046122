import { expect, test } from 'vitest'
import { orderAmong, startOrder, stopOrder, takeSteps } from './start-order.ts'

const service = (name: string, ...needs: readonly string[]) => ({ name, needs: needs.map((one) => ({ service: one })) })
const STACK = [service('gateway'), service('web', 'board', 'user'), service('board', 'postgres'), service('postgres')]

test('what a service needs comes before it, and needs that the list does not have are left out', () => {
  expect(startOrder(STACK).get('web')).toEqual(['board'])
  expect(startOrder(STACK).get('postgres')).toEqual([])
})

test('a circle is named as one', () => {
  const services = [service('web', 'a'), service('a', 'b'), service('b', 'c'), service('c', 'a')]
  expect(() => startOrder(services)).toThrow(
    expect.objectContaining({
      code: 'SUPERVISE_NEEDS_CYCLE',
      message: expect.stringContaining('a → b → c → a'),
    }),
  )
})

test('long chains and rings are walked in one pass', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `s${index}`)
  const chain = names.map((name, index) => service(name, ...names.slice(index + 1, index + 2)))
  expect(startOrder(chain).size).toBe(20_000)
  expect(() => startOrder([...chain, service('s19999', 's0')])).toThrow('s19999 → s0')
})

test('a service that needs itself is a circle', () => {
  expect(() => startOrder([service('a', 'a')])).toThrow('a → a')
})

test('who needs others stops before them, and the gateway before all', () => {
  const order = stopOrder(startOrder([...STACK, service('admin', 'gateway')]), 'gateway')
  expect(Object.fromEntries(order)).toEqual({
    gateway: [],
    web: ['gateway'],
    board: ['web', 'gateway'],
    postgres: ['board', 'gateway'],
    admin: ['gateway'],
  })
})

test('an order among some leaves the others out', () => {
  expect(Object.fromEntries(orderAmong(startOrder(STACK), new Set(['web', 'postgres'])))).toEqual({
    web: [],
    postgres: [],
  })
})

test('a step is taken when those before it are over, and all others at once', async () => {
  const begun: string[] = []
  const postgres = Promise.withResolvers<void>()
  const steps = takeSteps(startOrder(STACK), async (name) => {
    begun.push(name)
    if (name === 'postgres') await postgres.promise
  })
  await expect.poll(() => begun).toEqual(['gateway', 'postgres'])
  postgres.resolve()
  await steps
  expect(begun).toEqual(['gateway', 'postgres', 'board', 'web'])
})

test('a long chain of steps is taken from its far end', async () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `s${index}`)
  const chain = names.map((name, index) => service(name, ...names.slice(index + 1, index + 2)))
  const taken: string[] = []
  await takeSteps(startOrder(chain), async (name) => void taken.push(name))
  expect(taken).toEqual(names.toReversed())
})

test('what comes after a step that failed is not taken, and the rest is waited for', async () => {
  const begun: string[] = []
  const steps = takeSteps(startOrder(STACK), (name) => {
    begun.push(name)
    return name === 'board' ? Promise.reject(new Error('no board')) : Promise.resolve()
  })
  await expect(steps).rejects.toThrow('no board')
  expect(begun).toEqual(['gateway', 'postgres', 'board'])
})
