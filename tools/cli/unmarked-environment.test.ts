import { randomUUID } from 'node:crypto'
import { OCCUPANT_VARIABLE } from '@portolan/deploy'
import { listMarkedProcesses } from '@portolan/observe'
import { MARK_VARIABLE } from '@portolan/supervise'
import { expect, test } from 'vitest'
import { openFolder, runCli } from './testing.ts'

const PROGRAM = "require('node:http').createServer((_, answer) => answer.end()).listen(process.env.PORT, '127.0.0.1')"
const STACK = `stack: marked
services:
  web: { run: { command: node, args: [-e, "${PROGRAM}"] }, ports: { http: { port: ${20_000 + Math.floor(Math.random() * 9_000)}, reach: loopback } } }
`

test.skipIf(process.platform !== 'linux')(
  'what is started detached from inside a slot or a stack does not belong to it, and is not ended with it',
  async () => {
    await using place = await openFolder({ 'portolan.yaml': STACK })
    const mark = randomUUID()
    const run = (...args: readonly string[]) =>
      runCli(args, { cwd: place.folder, environment: { [OCCUPANT_VARIABLE]: mark, [MARK_VARIABLE]: mark } })
    try {
      expect(await run('up', '--detach')).toMatchObject({ exitCode: 0, stderr: '' })
      expect(await listMarkedProcesses(OCCUPANT_VARIABLE, mark)).toEqual([])
      expect(await listMarkedProcesses(MARK_VARIABLE, mark)).toEqual([])
    } finally {
      expect(await run('down')).toMatchObject({ exitCode: 0 })
    }
  },
  60_000,
)
