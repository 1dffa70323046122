import { readFile } from 'node:fs/promises'
import { probeBind } from '@portolan/observe'
import { openTestPodman, podmanMissing, type TestPodman } from '@portolan/observe/testing'
import { singlePort } from '@portolan/ports'
import { expect, test } from 'vitest'
import type { ServerEngine } from './stand-in-engine.ts'
import { type StoryOptions, tellStory } from './story.ts'

const LIMIT_MS = 110_000

async function told(options: Pick<StoryOptions, 'openEngine'>) {
  const lines: string[] = []
  const say = (line: string): void => {
    lines.push(line)
  }
  const PATH = process.env.PATH ?? ''
  const outcome = await tellStory({ say, PATH, signal: AbortSignal.timeout(LIMIT_MS), ...options })
  expect(outcome.collidingBefore).toEqual([4100, 4101])
  expect(outcome.ports).toEqual(['vsvs-kr 4104-4105', 'w-homepage 4102-4103', 'worb 4100-4101'])
  expect([outcome.collidingAfter, outcome.findingsAfter]).toEqual([[], []])
  expect(outcome.allocated).toEqual({ answerCount: 50, pairCount: 25 })
  return { ...outcome, text: lines.join('\n') }
}

test("CodeB's story: a collision before, none after, and none when two deploy at once", async () => {
  const { written, text, stepOutputs, actionOutputs, traffic } = await told({})
  expect(traffic?.failures).toEqual([])
  expect(traffic?.requestCount).toBeGreaterThan(100)
  expect(text).toContain('NO CONTAINERS RUN HERE')
  const fileText = (file: string) => written.find((each) => each.file === file)?.text
  expect(fileText('projects/vsvs-kr/.github/workflows/deploy.yml')).toContain(
    'BLUE_PORT: 4104 # hard-coded: nobody asks whether it is free\n  GREEN_PORT: 4105\n',
  )
  expect(fileText('projects/w-homepage/compose.yml')).toContain('- "4102:3000" # was free on the day')
  expect(JSON.parse(fileText('app-server/registry/ports.json') ?? '')).toMatchObject({
    projects: {
      worb: { production: { blue: 4100, green: 4101, domain: 'worb.example.com' } },
      'w-homepage': { production: { blue: 4102, green: 4103 } },
      'vsvs-kr': { production: { blue: 4104, green: 4105 } },
    },
  })
  if (stepOutputs === undefined) expect(text).toContain('!! NOT RUN')
  else expect(stepOutputs).toBe('blue_port=4104\ngreen_port=4105\n')
  expect(actionOutputs).toContain('blue_port=4104\ngreen_port=4105\n')
}, 120_000)

const ADDRESSES = { 'app-server': '127.0.0.11', 'storage-server': '127.0.0.12' } as const
const missing = podmanMissing() ?? (await portMissing())
if (missing !== undefined) console.warn(missing)

test.skipIf(missing !== undefined)(
  'the same story with a real container for every line of both tables',
  async () => {
    const { text } = await told({ openEngine: openPodmanEngine })
    expect(text).toContain('17 containers run')
  },
  120_000,
)

/** A server of this machine may have one of the ports already. */
async function portMissing(): Promise<string | undefined> {
  for (const [server, address] of Object.entries(ADDRESSES)) {
    const table = new URL(`before/${server}/used-ports.json`, import.meta.url)
    for (const [, port] of (await readFile(table, 'utf8')).matchAll(/"port": (\d+)/g)) {
      const endpoint = { address, range: singlePort(Number(port)), transport: 'tcp' } as const
      const outcome = await probeBind(endpoint, { signal: AbortSignal.timeout(5_000) })
      if (outcome !== 'free') return `NOT TESTED: port ${port} of ${address} is ${outcome}`
    }
  }
  return undefined
}

/** Each server is a podman of its own, on an address of loopback of its own. */
async function openPodmanEngine(host: string): Promise<ServerEngine> {
  const podman = await openTestPodman()
  const address = host === 'app-server' ? ADDRESSES['app-server'] : ADDRESSES['storage-server']
  return {
    socketPath: podman.socketPath,
    run: (row, labels) => runContainer(podman, { ...row, address, labels }),
    remove: async (container) => {
      await podman.command(['rm', '--force', '--time', '0', container])
    },
    [Symbol.asyncDispose]: () => podman[Symbol.asyncDispose](),
  }
}

interface Started {
  readonly container: string
  readonly port: number
  readonly address: string
  readonly labels: Readonly<Record<string, string>>
}

async function runContainer(podman: TestPodman, { container, port, address, labels }: Started): Promise<void> {
  const said = Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`])
  const args = ['--name', container, '--publish', `${address}:${port}:3000`, ...said]
  await podman.run(args, ['nc', '-l', '-p', '3000'])
}
