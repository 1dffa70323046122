import { appendFile, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { findHolder, type Observation, observe, type SeenObservation } from './observation.ts'
import { SshHost, type SshHostOptions } from './ssh-host.ts'
import { sshObserver } from './ssh-observer.ts'
import { runProgram, startNode } from './testing-programs.ts'
import { openTestSshd, sshdMissing, type TestSshd } from './testing-sshd.ts'

const { signal } = new AbortController()
const LISTEN = `require('node:net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`

function seen(observation: Observation): SeenObservation {
  if (observation.state === 'unknown') throw observation.cause
  return observation
}

async function lookOnce(options: SshHostOptions): Promise<Observation> {
  await using host = new SshHost(options)
  const observation = await observe(sshObserver(host), { signal })
  return observation
}

async function codeOf(options: SshHostOptions): Promise<string> {
  const observation = await lookOnce(options)
  return observation.state === 'unknown' ? observation.cause.code : observation.state
}

function knownHostsOf({ folder }: TestSshd): string {
  return path.join(folder, 'known_hosts')
}

const missing = sshdMissing()
if (missing === undefined) {
  registerLookTests()
  registerHostKeyTests()
  registerCredentialTests()
  registerConnectionTests()
} else {
  console.warn(missing)
  test(missing, ({ skip }) => skip(missing))
}

function registerLookTests(): void {
  test("another host's ports are seen over SSH, with process, user and start", async () => {
    await using sshd = await openTestSshd()
    const startedBefore = Date.now()
    await using child = await startNode(LISTEN)
    const port = Number(child.firstLine)
    const observation = seen(await lookOnce(sshd.options))
    const [sighting] = findHolder(observation, {
      address: '127.0.0.1',
      range: { first: port, last: port },
      transport: 'tcp',
    })
    expect(sighting).toMatchObject({ holder: { pid: child.pid, user: sshd.options.user } })
    expect(Math.abs((sighting?.holder?.startedAt.getTime() ?? 0) - startedBefore)).toBeLessThan(3_000)
  })

  test('a look that finds more than it may read is unknown, and the next one gets a connection of its own', async () => {
    await using sshd = await openTestSshd()
    await using host = new SshHost({ ...sshd.options, outputLimitBytes: 10 })
    for (const connectionCount of [1, 2]) {
      const observation = await observe(sshObserver(host), { signal })
      expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_ANSWER_TOO_LONG' } })
      await expect.poll(() => sshd.countConnections()).toBe(connectionCount)
    }
  })
}

function registerHostKeyTests(): void {
  test('names that ssh-keygen has hashed are found', async () => {
    await using sshd = await openTestSshd()
    await runProgram('ssh-keygen', ['-H', '-f', knownHostsOf(sshd)])
    expect(await readFile(knownHostsOf(sshd), 'utf8')).toMatch(/^\|1\|/)
    expect(await codeOf(sshd.options)).toBe('seen')
  })

  test('an unknown host is refused with its fingerprint, and the line that the message gives lets it in', async () => {
    await using sshd = await openTestSshd()
    await writeFile(knownHostsOf(sshd), '')
    const observation = await lookOnce(sshd.options)
    if (observation.state !== 'unknown') throw new Error('it was let in')
    const { code, message, details } = observation.cause
    const [, fingerprint = ''] = (await runProgram('ssh-keygen', ['-lf', path.join(sshd.folder, 'host.pub')])).split(
      ' ',
    )
    expect({ code, details }).toMatchObject({ code: 'OBSERVE_SSH_HOST_KEY_UNKNOWN', details: { fingerprint } })
    expect(message).toContain(fingerprint)
    expect(message).toContain(`add this line to "${knownHostsOf(sshd)}"`)
    await appendFile(knownHostsOf(sshd), `${String(details.line)}\n`)
    expect(await codeOf(sshd.options)).toBe('seen')
  })

  test('a host that shows another key is refused with both fingerprints and the line', async () => {
    await using sshd = await openTestSshd()
    const other = (await readFile(path.join(sshd.folder, 'other.pub'), 'utf8')).trim()
    await writeFile(knownHostsOf(sshd), `# first\n[127.0.0.1]:${sshd.port} ${other}\n`)
    expect(await lookOnce(sshd.options)).toMatchObject({
      state: 'unknown',
      cause: { code: 'OBSERVE_SSH_HOST_KEY_CHANGED', details: { known: { path: knownHostsOf(sshd), line: 2 } } },
    })
    expect(await readFile(path.join(sshd.folder, 'known_hosts'), 'utf8')).toContain(other)
  })

  test('a revoked key is refused', async () => {
    await using sshd = await openTestSshd()
    await appendFile(knownHostsOf(sshd), `@revoked * ${sshd.hostKey}\n`)
    expect(await codeOf(sshd.options)).toBe('OBSERVE_SSH_HOST_KEY_REVOKED')
  })

  test('half a line that revokes stops every connection that trusts by that file', async () => {
    await using sshd = await openTestSshd()
    await appendFile(knownHostsOf(sshd), '@revoked *\n')
    expect(await codeOf(sshd.options)).toBe('OBSERVE_KNOWN_HOSTS_MALFORMED')
  })

  test('a host with several keys is asked for the one that is known', async () => {
    await using sshd = await openTestSshd(['HostKey {folder}/ecdsa'])
    const [type = '', key = ''] = (await readFile(path.join(sshd.folder, 'ecdsa.pub'), 'utf8')).split(' ')
    await writeFile(knownHostsOf(sshd), `[127.0.0.1]:${sshd.port} ${type} ${key}\n`)
    expect(await codeOf(sshd.options)).toBe('seen')
  })
}

function registerCredentialTests(): void {
  test('a key that the host does not list is refused, and so is an agent that is not there', async () => {
    await using sshd = await openTestSshd()
    const other = { type: 'key', path: path.join(sshd.folder, 'other') } as const
    expect(await codeOf({ ...sshd.options, credentials: other })).toBe('OBSERVE_SSH_SIGN_IN_REFUSED')
    const agent = { type: 'agent', socketPath: path.join(sshd.folder, 'agent') } as const
    expect(await codeOf({ ...sshd.options, credentials: agent })).toBe('OBSERVE_SSH_SIGN_IN_REFUSED')
  })

  test('a key file that is missing, garbage or locked says so; with its passphrase it opens', async () => {
    await using sshd = await openTestSshd()
    const garbage = { type: 'key', path: knownHostsOf(sshd) } as const
    expect(await codeOf({ ...sshd.options, credentials: garbage })).toBe('OBSERVE_SSH_KEY_UNREADABLE')
    const none = { type: 'key', path: path.join(sshd.folder, 'none') } as const
    expect(await codeOf({ ...sshd.options, credentials: none })).toBe('OBSERVE_SSH_KEY_UNREADABLE')
    const locked = { type: 'key', path: path.join(sshd.folder, 'user') } as const
    await runProgram('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'open sesame', '-f', locked.path])
    expect(await codeOf({ ...sshd.options, credentials: locked })).toBe('OBSERVE_SSH_KEY_UNREADABLE')
    expect(await codeOf({ ...sshd.options, credentials: { ...locked, passphrase: 'open sesame' } })).toBe('seen')
  })

  test('the keys of a real agent are used', async () => {
    await using sshd = await openTestSshd()
    await using agent = await sshd.startAgent()
    expect(await codeOf({ ...sshd.options, credentials: { type: 'agent', socketPath: agent.socketPath } })).toBe('seen')
  })
}

function registerConnectionTests(): void {
  test('one connection serves every look, is made anew after it broke, and is gone after close', async () => {
    await using sshd = await openTestSshd()
    await using host = new SshHost(sshd.options)
    const observers = [sshObserver(host), sshObserver(host), sshObserver(host)]
    const looks = await Promise.all(observers.map((observer) => observe(observer, { signal })))
    expect(looks.map(({ state }) => state)).toEqual(['seen', 'seen', 'seen'])
    expect(sshd.countConnections()).toBe(1)
    expect(await sshd.countSessions()).toBeGreaterThan(0)
    await sshd.killSessions()
    await expect.poll(async () => (await observe(sshObserver(host), { signal })).state).toBe('seen')
    expect(sshd.countConnections()).toBe(2)
    await host.close()
    await host.close()
    await expect.poll(() => sshd.countSessions()).toBe(0)
    const after = await observe(sshObserver(host), { signal })
    expect(after).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SSH_CLOSED' } })
  })

  test('a host where nothing listens is unknown, and seen once it does', async () => {
    await using sshd = await openTestSshd()
    await using host = new SshHost(sshd.options)
    await sshd.kill()
    const observation = await observe(sshObserver(host), { signal })
    expect(observation).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SSH_UNREACHABLE' } })
    await sshd.start()
    expect((await observe(sshObserver(host), { signal })).state).toBe('seen')
  })

  test('a look that is told to stop throws that, and leaves the host to the others', async () => {
    await using sshd = await openTestSshd()
    await using host = new SshHost(sshd.options)
    const stop = new AbortController()
    const stopped = observe(sshObserver(host), { signal: stop.signal })
    const other = observe(sshObserver(host), { signal })
    stop.abort(new Error('told to stop'))
    await expect(stopped).rejects.toThrow('told to stop')
    expect((await other).state).toBe('seen')
  })

  test('closing ends a look that is under way', async () => {
    await using sshd = await openTestSshd()
    const host = new SshHost(sshd.options)
    const look = observe(sshObserver(host), { signal })
    await host.close()
    expect(await look).toMatchObject({ state: 'unknown', cause: { code: 'OBSERVE_SSH_CLOSED' } })
  })
}
