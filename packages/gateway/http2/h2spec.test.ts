import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { findGoProgram } from '../go-program.ts'
import { openTestGateway, openTestUpstream, routeTo } from '../testing.ts'
import { openTestAuthority } from '../tls/test-certificates.ts'
import { H2SPEC_EXCEPTIONS } from './h2spec-exceptions.ts'

const h2spec = findGoProgram('h2spec')

interface Verdicts {
  readonly count: number
  readonly failed: readonly string[]
}

async function runH2spec(port: number, more: readonly string[]): Promise<Verdicts> {
  const folder = await mkdtemp(join(tmpdir(), 'h2spec-'))
  const report = join(folder, 'report.xml')
  const args = ['--host', '127.0.0.1', '--port', String(port), '--strict', '--timeout', '1', '--junit-report', report]
  try {
    // It exits with 1 when something has failed, which the report says better.
    await promisify(execFile)(h2spec ?? '', [...args, ...more]).catch(() => undefined)
    return verdictsIn(await readFile(report, 'utf8'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Its report is XML with control characters in it, which no reader of XML takes. */
function verdictsIn(report: string): Verdicts {
  const cases = report.split('<testcase ').slice(1)
  const failed = cases.filter((text) => /<(error|failure|skipped)>/.test(text)).map(titleOf)
  return { count: cases.length, failed }
}

function titleOf(text: string): string {
  const [, section, title] = /package="([^"]*)" classname="([^"]*)"/.exec(text) ?? []
  return `${section}: ${title}`
}

test.skipIf(h2spec === undefined)(
  'h2spec finds nothing in the clear or over TLS that is not explained',
  async () => {
    await using authority = await openTestAuthority()
    await using upstream = await openTestUpstream((request, response) => {
      request.resume().on('end', () => response.end('x'.repeat(200)))
    })
    const listeners = [
      { name: 'http', address: '127.0.0.1', port: 0 },
      { name: 'https', address: '127.0.0.1', port: 0, tls: true },
    ]
    const certificates = [await authority.issue('app', ['app.example.com'])]
    const also = { listeners, tls: { certificates, minimumVersion: 'TLSv1.2' } } as const
    await using world = await openTestGateway([routeTo('/', upstream.port)], { also })
    const [plain, secure] = world.gateway.addresses.map(({ port }) => port)
    const all = await Promise.all([runH2spec(plain ?? 0, []), runH2spec(secure ?? 0, ['--tls', '--insecure'])])
    const explained = H2SPEC_EXCEPTIONS.map(({ section, title }) => `${section}: ${title}`)
    for (const { count, failed } of all) {
      expect(count).toBe(146)
      expect(failed.filter((each) => !explained.includes(each))).toEqual([])
    }
  },
  90_000,
)
