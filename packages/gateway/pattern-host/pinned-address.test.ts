import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { isRefusedAddress, pinAddresses } from './pinned-address.ts'
import { readWorkspace, type Workspace } from './workspace.ts'

test.for([
  '127.0.0.1',
  '127.8.8.8',
  '0.0.0.0',
  '169.254.169.254',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '0:0:0:0:0:ffff:a9fe:a9fe',
  '::127.0.0.1',
  'fe80::1',
  'fe80::1%eth0',
  'ff02::1',
  'fd00:ec2::254',
  'FD00:0EC2:0:0:0:0:0:254',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'no address',
])('%s is refused', (address) => expect(isRefusedAddress(address)).toBe(true))

test.for(['10.88.0.5', '192.0.2.7', '203.0.113.1', '2001:db8::7', 'fd12:3456::1', '::ffff:192.0.2.7'])(
  '%s is a workspace’s own',
  (address) => expect(isRefusedAddress(address)).toBe(false),
)

test('every address of the gateway’s own machine is refused', () => {
  for (const { address } of Object.values(networkInterfaces()).flatMap((each) => each ?? [])) {
    expect(isRefusedAddress(address)).toBe(true)
  }
})

function workspace(entries: object): Workspace {
  const read = readWorkspace('alpha', entries, [])
  if (read === undefined) throw new TypeError('The test has written no workspace.')
  return read
}

test('a name is resolved to addresses once, and only those that may be are kept', async () => {
  expect(await pinAddresses(workspace({ address: '2001:db8::7' }))).toEqual(['2001:db8::7'])
  expect(await pinAddresses(workspace({ local: true }))).toEqual(['127.0.0.1', '::1'])
  expect(await pinAddresses(workspace({ local: true, address: 'localhost' }))).toContain('127.0.0.1')
  for (const entries of [{ address: 'localhost' }, { address: 'name.invalid' }, {}]) {
    await expect(pinAddresses(workspace(entries))).rejects.toMatchObject({ code: 'GATEWAY_WORKSPACE_ADDRESS_REFUSED' })
  }
})
