import { execFileSync } from 'node:child_process'
import { chmod, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { moduleSaying, openStackWorld, SERVER } from './testing.ts'

const POLL = { timeout: 25_000, interval: 50 }
const NOBODY = 65_534
const canBecomeNobody = process.getuid?.() === 0 && hasSetpriv()
if (!canBecomeNobody) process.stderr.write('Another user is not tried: that takes root and setpriv.\n')

const ALL = `
gateway: { ports: { http: <gate> } }
services:
  web: { ${SERVER}, ports: { http: <web> }, needs: { postgres: { database: web_db } }, routes: [/] }
  one: { run: { module: modules/one.ts }, ports: { http: <one> }, routes: [/one] }
  postgres: { run: { embedded: postgres }, ports: { sql: { port: <sql>, speaks: postgres } } }
`
const FILES = { 'modules/one.ts': moduleSaying('first') }

test('a folder with a long path, spaces and Korean letters is as good as any', async () => {
  const folder = `우리 팀의 작업 공간/${'아주 긴 이름 '.repeat(6)}/it's "here" $HOME`
  await using world = await openStackWorld(ALL, FILES, { folder })
  expect(world.folder.length).toBeGreaterThan(90)
  expect(Buffer.byteLength(world.folder)).toBeGreaterThan(110)
  await world.start()
  expect([await world.ask('gate'), await world.ask('gate', '/one')]).toEqual(['ok', 'first'])
})

test.skipIf(!canBecomeNobody)('everything works for a user who is not root', async () => {
  await using world = await openStackWorld(ALL, FILES)
  await chmod(dirname(world.folder), 0o755)
  await chmod(world.folder, 0o777)
  const up = world.up({ uid: NOBODY })
  await expect
    .poll(() => up.lines.filter(({ ready, code }) => ready === true || code !== undefined), POLL)
    .toEqual([{ ready: true }])
  expect([await world.ask('gate'), await world.ask('gate', '/one')]).toEqual(['ok', 'first'])
  expect((await stat(world.dataFolder().stateFile)).uid).toBe(NOBODY)
  await up.kill()
  const again = world.up({ uid: NOBODY })
  await expect.poll(() => again.lines, POLL).toContainEqual({ ready: true })
  expect(again.lines[0]?.note).toContain('that an earlier run had left behind')
  await again.close()
  expect(await world.processes()).toEqual([])
})

function hasSetpriv(): boolean {
  try {
    execFileSync('setpriv', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false // and so not tried
  }
}
