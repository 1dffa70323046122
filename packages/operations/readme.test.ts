import { readFile } from 'node:fs/promises'
import { openTestPostgres } from '@portolan/postgres/testing'
import { openTestRegistry } from '@portolan/registry/testing'
import { expect, test } from 'vitest'
import { LocalDoor, ownerOf } from './index.ts'

test("the README's example does what its comments say", async () => {
  const readme = await readFile(new URL('README.md', import.meta.url), 'utf8')
  await using server = await openTestPostgres()
  await using world = await openTestRegistry(server)
  const { signal } = new AbortController()
  const door = new LocalDoor({ registry: world.registry, caller: ownerOf('hanna') })
  const wish = { project: 'worb', environment: 'production' }
  const { blue, green, token } = await door.call('port_allocate', wish, { signal })
  expect(readme).toContain(`// ${blue}, ${green}`)
  const slots = await door.call('slot_deploy', { ...wish, token, version: '1.0.0' }, { signal })
  expect(readme).toContain(`// blue is ${slots.blue.state}`)
})
