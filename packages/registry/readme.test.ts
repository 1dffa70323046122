import { readFile } from 'node:fs/promises'
import { openTestDatabase, openTestPostgres } from '@portolan/postgres/testing'
import { expect, test } from 'vitest'
import { openRegistry } from './index.ts'

test("the README's example does what its comments say", async () => {
  const readme = await readFile(new URL('README.md', import.meta.url), 'utf8')
  await using server = await openTestPostgres()
  const { url: databaseUrl } = await openTestDatabase(server)
  const { signal } = new AbortController()
  await using registry = await openRegistry({ databaseUrl }, { signal })
  await registry.declareHost({ name: 'seoul-1', addresses: ['192.0.2.1'] }, { signal })
  const wish = { host: 'seoul-1', environment: 'production', kind: 'app', project: 'worb' }
  const { claim } = await registry.allocate({ ...wish, reason: 'release 12' }, { signal })
  expect(readme).toContain(`// ${claim.range.first} and ${claim.range.last}, or what worb has`)
  const own = { claimId: claim.id, project: 'worb', token: claim.token }
  const deployed = await registry.changeSlots({ ...own, event: { type: 'deploy', version: '1.0.0' } }, { signal })
  expect(readme).toContain(`// blue is ${deployed.slots.blue.state}`)
  const promoted = await registry.changeSlots({ ...own, event: { type: 'promote', graceMs: 3_600_000 } }, { signal })
  expect(readme).toContain(`// blue is ${promoted.slots.blue.state}`)
  const { events } = await registry.listEvents({ host: 'seoul-1', port: claim.range.first }, { signal })
  expect(events.map(({ type, reason }) => [type, reason])).toEqual([
    ['slots-changed', undefined],
    ['slots-changed', undefined],
    ['allocated', 'release 12'],
  ])
})
