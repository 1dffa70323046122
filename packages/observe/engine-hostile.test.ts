import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import { expect, test } from 'vitest'
import { engineObserver } from './engine-observer.ts'
import { observe } from './observation.ts'
import { findProgram, openTestFolder, runProgram, type TestFolder } from './testing-programs.ts'

const { signal } = new AbortController()
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'

interface TestEngine extends AsyncDisposable {
  readonly folder: TestFolder
  readonly path: string
}

/** Something on a socket that is no good engine: it waits for the question, then does what a test likes. */
async function openTestEngine(answer: (socket: Socket, question: string) => void): Promise<TestEngine> {
  await using releasers = new AsyncDisposableStack()
  const folder = releasers.use(await openTestFolder())
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('data', (question) => answer(socket, question.toString()))
  })
  const socketPath = path.join(folder.root, 'engine.sock')
  server.listen(socketPath)
  await once(server, 'listening')
  releasers.defer(() => endServer(server, sockets))
  const owned = releasers.move()
  return { folder, path: socketPath, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function endServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy()
  server.close()
  await once(server, 'close')
}

function say(socket: Socket, body: unknown, headers = ''): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  socket.end(`${OK}${headers}Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`)
}

function container(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return {
    Id: 'ab'.repeat(32),
    Names: ['/a'],
    Image: 'a',
    State: 'running',
    Created: 1,
    Labels: {},
    Ports: [],
    ...changes,
  }
}

function published(changes: Readonly<Record<string, unknown>>): readonly unknown[] {
  return [container({ Ports: [{ IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp', ...changes }] })]
}

test("docker's list is read: every address, labels whatever their names, and nothing that is not published", async () => {
  const body = [
    container({
      Names: ['/worb\u001b[2J'],
      Labels: { 'portolan.claim': '7', ['__proto__']: 'x', note: 'a\nb' },
      Ports: [
        { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 4102, Type: 'tcp' },
        { IP: '::', PrivatePort: 80, PublicPort: 4102, Type: 'tcp' },
        { PrivatePort: 9000, Type: 'tcp' },
        { IP: '0.0.0.0', PrivatePort: 5, PublicPort: 5, Type: 'sctp' },
      ],
    }),
    container({ Id: 'cd'.repeat(32), State: 'exited', Labels: null, Ports: null, Names: null }),
  ]
  await using engine = await openTestEngine((socket) => say(socket, body))
  const observer = engineObserver({ type: 'socket', path: engine.path })
  const containers = await observer.listContainers({ signal })
  expect(containers.map(({ engine: kind, name, isRunning }) => [kind, name, isRunning])).toEqual([
    ['docker', 'worb?[2J', true],
    ['docker', 'cdcdcdcdcdcd', false],
  ])
  expect(containers[0]?.labels).toEqual({ 'portolan.claim': '7', ['__proto__']: 'x', note: 'a?b' })
  const sightings = await observer.listOpenPorts({ signal })
  expect(sightings.map(({ family, address, port }) => `${family} ${address} ${port}`)).toEqual([
    'ipv6 :: 4102',
    'ipv4 0.0.0.0 4102',
  ])
})

const MALFORMED = 'OBSERVE_ENGINE_MALFORMED'
const UNREACHABLE = 'OBSERVE_ENGINE_UNREACHABLE'

test.for<readonly [string, string, (socket: Socket) => void]>([
  ['answers for ever', 'OBSERVE_ANSWER_TOO_LONG', (socket) => flood(socket, `${OK}\r\n[`)],
  [
    'announces too much and sends it',
    'OBSERVE_ANSWER_TOO_LONG',
    (socket) => flood(socket, `${OK}Content-Length: 9999999\r\n\r\n`),
  ],
  ['sends headers for ever', UNREACHABLE, (socket) => flood(socket, `${OK}X-`)],
  ['never answers', 'OBSERVE_SILENT', () => undefined],
  ['stops within its answer', 'OBSERVE_SILENT', (socket) => socket.write(`${OK}Content-Length: 99\r\n\r\n[`)],
  ['breaks off within its answer', UNREACHABLE, (socket) => socket.end(`${OK}Content-Length: 99\r\n\r\n[]`)],
  ['breaks off within a chunk', UNREACHABLE, (socket) => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\n2\r\n[]`)],
  [
    'sends a chunk that is none',
    UNREACHABLE,
    (socket) => socket.end(`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n[]`),
  ],
  ['closes at once', UNREACHABLE, (socket) => socket.end()],
  ['resets', UNREACHABLE, (socket) => socket.destroy()],
  ['speaks something else', UNREACHABLE, (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n')],
  ['refuses', 'OBSERVE_ENGINE_REFUSED', (socket) => socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')],
  [
    'sends elsewhere',
    'OBSERVE_ENGINE_REFUSED',
    (socket) => socket.end('HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n'),
  ],
  ['answers no JSON', MALFORMED, (socket) => say(socket, '<html>')],
  ['answers half a list', MALFORMED, (socket) => say(socket, '[{"Id":')],
  ['answers no list', MALFORMED, (socket) => say(socket, { message: 'hello' })],
  ['lists null', MALFORMED, (socket) => say(socket, [null])],
  ['lists a container without an id', MALFORMED, (socket) => say(socket, [container({ Id: '../../etc' })])],
  ['lists a port that is none', MALFORMED, (socket) => say(socket, published({ PublicPort: 70_000 }))],
  ['lists an address that is none', MALFORMED, (socket) => say(socket, published({ IP: 'localhost' }))],
  ['lists labels that are none', MALFORMED, (socket) => say(socket, [container({ Labels: { a: 1 } })])],
  [
    'lists one port a thousand times',
    MALFORMED,
    (socket) => say(socket, Array.from({ length: 1_000 }, () => published({})).flat()),
  ],
])('an engine that %s is unknown with %s', async ([, code, answer]) => {
  await using engine = await openTestEngine(answer)
  const observer = engineObserver({ type: 'socket', path: engine.path }, { answerLimitBytes: 1_000_000 })
  const observation = await observe(observer, { signal, answerTimeoutMs: 1_500 })
  expect(observation.state === 'unknown' ? observation.cause.code : observation.sightings).toBe(code)
})

test.for<readonly [string, { readonly host_port: number; readonly range: number }]>([
  ['end above 65535', { host_port: 65_000, range: 1_000 }],
  ['are more than a host has', { host_port: 1, range: 65_535 }],
])('a podman whose ports %s is not believed', async ([, range]) => {
  const one = { host_ip: '', container_port: 1, protocol: 'tcp,udp', ...range }
  const body = [container({ Created: '2026-01-13T00:00:00Z', Ports: Array.from({ length: 9 }, () => one) })]
  await using engine = await openTestEngine((socket, question) => {
    say(socket, question.includes('libpod') ? body : [], 'Libpod-Api-Version: 4.3.1\r\n')
  })
  const observation = await observe(engineObserver({ type: 'socket', path: engine.path }), { signal })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code: MALFORMED } })
})

test('an engine that is not there is unknown, and says how to start it', async () => {
  await using folder = await openTestFolder()
  const observer = engineObserver({ type: 'socket', path: path.join(folder.root, 'none.sock') })
  const observation = await observe(observer, { signal })
  expect(observation).toMatchObject({ state: 'unknown', cause: { code: UNREACHABLE } })
  expect(observation).toMatchObject({ cause: { message: expect.stringContaining('systemctl start') } })
})

if (findProgram('openssl') === undefined) {
  const reason = 'NOT TESTED: no openssl is installed, so an engine behind TLS was not tried'
  console.warn(reason)
  test(reason, ({ skip }) => skip(reason))
} else {
  test('an engine over TCP with TLS is asked only when its certificate is right, and with ours', async () => {
    await using folder = await openTestFolder()
    const tls = await makeCertificate(folder)
    const options = { cert: tls.certificate, key: tls.key, ca: tls.ca, requestCert: true }
    const server = createTlsServer(options, (socket) => {
      socket.on('error', () => undefined)
      socket.once('data', () => say(socket, []))
    })
    server.on('tlsClientError', () => undefined)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const at = { type: 'tcp', host: '127.0.0.1', port } as const
    expect(await observe(engineObserver({ ...at, tls }), { signal })).toMatchObject({ state: 'seen', sightings: [] })
    const other = await makeCertificate(folder)
    const wrong = await observe(engineObserver({ ...at, tls: other }), { signal })
    expect(wrong).toMatchObject({ state: 'unknown', cause: { code: UNREACHABLE } })
    server.close()
    await once(server, 'close')
  })
}

async function makeCertificate({ root }: TestFolder) {
  const [key, certificate] = [path.join(root, 'key.pem'), path.join(root, 'certificate.pem')]
  const subject = ['-subj', '/CN=engine', '-addext', 'subjectAltName=IP:127.0.0.1']
  const options = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2']
  await runProgram('openssl', ['req', ...options, ...subject, '-keyout', key, '-out', certificate])
  const pem = await readFile(certificate, 'utf8')
  return { ca: pem, certificate: pem, key: await readFile(key, 'utf8') }
}

function flood(socket: Socket, beginning: string): void {
  const write = (): void => {
    if (socket.writable) socket.write('x'.repeat(100_000), write)
  }
  socket.write(beginning, write)
}
