import { expect, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const STACK = `stack: shifted
services:
  web: { run: { command: node, args: [-e, ""] }, ports: { http: 8080 } }
`

test('a shift onto a port that fetch refuses is refused before anything starts', async () => {
  await using world = await openFolder({ 'portolan.yaml': STACK })
  const { exitCode, stderr } = await runCli(['up', '--shift', '2000'], { cwd: world.folder })
  expect(exitCode).toBe(1)
  expect(stderr).toContain('BROWSER_REFUSED')
  expect(stderr).toContain('10080')
  expect(stderr).toContain('Nothing of stack "shifted" was started.')
})
