import { engineObserver, PORTOLAN_LABELS } from '@portolan/observe'
import { openTestPodman, podmanMissing, type TestPodman } from '@portolan/observe/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { containerHome } from './container-home.ts'
import { type ContainerSettings, containerRunner } from './container-runner.ts'
import { type DeployRequest, deploySlot } from './deploy-slot.ts'
import { expireSlots } from './slot-changes.ts'
import { type DeployWorld, openDeployWorld, openTestPostgres, QUICK } from './testing.ts'

const { signal } = new AbortController()
const missing = podmanMissing()
if (missing === undefined) {
  const podman = await openTestPodman()
  const postgres = await openTestPostgres()
  afterAll(() => podman[Symbol.asyncDispose](), 60_000)
  afterAll(() => postgres[Symbol.asyncDispose]())
  describe('with real containers', () => registerTests(podman, () => openDeployWorld(postgres)))
} else {
  console.warn(missing)
  test(missing, ({ skip }) => skip(missing))
}

const IMAGE = 'localhost/portolan/busybox'
/** A machine of few rights may not raise them. */
const limits = { nofile: 1_024, nproc: 1_000 }
const serve = (words: string): ContainerSettings => ({
  image: IMAGE,
  args: ['/busybox', 'sh', '-c', words],
  limits,
  containerPort: 80,
})
const HEALTHY = serve('/busybox echo "$VERSION on $PORT" > /index.html; exec /busybox httpd -f -p "$PORT" -h /')

function registerTests(podman: TestPodman, openWorld: () => Promise<DeployWorld>): void {
  const address = { type: 'socket', path: podman.socketPath } as const
  const home = containerHome(address, { stopGraceSeconds: 0 })
  const listContainers = () => engineObserver(address).listContainers({ signal })

  const deploy = (
    world: DeployWorld,
    settings: ContainerSettings,
    { version, ...more }: Partial<DeployRequest> & { readonly version: string },
  ) => {
    const runner = containerRunner({ ...settings, environment: { VERSION: version } }, { address, stopGraceSeconds: 0 })
    const request = {
      ...world.naming,
      version,
      health: { type: 'http', path: '/' },
      healthTimes: QUICK,
      ...more,
    } as const
    return deploySlot(
      request,
      { door: world.door, runner, isHere: true, onProgress: (event) => world.progress.push(event) },
      { signal },
    )
  }
  const read = async (port: number) => (await fetch(`http://127.0.0.1:${port}/`)).text()

  test('containers take turns, each with its labels, on both families, and is gone when its grace is over', async () => {
    await using world = await openWorld()
    await deploy(world, HEALTHY, { version: '1.0.0' })
    const { token } = await deploy(world, HEALTHY, { version: '2.0.0', graceMs: 0 })
    const { claim } = await world.door.call('port_get', world.naming, { signal })
    const own = (await listContainers()).filter(({ labels }) => labels[PORTOLAN_LABELS.claim] === String(claim.id))
    expect(own).toHaveLength(1)
    const [container] = own
    expect(container?.labels).toMatchObject({
      [PORTOLAN_LABELS.claim]: String(claim.id),
      [PORTOLAN_LABELS.token]: String(token),
      [PORTOLAN_LABELS.project]: 'worb',
      [PORTOLAN_LABELS.environment]: 'production',
      [PORTOLAN_LABELS.slot]: 'green',
      [PORTOLAN_LABELS.version]: '2.0.0',
    })
    const published = { hostPort: world.blue + 1, containerPort: 80 }
    expect(container?.ports.toSorted((a, b) => (a.address < b.address ? -1 : 1))).toMatchObject([
      { address: '0.0.0.0', ...published },
      { address: '::', ...published },
    ])
    expect(await read(world.blue + 1)).toBe('2.0.0 on 80\n')
    const policy = await podman.command([
      'inspect',
      '--format',
      '{{.HostConfig.RestartPolicy.Name}}',
      container?.id ?? '',
    ])
    expect(policy.trim()).toBe('unless-stopped')
    await world.door.call('slot_retire', { ...world.naming, graceMs: 0 }, { signal })
    await expireSlots({ naming: world.naming }, { door: world.door, homes: [home] }, { signal })
    expect((await listContainers()).filter(({ labels }) => labels[PORTOLAN_LABELS.claim] === String(claim.id))).toEqual(
      [],
    )
  })

  test.for([
    [
      'never answers',
      serve('exec /busybox sleep 600'),
      'DEPLOY_UNHEALTHY',
      /nothing listens|closed|ECONNRESET|in time/,
    ],
    ['ends at once', serve('echo no database >&2; exit 3'), 'DEPLOY_ENDED', /no database/],
    ['is not there', { image: 'localhost:1/nowhere:1', limits }, 'DEPLOY_IMAGE_MISSING', /localhost:1\/nowhere:1/],
    ['cannot run', { image: IMAGE, args: ['/nowhere'], limits }, 'DEPLOY_ENGINE_REFUSED', /nowhere/],
  ] as const)('a container that %s is not promoted, and nothing of it is left', async ([, settings, code, words]) => {
    await using world = await openWorld()
    await deploy(world, HEALTHY, { version: '1.0.0' })
    const before = (await listContainers()).map(({ id }) => id)
    const deploying = deploy(world, settings, { version: '2.0.0', healthTimes: { ...QUICK, timeoutMs: 2_500 } })
    await expect(deploying).rejects.toMatchObject({ code, message: expect.stringMatching(words) })
    expect((await listContainers()).map(({ id }) => id)).toEqual(before)
    expect(await read(world.blue)).toBe('1.0.0 on 80\n')
    expect(await world.slots()).toMatchObject({ blue: { state: 'active' }, green: { state: 'empty' } })
  })

  test('a container of another project on the port is named, and left alone', async () => {
    await using world = await openWorld()
    const labels = [
      '--label',
      'portolan.claim=1',
      '--label',
      'portolan.project=vsvs-kr',
      '--label',
      'portolan.slot=blue',
    ]
    const publish = ['--publish', `${world.blue}:80`]
    const id = await podman.run(['--name', `other-${world.blue}`, ...publish, ...labels], ['sleep', '600'])
    await expect(deploy(world, HEALTHY, { version: '1.0.0' })).rejects.toMatchObject({ code: 'DEPLOY_PORT_TAKEN' })
    const elsewhere = { address, hostAddress: '127.0.0.1' }
    const request = { ...world.naming, version: '1', health: { type: 'tcp' } as const }
    // An engine elsewhere is not looked at before, and refuses by itself.
    const asked = deploySlot(request, { door: world.door, runner: containerRunner(HEALTHY, elsewhere) }, { signal })
    await expect(asked).rejects.toMatchObject({ code: 'DEPLOY_PORT_TAKEN' })
    expect((await listContainers()).find((container) => container.id === id)).toMatchObject({ isRunning: true })
  })

  test('a command takes the turn of a container, which is stopped after its grace all the same', async () => {
    await using world = await openWorld()
    await deploy(world, HEALTHY, { version: '1.0.0' })
    const request = {
      ...world.naming,
      version: '2.0.0',
      health: { type: 'tcp' },
      healthTimes: QUICK,
      graceMs: 0,
    } as const
    await deploySlot(request, { ...world.surroundings(world.web('healthy')), homes: [home] }, { signal })
    await expect(read(world.blue)).rejects.toThrow('fetch failed')
    expect((await world.ask(world.blue + 1))[0]).toBe('2.0.0')
  })
}
