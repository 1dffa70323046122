import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { afterAll, describe, expect, test } from 'vitest'
import { askEngine } from './engine-answer.ts'
import { parseDockerContainers } from './engine-containers.ts'
import { engineObserver } from './engine-observer.ts'
import { kernelObserver } from './kernel-observer.ts'
import { observe } from './observation.ts'
import { type HostObservation, observeHost, type SeenHost } from './observe-host.ts'
import type { Observer } from './observer.ts'
import { portolanLabelsOf } from './portolan-label.ts'
import { ssObserver } from './ss-observer.ts'
import { SshHost } from './ssh-host.ts'
import { sshEngine, sshObserver } from './ssh-observer.ts'
import { openTestPodman, podmanMissing, type TestPodman } from './testing-podman.ts'
import { findFreePort } from './testing-programs.ts'
import { openTestSshd, sshdMissing } from './testing-sshd.ts'

const { signal } = new AbortController()

function seen(observation: HostObservation): SeenHost {
  if (observation.state === 'unknown') throw observation.cause
  return observation
}

async function lookAt(observers: readonly Observer[], port: number) {
  const host = seen(await observeHost(observers, { signal, answerTimeoutMs: 30_000 }))
  return host.sightings.filter((sighting) => sighting.port === port)
}

const missing = podmanMissing()
if (missing === undefined) {
  const podman = await openTestPodman()
  afterAll(() => podman[Symbol.asyncDispose](), 60_000)
  describe('with real containers', () => registerPodmanTests(podman))
} else {
  console.warn(missing)
  test(missing, ({ skip }) => skip(missing))
}

function registerPodmanTests(podman: TestPodman): void {
  const engine = engineObserver({ type: 'socket', path: podman.socketPath })

  test('a published port is one sighting: the kernel knows its process, the engine its container and labels', async () => {
    const port = await findFreePort()
    const labels = [
      '--label',
      'portolan.claim=4711',
      '--label',
      'portolan.token=12',
      '--label',
      'portolan.project=worb',
    ]
    const args = ['--name', 'worb-blue', '--publish', `${port}:80`, ...labels]
    const id = await podman.run(args, ['nc', '-l', '-p', '80'])
    const sightings = await lookAt([kernelObserver(), ssObserver(), engine], port)
    expect(sightings).toEqual([
      {
        transport: 'tcp',
        family: 'ipv4',
        address: '0.0.0.0',
        port,
        holder: expect.objectContaining({ command: 'conmon', user: 'root' }),
        container: expect.objectContaining({ id, engine: 'podman', name: 'worb-blue' }),
      },
    ])
    const [sighting] = sightings
    expect(portolanLabelsOf(sighting?.container)).toEqual({ claim: '4711', token: '12', project: 'worb' })
    expect(Math.abs(Date.now() - (sighting?.container?.createdAt?.getTime() ?? 0))).toBeLessThan(60_000)
  })

  test("a container in the host's network is found by its control group, and named by the engine", async () => {
    const port = await findFreePort()
    const args = ['--name', 'worb-green', '--network', 'host', '--label', 'portolan.slot=green']
    const id = await podman.run(args, ['nc', '-l', '-p', String(port)])
    await expect.poll(() => lookAt([kernelObserver()], port)).toHaveLength(1)
    expect(await lookAt([kernelObserver()], port)).toMatchObject([{ container: { id } }])
    expect(await lookAt([engine], port)).toEqual([])
    const [sighting] = await lookAt([kernelObserver(), engine], port)
    expect(sighting).toMatchObject({ holder: { command: 'busybox' }, container: { id, name: 'worb-green' } })
    expect(portolanLabelsOf(sighting?.container)).toEqual({ slot: 'green' })
  })

  test('every port of a published range is seen, of each family and transport its own', async () => {
    // Below every system's ephemeral range, and another place for each process that runs this at once.
    const first = 10_000 + (process.pid % 2_000) * 11
    const ipv4 = ['--publish', `127.0.0.1:${first}-${first + 9}:5000-5009/udp`]
    const ipv6 = ['--publish', `[::1]:${first + 10}:80`]
    await podman.run([...ipv4, ...ipv6], ['sleep', '600'])
    const { sightings } = seen(await observeHost([engine], { signal, answerTimeoutMs: 30_000 }))
    const places = sightings.filter(({ port }) => port >= first && port <= first + 10)
    expect(places.map(({ transport, address, port }) => `${transport} ${address} ${port}`)).toEqual([
      `tcp ::1 ${first + 10}`,
      ...Array.from({ length: 10 }, (_, index) => `udp 127.0.0.1 ${first + index}`),
    ])
  })

  test('a container that has ended holds no port, and is still listed with its labels', async () => {
    const port = await findFreePort()
    const id = await podman.run(['--publish', `${port}:80`, '--label', 'portolan.claim=9'], ['sleep', '600'])
    expect(await lookAt([engine], port)).toHaveLength(1)
    await podman.command(['stop', '--time', '0', id])
    const host = seen(await observeHost([engine], { signal, answerTimeoutMs: 30_000 }))
    expect(host.sightings.filter((sighting) => sighting.port === port)).toEqual([])
    const container = host.containers.find((one) => one.id === id)
    expect(container).toMatchObject({
      isRunning: false,
      labels: { 'portolan.claim': '9' },
      ports: [{ hostPort: port }],
    })
  })

  test("podman's imitation of Docker's list is read as Docker's, and lacks all but the first port of a range", async () => {
    const first = 10_000 + (process.pid % 2_000) * 11
    const id = await podman.run(['--publish', `127.0.0.1:${first}-${first + 1}:80-81`], ['sleep', '600'])
    const address = { type: 'socket', path: podman.socketPath } as const
    const question = { path: '/containers/json', answerLimitBytes: 1_000_000, signal }
    const { body } = await askEngine(address, question)
    const container = parseDockerContainers(body, 'podman').find((one) => one.id === id)
    expect(container).toMatchObject({ state: 'running', ports: [{ address: '127.0.0.1', hostPort: first }] })
    expect(container?.ports).toHaveLength(1)
    await podman.command(['rm', '--force', '--time', '0', id])
  })

  test('an engine is asked over TCP just as well', async () => {
    const relay = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .pipe(connect(podman.socketPath))
        .pipe(socket)
    }).listen(0, '127.0.0.1')
    await once(relay, 'listening')
    const address = relay.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const containers = await engineObserver({ type: 'tcp', host: '127.0.0.1', port }).listContainers({ signal })
    expect(containers).toEqual(await engine.listContainers({ signal }))
    relay.close()
    await once(relay, 'close')
  })

  registerSshEngineTests(podman)
}

function registerSshEngineTests(podman: TestPodman): void {
  const missingSshd = sshdMissing()
  if (missingSshd !== undefined) {
    console.warn(missingSshd)
    test(missingSshd, ({ skip }) => skip(missingSshd))
    return
  }

  test("another host's sockets and containers are seen over one SSH connection", async () => {
    await using sshd = await openTestSshd()
    await using host = new SshHost(sshd.options)
    const port = await findFreePort()
    const id = await podman.run(['--publish', `127.0.0.1:${port}:80`], ['sleep', '600'])
    const engine = engineObserver(sshEngine(host, { socketPath: podman.socketPath }))
    const sightings = await lookAt([sshObserver(host), engine], port)
    expect(sightings).toMatchObject([{ address: '127.0.0.1', holder: { command: 'conmon' }, container: { id } }])
    expect(sshd.countConnections()).toBe(1)
  })

  test('where sshd forwards no sockets the message says what to do, and the own command of the engine works', async () => {
    await using sshd = await openTestSshd([
      'AllowStreamLocalForwarding no',
      `SetEnv CONTAINER_HOST=unix://${podman.socketPath}`,
    ])
    await using host = new SshHost(sshd.options)
    const refused = await observe(engineObserver(sshEngine(host, { socketPath: podman.socketPath })), { signal })
    expect(refused).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SSH_CHANNEL_REFUSED' } })
    expect(refused).toMatchObject({ cause: { message: expect.stringContaining('AllowStreamLocalForwarding') } })
    const engine = engineObserver(sshEngine(host, { command: 'podman' }))
    const { containers } = seen(await observeHost([engine], { signal, answerTimeoutMs: 30_000 }))
    expect(containers.length).toBeGreaterThan(0)
    const other = await observe(engineObserver(sshEngine(host, { command: 'docker' })), { signal })
    expect(other.state).toBe('unknown')
  })

  test('a socket that is not there is unknown', async () => {
    await using sshd = await openTestSshd()
    await using host = new SshHost(sshd.options)
    const observation = await observe(engineObserver(sshEngine(host, { socketPath: '/run/none.sock' })), { signal })
    expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SSH_CHANNEL_REFUSED' } })
  })
}
