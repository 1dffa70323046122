import { once } from 'node:events'
import { createServer } from 'node:net'
import { engineObserver, kernelObserver, type Observer, observeHost } from '@portolan/observe'
import { findFreePort, openTestPodman, podmanMissing, type TestPodman } from '@portolan/observe/testing'
import { openTestPostgres } from '@portolan/postgres/testing'
import { isLive, type LiveClaim, type Registry } from '@portolan/registry'
import { openTestRegistry } from '@portolan/registry/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { planAdoption } from './adoption.ts'
import { compareHost } from './compare-host.ts'
import { lookAtHost } from './host-look.ts'
import { listUnrecordedHalves } from './occupants.ts'
import { planRebuild } from './rebuild.ts'
import type { AdoptionRule } from './rule.ts'

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())
const waiting = () => ({ signal: AbortSignal.timeout(30_000) })

interface Question {
  readonly observers: readonly Observer[]
  readonly rules?: readonly AdoptionRule[]
  /** Only this and the next port: others use the machine at the same time. */
  readonly blue: number
}

async function look(registry: Registry, { observers, rules = [], blue }: Question) {
  const observed = await observeHost(observers, waiting())
  const isNear = ({ port }: { readonly port: number }) => port === blue || port === blue + 1
  const observation = { ...observed, sightings: observed.sightings.filter(isNear) }
  const { claims } = await registry.listClaims({ host: 'seoul-1' }, waiting())
  const live = claims.filter((claim): claim is LiveClaim => isLive(claim))
  return lookAtHost({ host: 'seoul-1', claims: live, observation, bands: await registry.listBands(waiting()), rules })
}

/** An even port that is free, and its neighbour too. */
async function freePair(): Promise<number> {
  const port = await findFreePort()
  return port - (port % 2)
}

async function listen(port: number) {
  const listener = createServer().listen(port, '127.0.0.1')
  await once(listener, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      listener.close()
      await once(listener, 'close')
    },
  }
}

const CLAIM = {
  host: 'seoul-1',
  environment: 'production',
  kind: 'app',
  project: 'worb',
  evenIfOutOfBand: true,
} as const

function codesOf(differences: ReturnType<typeof compareHost>): readonly string[] {
  return differences.map(({ code, ports }) => `${code} ${ports?.first}`)
}

test('real sockets: a claim is closed, then open without a record, and what nobody claimed is adopted by rule', async () => {
  await using world = await openTestRegistry(server)
  const { registry } = world
  const observers = [kernelObserver()]
  const blue = await freePair()
  const range = { first: blue, last: blue + 1 }
  const { claim } = await registry.claim({ ...CLAIM, range }, waiting())
  expect(codesOf(compareHost(await look(registry, { observers, blue })))).toEqual([`RECONCILE_CLAIM_CLOSED ${blue}`])
  await using _open = await listen(blue)
  expect(codesOf(compareHost(await look(registry, { observers, blue })))).toEqual([`RECONCILE_SLOT_UNRECORDED ${blue}`])
  await registry.release({ claimId: claim.id, project: 'worb' }, waiting())
  expect(codesOf(compareHost(await look(registry, { observers, blue })))).toEqual(
    blue >= 32_768 ? [] : [`RECONCILE_PORT_UNCLAIMED ${blue}`],
  )
  const rules = [{ ports: `${blue}`, project: 'worb', environment: 'production', shape: 'pair' as const }]
  const { steps } = planAdoption(await look(registry, { observers, blue, rules }))
  const { steps: results } = await registry.apply({ steps: steps.map(({ step }) => step) }, waiting())
  expect(results.map(({ claim: made }) => [made.project, made.range])).toEqual([['worb', range]])
  const after = planAdoption(await look(registry, { observers, blue, rules }))
  expect(after.steps).toEqual([])
})

test('adopting and comparing never free anything, however often nothing is seen', async () => {
  await using world = await openTestRegistry(server)
  const { registry } = world
  const blue = await freePair()
  await registry.claim({ ...CLAIM, range: { first: blue, last: blue + 1 } }, waiting())
  for (let times = 0; times < 3; times += 1) {
    const current = await look(registry, { observers: [kernelObserver()], blue })
    expect([planAdoption(current).steps, planRebuild(current).steps]).toEqual([[], []])
    expect(compareHost(current)).toHaveLength(1)
  }
  expect((await registry.listClaims({}, waiting())).claims).toHaveLength(1)
})

const missing = podmanMissing()
if (missing === undefined) {
  const podman = await openTestPodman()
  afterAll(() => podman[Symbol.asyncDispose](), 60_000)
  describe('with real containers', () => registerPodmanTests(podman))
} else {
  console.warn(missing)
  test(missing, ({ skip }) => skip(missing))
}

interface Deployment {
  readonly project: string
  readonly slot: string
  readonly claim: number
  readonly token: number
  readonly port: number
}

function deploy(podman: TestPodman, { project, slot, claim, token, port }: Deployment): Promise<string> {
  const labels = { project, environment: 'production', slot, claim, token, version: `v${token}` }
  const said = Object.entries(labels).flatMap(([name, value]) => ['--label', `portolan.${name}=${value}`])
  const args = ['--name', `${project}-${slot}`, '--publish', `127.0.0.1:${port}:80`, ...said]
  return podman.run(args, ['nc', '-l', '-p', '80'])
}

function registerPodmanTests(podman: TestPodman): void {
  const observers = [kernelObserver(), engineObserver({ type: 'socket', path: podman.socketPath })]

  test('the registry is built again from the labels, and every token after it is higher', async () => {
    const blue = await freePair()
    const range = { first: blue, last: blue + 1 }
    await using lost = await openTestRegistry(server)
    const { claim: old } = await lost.registry.claim({ ...CLAIM, range }, waiting())
    await deploy(podman, { project: 'worb', slot: 'green', claim: old.id, token: old.token, port: blue + 1 })
    const paused = await lost.registry.takeOver({ claimId: old.id, project: 'worb' }, waiting())

    await using world = await openTestRegistry(server)
    const { registry } = world
    const { steps, floor } = planRebuild(await look(registry, { observers, blue }))
    expect(floor).toBeDefined()
    await registry.raiseNumbers({ token: 0, claimId: 0, ...floor }, waiting())
    const result = await registry.apply({ steps: steps.map(({ step }) => step) }, waiting())
    const [rebuilt] = result.steps.map(({ claim }) => claim)
    expect(rebuilt).toMatchObject({
      project: 'worb',
      range,
      shape: 'pair',
      labels: { 'portolan.claim': String(old.id) },
    })
    expect((rebuilt?.token ?? 0) > paused.token && (rebuilt?.id ?? 0) > old.id).toBe(true)
    const stale = { claimId: rebuilt?.id ?? 0, project: 'worb', token: paused.token }
    await expect(registry.takeOver(stale, waiting())).rejects.toMatchObject({ code: 'REGISTRY_TOKEN_STALE' })

    expect(rebuilt?.slots).toMatchObject({
      blue: { state: 'empty' },
      green: { state: 'active', version: `v${old.token}` },
    })
    const current = await look(registry, { observers, blue })
    expect([compareHost(current), listUnrecordedHalves(current)]).toEqual([[], []])
  })

  test("a container of another project in somebody's half, and a container that has ended and may come back", async () => {
    await using world = await openTestRegistry(server)
    const { registry } = world
    const blue = await freePair()
    const { claim } = await registry.claim({ ...CLAIM, range: { first: blue, last: blue + 1 } }, waiting())
    const id = await deploy(podman, { project: 'w-homepage', slot: 'green', claim: 9, token: 9, port: blue + 1 })
    expect(codesOf(compareHost(await look(registry, { observers, blue })))).toEqual([
      `RECONCILE_HELD_BY_ANOTHER ${blue + 1}`,
    ])
    await registry.release({ claimId: claim.id, project: 'worb' }, waiting())
    await podman.command(['stop', '--time', '0', id])
    const rebuilt = planRebuild(await look(registry, { observers, blue })).steps
    expect(rebuilt.map(({ step: { request } }) => [request.project, request.range.first])).toContainEqual([
      'w-homepage',
      blue,
    ])
  })
}
