import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import { AddressBook } from './address-book.ts'
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
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd20:ce::254',
  'fd00:ec2::23',
  'fd00:c1::a9fe:a9fe',
  'fd00:42::42',
  '::ffff:0:127.0.0.1',
  '::ffff:0:a9fe:a9fe',
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

const waiting = () => ({ book: new AddressBook(), signal: AbortSignal.timeout(10_000) })

function workspace(entries: object): Workspace {
  const read = readWorkspace('alpha', entries, [])
  if (read === undefined) throw new TypeError('The test has written no workspace.')
  return read
}

test('a name is resolved to addresses once, and only those that may be are kept', async () => {
  expect(await pinAddresses(workspace({ address: '2001:db8::7' }), waiting())).toEqual(['2001:db8::7'])
  expect(await pinAddresses(workspace({ local: true }), waiting())).toEqual(['127.0.0.1', '::1'])
  expect(await pinAddresses(workspace({ local: true, address: 'localhost' }), waiting())).toContain('127.0.0.1')
  for (const entries of [{ address: 'localhost' }, { address: 'name.invalid' }, {}]) {
    await expect(pinAddresses(workspace(entries), waiting())).rejects.toMatchObject({
      code: 'GATEWAY_WORKSPACE_ADDRESS_REFUSED',
    })
  }
})

test('a name is resolved once for all who ask within two seconds, and nobody waits longer than he may', async () => {
  const asked: string[] = []
  const silent = Promise.withResolvers<readonly string[]>()
  const book = new AddressBook((name) => {
    asked.push(name)
    return name === 'silent.example' ? silent.promise : Promise.resolve(['192.0.2.7'])
  })
  const find = (name: string, signal = AbortSignal.timeout(10_000)) => book.find(name, { signal })
  expect(await Promise.all([find('a.example'), find('a.example')])).toEqual([['192.0.2.7'], ['192.0.2.7']])
  expect(await find('a.example')).toEqual(['192.0.2.7'])
  expect(asked).toEqual(['a.example'])
  await expect(find('silent.example', AbortSignal.timeout(20))).rejects.toThrow('timeout')
  silent.resolve(['192.0.2.8'])
  expect(await find('silent.example')).toEqual(['192.0.2.8'])
})

test('how many names are resolved at once has a limit', async () => {
  const book = new AddressBook(() => Promise.withResolvers<readonly string[]>().promise)
  const waiting = new AbortController()
  const all = Array.from({ length: 40 }, (_, index) => book.find(`${index}.example`, waiting))
  const outcomes = Promise.allSettled(all)
  await expect(all[39]).rejects.toThrow('32 names')
  waiting.abort(new Error('over'))
  expect(
    (await outcomes).filter((each) => each.status === 'rejected' && String(each.reason).includes('32')),
  ).toHaveLength(8)
})
