import { expect, test } from 'vitest'
import { Accounts, clientName } from './accounts.ts'
import { Limits } from './limits.ts'

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:0000:0000:ffff::1', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
  ['unknown', 'unknown'],
])('%s is counted as %s', (address, name) => {
  expect(clientName(address)).toBe(name)
})

test('ten thousand clients in a full table share a few hundred accounts, and none that is known is forgotten', () => {
  const accounts = new Accounts('client', { most: 1_000 })
  const greedy = accounts.of('192.0.2.1')
  greedy.requestDueMs = 60_000
  for (let index = 0; index < 10_000; index += 1) accounts.of(`198.51.100.${index}`).requestDueMs = 60_000
  accounts.sweep(1_000)
  expect(accounts.size).toBeLessThanOrEqual(1_000 + 256)
  expect(accounts.of('192.0.2.1')).toBe(greedy)
})

test('whoever shares an account has the same one the next time', () => {
  const accounts = new Accounts('client', { most: 1 })
  accounts.of('192.0.2.1').requestDueMs = 60_000
  expect(accounts.of('192.0.2.2')).toBe(accounts.of('192.0.2.2'))
  expect(accounts.of('192.0.2.2')).not.toBe(accounts.of('192.0.2.1'))
})

test('an account is forgotten when nothing of it is open and its allowance is whole again', () => {
  const accounts = new Accounts('client')
  accounts.of('rested').requestDueMs = 900
  accounts.of('in debt').requestDueMs = 1_100
  accounts.of('connected').connectionCount = 1
  accounts.sweep(1_000)
  expect(accounts.size).toBe(2)
  accounts.of('connected').connectionCount = 0
  accounts.sweep(2_000)
  expect(accounts.size).toBe(0)
})

test('an exempt address makes the others of its /64 no more exempt than they make it limited', () => {
  const limits = new Limits()
  limits.configure({ exempt: ['2001:db8::1'] }, [])
  const exempted = (...addresses: string[]) => addresses.map((address) => limits.clientOf(address).isExempt)
  expect(exempted('2001:db8::1', '2001:db8::2', '2001:db8::1')).toEqual([true, false, true])
  expect(exempted('2001:db8:0:0:5::2', '2001:db8::1')).toEqual([false, true])
  expect(limits.clientOf('2001:db8::2')).toBe(limits.clientOf('2001:db8::3'))
})
