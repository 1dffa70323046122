import { networkInterfaces } from 'node:os'
import { ownHostName, type ThisMachine, thisMachine } from '@portolan/operations/remote'
import { expect, test } from 'vitest'
import { thisHost } from './this-host.ts'

const MACHINE: ThisMachine = {
  said: undefined,
  name: 'laptop.example.com',
  addresses: ['192.0.2.7', '2001:db8::7'],
  isOwnRegistry: false,
}
const host = (name: string, addresses: readonly string[] = [], observers: readonly string[] = []) => {
  return { name, addresses: [...addresses], observers: [...observers] }
}

test.for([
  ['by its name', [host('laptop.example.com'), host('seoul-1', ['192.0.2.7'])], {}, 'laptop.example.com'],
  ['by the first part of its name', [host('laptop'), host('seoul-1')], {}, 'laptop'],
  ['by an address', [host('seoul-1', ['198.51.100.1', '192.0.2.7']), host('busan-1')], {}, 'seoul-1'],
  ['by an address of IPv6', [host('seoul-1', ['2001:db8::7'])], {}, 'seoul-1'],
  ['as it was said', [host('laptop'), host('seoul-1')], { said: 'seoul-1' }, 'seoul-1'],
  [
    'as the kernel of its own registry',
    [host('old-name', [], ['kernel'])],
    { isOwnRegistry: true, said: 'seoul-1' },
    'old-name',
  ],
] as const)('this machine is known %s', ([, hosts, machine, expected]) => {
  expect(thisHost(hosts, { ...MACHINE, ...machine })).toBe(expected)
})

test.for([
  ['the only one, elsewhere', [host('seoul-1', ['198.51.100.1'])], {}],
  ['the only one, whose own kernel a registry elsewhere looks at', [host('seoul-1', ['127.0.0.1'], ['kernel'])], {}],
  ['two with one address', [host('seoul-1', ['192.0.2.7']), host('busan-1', ['192.0.2.7'])], {}],
  ['none', [], {}],
  ['another than was said', [host('laptop')], { said: 'seoul-1' }],
] as const)('it is refused where the hosts are %s', ([, hosts, machine]) => {
  expect(() => thisHost(hosts, { ...MACHINE, ...machine })).toThrow(
    expect.objectContaining({
      code: 'CLI_HOST_UNKNOWN',
      message: expect.stringMatching(/PORTOLAN_HOST.*hosts declare laptop\.example\.com --address/),
    }),
  )
})

test('loopback is no address by which this machine is known', () => {
  const { addresses, name } = thisMachine('', false)
  expect(name).toBe(ownHostName())
  const loopback = Object.values(networkInterfaces()).flatMap((each) => each?.filter(({ internal }) => internal) ?? [])
  expect(loopback.filter(({ address }) => addresses.includes(address))).toEqual([])
})
