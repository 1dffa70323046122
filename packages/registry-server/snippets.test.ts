import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openTestPostgres } from '@portolan/postgres/testing'
import { afterAll, expect, test } from 'vitest'
import { openTestRegistryServer } from './testing.ts'

const run = promisify(execFile)
const missing = await missingPrograms(['bash', 'curl', 'jq'])
if (missing.length > 0) process.stderr.write(`NOT TESTED: no ${missing.join(', ')} is installed\n`)

const server = await openTestPostgres()
afterAll(() => server[Symbol.asyncDispose]())

async function missingPrograms(programs: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(programs.map((program) => run(program, ['--version']).then(Boolean, () => false)))
  return programs.filter((_, index) => found[index] === false)
}

// Of CodeB's port document, "방안 3" and "방안 4", as GitHub runs them: only the name of the host is another.
const GET = `
PORTS=$(curl -s https://api.example.com/api/port/get \\
  -H "X-API-Key: \${{ secrets.CODEB_API_KEY }}" \\
  -d '{"project": "vsvs-kr", "environment": "production"}')

echo "BLUE_PORT=$(echo $PORTS | jq -r '.blue')" >> $GITHUB_ENV
echo "GREEN_PORT=$(echo $PORTS | jq -r '.green')" >> $GITHUB_ENV
`
const ALLOCATE = `
# MCP API 호출해서 포트 할당
RESULT=$(curl -X POST https://api.example.com/api/port/allocate ...)

if [ "$(echo $RESULT | jq -r '.success')" != "true" ]; then
  echo "❌ Port allocation failed: $(echo $RESULT | jq -r '.error')"
  exit 1
fi

echo "blue_port=$(echo $RESULT | jq -r '.blue')" >> $GITHUB_OUTPUT
echo "green_port=$(echo $RESULT | jq -r '.green')" >> $GITHUB_OUTPUT
`

interface StepOptions {
  readonly url: string
  readonly key: string
  /** What stands for the document's own \`...\`. */
  readonly rest?: string
}

/** A step of a workflow as the runner runs it, with its files. */
async function runStep(text: string, { url, key, rest = '' }: StepOptions) {
  const folder = await mkdtemp(join(tmpdir(), 'portolan-snippet-'))
  const files = { GITHUB_ENV: join(folder, 'env'), GITHUB_OUTPUT: join(folder, 'output') }
  const script = text
    .replace('https://api.example.com', url)
    .replace('${{ secrets.CODEB_API_KEY }}', key)
    .replace(' ...)', ` ${rest})`)
  try {
    const env = { PATH: process.env.PATH ?? '', ...files }
    const ended = await run('bash', ['-e', '-o', 'pipefail', '-c', script], { env }).then(
      ({ stdout }) => ({ exitCode: 0, stdout }),
      (error: { code?: number; stdout?: string }) => ({ exitCode: error.code, stdout: error.stdout ?? '' }),
    )
    const read = (file: string) => readFile(file, 'utf8').catch(() => '')
    return { ...ended, env: await read(files.GITHUB_ENV), output: await read(files.GITHUB_OUTPUT) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

test.runIf(missing.length === 0)("seed 003's own workflow steps get their ports, unchanged", async () => {
  await using world = await openTestRegistryServer(server)
  const { url, adminKey: key } = world
  const rest = `-H "X-API-Key: ${key}" -d '{"project": "vsvs-kr", "environment": "production"}'`
  const allocated = await runStep(ALLOCATE, { url, key, rest })
  expect(allocated).toMatchObject({ exitCode: 0, output: 'blue_port=4000\ngreen_port=4001\n' })
  const got = await runStep(GET, { url, key })
  expect(got).toMatchObject({ exitCode: 0, env: 'BLUE_PORT=4000\nGREEN_PORT=4001\n' })
})

test.runIf(missing.length === 0)('a step that is refused says why and ends', async () => {
  await using world = await openTestRegistryServer(server)
  const { url, adminKey: key } = world
  const body = `-d '{"project": "vsvs-kr", "environment": "nowhere"}'`
  const refused = await runStep(ALLOCATE, { url, key, rest: `-H "X-API-Key: ${key}" ${body}` })
  expect(refused).toMatchObject({ exitCode: 1, output: '' })
  expect(refused.stdout).toContain('❌ Port allocation failed: There is no band "nowhere.app". Known are: ')
  const stranger = await runStep(ALLOCATE, { url, key, rest: body })
  expect(stranger.stdout).toContain('❌ Port allocation failed: The request has no key.')
})
