import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const KEY = `pk_0123456789abcdef_${'s'.repeat(43)}`

async function ask(environment: Readonly<Record<string, string>>) {
  await using home = await openFolder()
  return await runCli(['ports', 'list'], { environment: { XDG_STATE_HOME: home.folder, ...environment } })
}

async function openServer(status: number, body: string): Promise<string> {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(status, { 'content-type': 'application/problem+json' }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const address = server.address()
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
}

test.for([
  [
    { PORTOLAN_REGISTRY_KEY: KEY },
    /^CLI_REGISTRY_UNKNOWN: .*PORTOLAN_REGISTRY_KEY is set and PORTOLAN_REGISTRY is not/,
  ],
  [
    { PORTOLAN_REGISTRY: 'localhost:4700', PORTOLAN_REGISTRY_KEY: KEY },
    /^CLI_REGISTRY_ADDRESS_INVALID: .*"localhost:4700"/,
  ],
  [{ PORTOLAN_REGISTRY: 'example.com', PORTOLAN_REGISTRY_KEY: KEY }, /^CLI_REGISTRY_ADDRESS_INVALID: .*https:\/\//],
  [
    { PORTOLAN_REGISTRY: 'ftp://me:hidden@example.com', PORTOLAN_REGISTRY_KEY: KEY },
    /^CLI_REGISTRY_ADDRESS_INVALID: (?!.*hidden)/,
  ],
  [
    { PORTOLAN_REGISTRY: 'https://registry.example.com/' },
    /^CLI_REGISTRY_KEY_MISSING: .*https:\/\/registry\.example\.com, and PORTOLAN_REGISTRY_KEY/,
  ],
  [
    { PORTOLAN_REGISTRY: 'https://registry.example.com', PORTOLAN_REGISTRY_KEY: `${KEY}\n` },
    /^CLI_REGISTRY_KEY_UNUSABLE: .*line break/,
  ],
  [
    { PORTOLAN_REGISTRY: 'https://registry.example.com', PORTOLAN_REGISTRY_KEY: 'pk_…' },
    /^CLI_REGISTRY_KEY_UNUSABLE: .*characters that no key has/,
  ],
] as const)('%j is told with what to set', async ([environment, words]) => {
  expect(await ask(environment)).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringMatching(words) })
})

test('a registry that does not answer, an address that is none of a registry, and a wrong key say what was asked', async () => {
  const silent = await ask({ PORTOLAN_REGISTRY: 'http://127.0.0.1:4', PORTOLAN_REGISTRY_KEY: KEY })
  expect(silent.stderr).toMatch(/^OPERATIONS_SERVER_UNREACHABLE: .*127\.0\.0\.1:4.*PORTOLAN_REGISTRY says the address/)
  const page = await openServer(404, '<html>')
  const other = await ask({ PORTOLAN_REGISTRY: page, PORTOLAN_REGISTRY_KEY: KEY })
  expect(other.stderr).toContain(`${page} was asked, as PORTOLAN_REGISTRY says.`)
  const problem = { code: 'REGISTRY_SERVER_KEY_INVALID', status: 401, detail: 'The key is not known.' }
  const strict = await openServer(401, JSON.stringify(problem))
  const wrong = await ask({ PORTOLAN_REGISTRY: strict, PORTOLAN_REGISTRY_KEY: KEY })
  expect(wrong.stderr).toContain(`It is PORTOLAN_REGISTRY_KEY, shown to ${strict}`)
  expect(wrong.stderr).not.toContain(KEY)
})

test('whoever sends a key over a network in plain text is warned, and nobody on loopback', async () => {
  const far = await ask({ PORTOLAN_REGISTRY: 'http://registry.invalid', PORTOLAN_REGISTRY_KEY: KEY })
  expect(far.stderr).toMatch(/^Warning: the registry at http:\/\/registry\.invalid is asked without encryption/)
  const near = await ask({ PORTOLAN_REGISTRY: 'http://localhost:4', PORTOLAN_REGISTRY_KEY: KEY })
  expect(near.stderr).not.toContain('Warning')
})
