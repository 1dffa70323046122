import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import ssh2, { type ServerChannel } from 'ssh2'
import { expect, test } from 'vitest'
import { askEngine } from './engine-answer.ts'
import { observe } from './observation.ts'
import { SSH_COMMANDS } from './ssh-command.ts'
import { SshHost, type SshHostOptions } from './ssh-host.ts'
import { sshEngine, sshObserver } from './ssh-observer.ts'
import { openTestFolder } from './testing-programs.ts'

const { signal } = new AbortController()
const ROW = 'LISTEN 0 511 127.0.0.1:8080 0.0.0.0:* users:(("node",pid=7,fd=3)) ino:1 sk:1 <->\n'
const FACTS = `/proc/stat:btime 1700000000\n/proc/7/status:Uid:\t1000\t1000\t1000\t1000
/proc/7/stat:7 (no\n/proc/7/stat:de) S 1 7 ${'0 '.repeat(16)}500 0 0\n/etc/passwd:mina:x:1000:1000::/:/bin/sh\n`

interface HostileHost extends AsyncDisposable {
  readonly options: SshHostOptions
  countConnections(): number
}

/** An SSH server of ours that lets everybody in, and answers commands as a test likes. */
async function openHostileHost(answer: (command: string, channel: ServerChannel) => void): Promise<HostileHost> {
  await using releasers = new AsyncDisposableStack()
  const folder = releasers.use(await openTestFolder())
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
  let connectionCount = 0
  const server = new ssh2.Server({ hostKeys: [pem] }, (client) => {
    connectionCount += 1
    client.on('error', () => undefined)
    client.on('authentication', (asked) => asked.accept())
    client.on('session', (accept) => {
      accept().on('exec', (acceptCommand, _refuse, { command }) => answer(command, acceptCommand()))
    })
  })
  const sockets = new Set<Socket>()
  const front = createServer((socket) => {
    sockets.add(socket)
    server.injectSocket(socket)
  })
  releasers.defer(() => endServer(front, sockets))
  const port = await listenOn(front)
  const key = ssh2.utils.parseKey(pem)
  if (key instanceof Error) throw key
  await folder.write({
    key: pem,
    known_hosts: `[127.0.0.1]:${port} ssh-rsa ${key.getPublicSSH().toString('base64')}\n`,
  })
  const owned = releasers.move()
  return {
    options: optionsAt(port, folder.root),
    countConnections: () => connectionCount,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function optionsAt(port: number, root: string): SshHostOptions {
  return {
    name: 'seoul-1',
    host: '127.0.0.1',
    port,
    user: 'mina',
    credentials: { type: 'key', path: path.join(root, 'key') },
    knownHostsPaths: [path.join(root, 'known_hosts')],
    commandTimeoutMs: 1_000,
    outputLimitBytes: 1_000_000,
  }
}

async function listenOn(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return address.port
}

async function endServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
}

function say(channel: ServerChannel, text: string, exitCode = 0): void {
  channel.write(text)
  channel.exit(exitCode)
  channel.end()
}

async function codeOf(host: SshHost, answerTimeoutMs = 10_000): Promise<string> {
  const observation = await observe(sshObserver(host), { signal, answerTimeoutMs })
  return observation.state === 'unknown' ? observation.cause.code : observation.state
}

test('what a host answers is read, whatever the names in it', async () => {
  await using hostile = await openHostileHost((command, channel) => {
    say(channel, command === SSH_COMMANDS.ssTcp ? ROW : command === SSH_COMMANDS.processes ? FACTS : '')
  })
  await using host = new SshHost(hostile.options)
  const holder = { pid: 7, command: 'no?de', user: 'mina', startedAt: new Date(1_700_000_005_000) }
  expect(await observe(sshObserver(host), { signal })).toMatchObject({
    state: 'seen',
    sightings: [{ transport: 'tcp', address: '127.0.0.1', port: 8080, holder }],
  })
})

test.for<readonly [string, string, (channel: ServerChannel) => void]>([
  ['never stops', 'OBSERVE_ANSWER_TOO_LONG', (channel) => flood(channel)],
  ['never answers', 'OBSERVE_SSH_UNREACHABLE', () => undefined],
  ['breaks off without a status', 'OBSERVE_PROGRAM_FAILED', (channel) => channel.end(ROW)],
  ['is ended by a signal', 'OBSERVE_PROGRAM_FAILED', (channel) => endBySignal(channel)],
  ['has no ss', 'OBSERVE_PROGRAM_MISSING', (channel) => say(channel, '', 127)],
  ['fails', 'OBSERVE_PROGRAM_FAILED', (channel) => say(channel, ROW, 1)],
  ['talks nonsense', 'OBSERVE_TABLE_MALFORMED', (channel) => say(channel, 'Welcome to seoul-1!\n')],
  ['stops within a row', 'OBSERVE_TABLE_MALFORMED', (channel) => say(channel, ROW.slice(0, 40))],
  ['sends bytes', 'OBSERVE_TABLE_MALFORMED', (channel) => say(channel, '\u0000\uffff\u001b[2J'.repeat(1_000))],
])('a host that %s is unknown with %s', async ([, code, answer]) => {
  await using hostile = await openHostileHost((_command, channel) => answer(channel))
  await using host = new SshHost(hostile.options)
  expect(await codeOf(host)).toBe(code)
})

test('a command that was cut off takes its connection with it', async () => {
  await using hostile = await openHostileHost(() => undefined)
  await using host = new SshHost(hostile.options)
  expect(await codeOf(host)).toBe('OBSERVE_SSH_UNREACHABLE')
  expect(await codeOf(host)).toBe('OBSERVE_SSH_UNREACHABLE')
  expect(hostile.countConnections()).toBe(2)
})

test('a host that drops the connection while it is asked is unknown', async () => {
  const open = new Set<ServerChannel>()
  await using hostile = await openHostileHost((_command, channel) => open.add(channel))
  await using host = new SshHost({ ...hostile.options, commandTimeoutMs: 60_000 })
  const look = codeOf(host)
  await expect.poll(() => open.size).toBe(2)
  await hostile[Symbol.asyncDispose]()
  expect(await look).toBe('OBSERVE_PROGRAM_FAILED')
})

test('an engine command that is missing on the host says so', async () => {
  await using hostile = await openHostileHost((_command, channel) => {
    channel.stderr.write('sh: docker: not found\n')
    say(channel, '', 127)
  })
  await using host = new SshHost(hostile.options)
  const asked = askEngine(sshEngine(host, { command: 'docker' }), { path: '/', answerLimitBytes: 1_000, signal })
  await expect(asked).rejects.toMatchObject({ code: 'OBSERVE_PROGRAM_MISSING' })
})

test('a socket that the host does not forward is refused with the way out', async () => {
  await using hostile = await openHostileHost(() => undefined)
  await using host = new SshHost(hostile.options)
  const opened = host.openSocket('/run/none.sock', { signal })
  await expect(opened).rejects.toMatchObject({ code: expect.stringMatching(/^OBSERVE_SSH_/) })
})

test.for<readonly [string, (socket: Socket) => void]>([
  ['says nothing', () => undefined],
  ['greets for ever', (socket) => greet(socket)],
  ['speaks HTTP', (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ['closes at once', (socket) => socket.end()],
  ['resets', (socket) => socket.resetAndDestroy()],
  ['greets, and hangs', (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n')],
  ['greets, and talks nonsense', (socket) => socket.write(`SSH-2.0-OpenSSH_9.2\r\n${'x'.repeat(100_000)}`)],
])('a server that %s instead of SSH is unreachable', async ([, misbehave]) => {
  await using folder = await openTestFolder()
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    misbehave(socket)
  })
  const port = await listenOn(server)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  await folder.write({ key: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString() })
  await using host = new SshHost({ ...optionsAt(port, folder.root), connectTimeoutMs: 1_500 })
  try {
    expect(await codeOf(host)).toBe('OBSERVE_SSH_UNREACHABLE')
  } finally {
    await endServer(server, sockets)
  }
})

function flood(channel: ServerChannel): void {
  const write = (): void => {
    if (channel.writable) channel.write('x'.repeat(100_000), write)
  }
  write()
}

function greet(socket: Socket): void {
  const write = (): void => {
    if (socket.writable) socket.write('hello\r\n'.repeat(1_000), write)
  }
  write()
}

function endBySignal(channel: ServerChannel): void {
  channel.write(ROW)
  channel.exit('KILL')
  channel.end()
}
