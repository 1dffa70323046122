import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { findGoProgram } from '../go-program.ts'
import { jsonLines } from '../log.ts'
import { freePort, openTestGateway, openTestSocketServer, openTestUpstream, routeTo } from '../testing.ts'
import { openTestAuthority, type TestAuthority } from '../tls/test-certificates.ts'
import { openChallenge } from './challenges.ts'

const pebble = findGoProgram('pebble')
const NAME = 'shop.example.com'

/** A name server, over TCP as Pebble asks, by which every name leads to this machine (RFC 1035 §4). */
async function openNameServer() {
  return openTestSocketServer(createServer(), (socket) => {
    socket.on('data', (framed: Buffer) => {
      const question = framed.subarray(2)
      const end = question.indexOf(0, 12) + 5
      const isAddress = question.readUInt16BE(end - 4) === 1
      const head = Buffer.from([0x81, 0x80, 0, 1, 0, isAddress ? 1 : 0, 0, 0, 0, 0])
      const address = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1])
      const parts = [question.subarray(0, 2), head, question.subarray(12, end), ...(isAddress ? [address] : [])]
      const answer = Buffer.concat(parts)
      socket.write(Buffer.concat([Buffer.from([0, answer.length]), answer]))
    })
  })
}

/** An issuer for tests, which asks the names at a port of ours, as others ask port 80. */
async function openIssuer(authority: TestAuthority, httpPort: number) {
  const [port, managementPort, names] = [await freePort(), await freePort(), await openNameServer()]
  const { certificate, key } = await authority.issue('issuer', ['localhost'])
  const file = join(authority.folder, 'pebble.json')
  const addresses = { listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${managementPort}` }
  const settings = { ...addresses, certificate, privateKey: key, httpPort, tlsPort: 1, profiles: PROFILES }
  await writeFile(file, JSON.stringify({ pebble: settings }))
  const env = { PATH: process.env.PATH, PEBBLE_VA_NOSLEEP: '1' }
  const child = spawn(pebble ?? '', ['-config', file, '-dnsserver', `127.0.0.1:${names.port}`], { env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (piece: Buffer) => {
      said += piece.toString()
    })
  }
  await eventually(() => said).toContain('Listening on')
  return {
    directory: `https://localhost:${port}/dir`,
    said: () => said,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await once(child, 'exit')
      await names[Symbol.asyncDispose]()
    },
  }
}

const PROFILES = { default: { description: 'certificates that live for seconds', validityPeriod: 12 } }

interface WorldOptions {
  readonly directory: string
  readonly authority: TestAuthority
  readonly httpPort: number
}

async function openWorld({ directory, authority, httpPort }: WorldOptions, upstreamPort: number) {
  let lines = ''
  const logger = jsonLines((line) => {
    lines += line
  })
  const folder = join(authority.folder, 'acme')
  const acme = { directory, folder, names: [NAME], directoryAuthorities: authority.file }
  const listeners = [
    { name: 'http', address: '127.0.0.1', port: httpPort },
    { name: 'https', address: '127.0.0.1', port: 0, tls: true },
  ]
  const tls = { certificates: [], minimumVersion: 'TLSv1.2', acme, redirectToPort: 443 } as const
  const also = { listeners, tls }
  const world = await openTestGateway([routeTo('/', upstreamPort)], { also, logger, certificateLookMs: 50 })
  return { ...world, folder, log: () => lines, securePort: world.gateway.addresses[1]?.port ?? 0 }
}

async function shownBy(port: number): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', servername: NAME, rejectUnauthorized: false })
  try {
    await once(socket, 'secureConnect')
    const { subjectaltname = '', serialNumber } = socket.getPeerCertificate()
    return `${subjectaltname} ${serialNumber}`
  } catch {
    return 'none' // before the first certificate nobody can be answered
  } finally {
    socket.on('error', () => undefined).destroy()
  }
}

test.skipIf(pebble === undefined)(
  'a certificate is ordered once, shown by all, kept from others, and renewed when two thirds of its life are over',
  async () => {
    await using authority = await openTestAuthority()
    await using upstream = await openTestUpstream((_request, response) => response.end('shop'))
    const httpPort = await freePort()
    await using issuer = await openIssuer(authority, httpPort)
    const { directory } = issuer
    await using first = await openWorld({ directory, authority, httpPort }, upstream.port)
    // Another process of the same gateway, by the same folder.
    await using second = await openWorld({ directory, authority, httpPort: 0 }, upstream.port)
    await eventually(() => shownBy(first.securePort)).toContain(`DNS:${NAME}`)
    const shown = await shownBy(first.securePort)
    await eventually(() => shownBy(second.securePort)).toBe(shown)
    expect(`${first.log()}${second.log()}`.split('certificate ordered')).toHaveLength(2)
    for (const file of ['account.key', `${NAME}.pem`]) {
      expect((await stat(join(first.folder, file))).mode & 0o777).toBe(0o600)
    }
    expect((await stat(first.folder)).mode & 0o777).toBe(0o700)
    expect(await readdir(join(first.folder, 'challenges'))).toEqual([])

    const account = await readFile(join(first.folder, 'account.key'), 'utf8')
    // Eight of twelve seconds later.
    await expect.poll(() => shownBy(second.securePort), { timeout: 25_000 }).not.toBe(shown)
    expect(await readFile(join(first.folder, 'account.key'), 'utf8')).toBe(account)
  },
  60_000,
)

test.skipIf(pebble === undefined)(
  'an issuer that refuses is asked again later, and the log says why',
  async () => {
    await using authority = await openTestAuthority()
    await using upstream = await openTestUpstream((_request, response) => response.end('shop'))
    await using issuer = await openIssuer(authority, await freePort()) // nobody answers there
    const places = { directory: issuer.directory, authority, httpPort: 0 }
    await using world = await openWorld(places, upstream.port)
    await eventually(world.log).toContain('certificate not issued')
    expect(world.log()).toContain('GATEWAY_CERTIFICATE_NOT_ISSUED')
    expect(world.log()).toContain('"againInMs":60000')
    expect(await shownBy(world.securePort)).toBe('none')
  },
  60_000,
)

test('a challenge is answered in the clear before any redirect, and nothing else from its folder', async () => {
  await using authority = await openTestAuthority()
  await using upstream = await openTestUpstream((_request, response) => response.end('shop'))
  const places = { directory: 'https://127.0.0.1:1/', authority, httpPort: 0 }
  await using world = await openWorld(places, upstream.port)
  const token = 'abcdefghijklmnop_-12'
  await openChallenge(world.folder, token, `${token}.thumbprint`)
  const ask = async (path: string) => {
    const response = await fetch(`${world.url}/.well-known/acme-challenge/${path}`, { redirect: 'manual' })
    return [response.status, await response.text()]
  }
  expect(await ask(token)).toEqual([200, `${token}.thumbprint`])
  expect((await ask('abcdefghijklmnop_-13'))[0]).toBe(404)
  expect((await ask('..%2faccount.key'))[0]).toBe(404)
  expect(await ask('%2e%2e/account.key')).toEqual([200, 'shop']) // which is no challenge's address any more
})
