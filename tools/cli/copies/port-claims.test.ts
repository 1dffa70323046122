import { LocalDoor, ownerOf } from '@portolan/operations'
import { openTestPostgres, type TestPostgres } from '@portolan/postgres/testing'
import type { Band } from '@portolan/registry'
import { openTestRegistry } from '@portolan/registry/testing'
import { parseStack, resolveStack } from '@portolan/stack'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { ClaimingCopy } from './claim-terms.ts'
import { type AskedRegistry, allocatePorts, releasePorts } from './port-claims.ts'
import { autoWishes, type PortWish, previewWishes } from './port-wish.ts'

const { signal } = new AbortController()
const HOST = 'seoul-1'
let server: TestPostgres

beforeAll(async () => {
  server = await openTestPostgres()
}, 60_000)
afterAll(() => server[Symbol.asyncDispose]())

/** A registry with one host, whose bands are these or seed 003's. */
async function openAsked(bands?: readonly Band[]) {
  const world = await openTestRegistry(server, bands === undefined ? {} : { bands })
  onTestFinished(() => world[Symbol.asyncDispose]())
  const asked: AskedRegistry = {
    door: new LocalDoor({ registry: world.registry, caller: ownerOf('test') }),
    host: HOST,
  }
  return { ...world, asked }
}

const STACK = parseStack(
  `stack: shop
gateway: { ports: { http: 3000 } }
services:
  web: { run: { command: web }, ports: { http: auto } }
  live:
    run: { command: live }
    ports: { signal: 7880, turn: { port: 3478, transport: [udp, tcp] }, media: { range: auto, size: 20, transport: udp } }
  mail: { run: { external: mail.example.com }, ports: { smtp: 25 } }
environments: { staging: {}, production: {} }
`,
  'portolan.yaml',
)

interface CopyOptions {
  readonly environment?: string
  readonly preview?: string
  readonly mark?: string
  readonly shift?: number
}

function copyOf({ mark = 'a'.repeat(20), ...options }: CopyOptions = {}) {
  const stack = resolveStack(STACK, { values: {}, leaveOpen: true, ...options })
  const copy: ClaimingCopy = { stack, stackFolder: '/team/shop', mark }
  return { stack, copy }
}

function numbers(held: readonly { readonly key: string; readonly first: number; readonly transport: string }[]) {
  return held.map(({ key, first, transport }) => `${key} ${first}/${transport}`)
}

test('only what is auto is asked for, and asking again gives the same numbers', async () => {
  const { asked } = await openAsked()
  const { stack, copy } = copyOf()
  const request = { copy, wishes: autoWishes(stack) }
  const held = await allocatePorts(asked, request, { signal })
  expect(numbers(held)).toEqual(['web.http 5000/tcp', 'live.media 5000/udp'])
  expect(await allocatePorts(asked, request, { signal })).toEqual(held)
})

test('another checkout, another shift and another preview get numbers of their own', async () => {
  const { asked } = await openAsked()
  const firsts = new Set<number>()
  const copies = [
    copyOf(),
    copyOf({ mark: 'b'.repeat(20) }),
    copyOf({ mark: 'c'.repeat(20), shift: 100 }),
    copyOf({ mark: 'd'.repeat(20), preview: 'one' }),
  ]
  for (const { stack, copy } of copies) {
    const [web] = await allocatePorts(asked, { copy, wishes: autoWishes(stack), leaseMs: 60_000 }, { signal })
    firsts.add(web?.first ?? 0)
  }
  expect([...firsts]).toEqual([5000, 5002, 5004, 5006])
})

test('a deployed environment keeps a pair of its own band, a checkout has a lease in the band of previews', async () => {
  const { asked } = await openAsked()
  const claimOf = async (options: CopyOptions) => {
    const { stack, copy } = copyOf(options)
    const [web] = await allocatePorts(asked, { copy, wishes: autoWishes(stack) }, { signal })
    const { claims } = await asked.door.call(
      'port_list',
      { project: 'shop', port: web?.first ?? 0, transport: 'tcp' },
      { signal },
    )
    return claims[0]
  }
  expect(await claimOf({ environment: 'production' })).toMatchObject({
    ports: '4000-4001',
    purpose: 'web.http',
    state: 'held',
    environment: 'production',
  })
  expect(await claimOf({})).toMatchObject({
    ports: '5000-5001',
    purpose: 'web.http/aaaaaaaaaaaa',
    state: 'leased',
    labels: { 'portolan.environment': 'development', 'portolan.folder': '/team/shop' },
  })
})

test('a preview is given every port of this machine, and one number for TCP and UDP alike', async () => {
  const { asked } = await openAsked()
  const { stack, copy } = copyOf({ preview: 'one' })
  const held = await allocatePorts(asked, { copy, wishes: previewWishes(stack), leaseMs: 60_000 }, { signal })
  expect(numbers(held)).toEqual([
    'gateway.http 5000/tcp',
    'web.http 5001/tcp',
    'live.signal 5002/tcp',
    'live.turn 5003/udp', // 5000/udp is free and 5000/tcp is not, so both move on
    'live.turn 5003/tcp',
    'live.media 5004/udp',
  ])
})

test('a port of both transports keeps its number, also beside ports that only one of them has', async () => {
  const { asked } = await openAsked()
  const { copy } = copyOf({ preview: 'one' })
  const wish = (key: string, transports: PortWish['transports'], portCount = 1): PortWish => {
    const shape = portCount > 1 ? 'range' : 'single'
    return { key, service: 'live', shape, portCount, transports, kind: 'app' }
  }
  const wishes = [wish('live.media', ['udp'], 30), wish('live.signal', ['tcp']), wish('live.turn', ['tcp', 'udp'])]
  const request = { copy, wishes, leaseMs: 60_000 }
  const held = await allocatePorts(asked, request, { signal })
  expect(numbers(held).slice(2)).toEqual(['live.turn 5030/tcp', 'live.turn 5030/udp'])
  expect(numbers(await allocatePorts(asked, request, { signal }))).toEqual(numbers(held))
})

test('where not everything fits nothing is held', async () => {
  const { asked, registry } = await openAsked([
    { environment: 'preview', kind: 'app', range: { first: 5000, last: 5019 } },
  ])
  const { stack, copy } = copyOf({ preview: 'one' })
  await expect(
    allocatePorts(asked, { copy, wishes: previewWishes(stack), leaseMs: 60_000 }, { signal }),
  ).rejects.toMatchObject({ code: 'REGISTRY_BAND_FULL' })
  expect((await registry.listClaims({}, { signal })).claims).toEqual([])
})

test('what browsers refuse is never given', async () => {
  const { asked } = await openAsked([{ environment: 'preview', kind: 'app', range: { first: 6665, last: 6672 } }])
  const { copy } = copyOf({ preview: 'one' })
  const [, gateway] = previewWishes(copyOf().stack)
  const held = await allocatePorts(
    asked,
    { copy, wishes: gateway === undefined ? [] : [gateway], leaseMs: 1_000 },
    { signal },
  )
  expect(held[0]?.first).toBe(6670)
})

test('a port whose size has changed in the file is asked for anew', async () => {
  const { asked } = await openAsked()
  const { stack, copy } = copyOf()
  await allocatePorts(asked, { copy, wishes: autoWishes(stack) }, { signal })
  const wider = autoWishes(stack).map((wish) => (wish.key === 'live.media' ? { ...wish, portCount: 40 } : wish))
  const [, media] = await allocatePorts(asked, { copy, wishes: wider }, { signal })
  expect(media).toMatchObject({ key: 'live.media', portCount: 40 })
})

test('ports that were given back are nobody’s, and giving them back twice is no fault', async () => {
  const { asked, registry } = await openAsked()
  const { stack, copy } = copyOf({ preview: 'one' })
  const held = await allocatePorts(asked, { copy, wishes: previewWishes(stack), leaseMs: 60_000 }, { signal })
  await releasePorts(asked, held, { signal })
  await releasePorts(asked, held, { signal })
  expect((await registry.listClaims({}, { signal })).claims).toEqual([])
})

test('a kind of band is followed where it is there, and falls back to app among previews alone', async () => {
  const db = parseStack(
    'stack: shop\nservices: { db: { run: { command: db }, ports: { sql: { port: auto, kind: db } } } }\nenvironments: { production: {}, staging: {} }\n',
    'portolan.yaml',
  )
  const { asked } = await openAsked()
  const ask = async (environment: string) => {
    const stack = resolveStack(db, { values: {}, environment, leaveOpen: true })
    const copy = { stack, stackFolder: '/team/shop', mark: 'a'.repeat(20) }
    return (await allocatePorts(asked, { copy, wishes: autoWishes(stack) }, { signal }))[0]?.first
  }
  expect(await ask('production')).toBe(5450)
  expect(await ask('development')).toBe(5000)
})
