import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openFolder, runCli } from '../testing.ts'

const readStack = (folder: string) => readFile(path.join(folder, 'portolan.yaml'), 'utf8')

test('the first file is clean, names its schema, and says what to do next', async () => {
  await using world = await openFolder()
  const { exitCode, stdout } = await runCli(['init', 'Team Board', '--yes'], { cwd: world.folder })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(" up 'Team Board'")
  const text = await readStack(path.join(world.folder, 'Team Board'))
  expect(text).toMatch(/^# yaml-language-server: \$schema=portolan\.schema\.json\nstack: team-board\n/)
  expect(await runCli(['check', 'Team Board'], { cwd: world.folder })).toMatchObject({
    exitCode: 0,
    stdout: 'No findings.\n',
  })
})

test('the nearest schema above is the one that is named', async () => {
  await using world = await openFolder({ 'portolan.schema.json': '{}' })
  await runCli(['init', path.join(world.folder, 'apps', 'board'), '--yes'])
  expect(await readStack(path.join(world.folder, 'apps', 'board'))).toContain('$schema=../../portolan.schema.json\n')
})

test('a folder with a dev script begins with it', async () => {
  await using world = await openFolder({ 'package.json': '{ "scripts": { "dev": "vite" } }' })
  await runCli(['init'], { cwd: world.folder })
  expect(await readStack(world.folder)).toContain('{ command: npm, args: [run, dev] }')
})

test('a stack file that is there is left alone, unless it is forced', async () => {
  await using world = await openFolder({ 'portolan.yaml': 'mine' })
  const refused = await runCli(['init', '--yes'], { cwd: world.folder })
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('CLI_FILE_EXISTS')])
  expect(await readStack(world.folder)).toBe('mine')
  expect(await runCli(['init', '--yes', '--force'], { cwd: world.folder })).toMatchObject({ exitCode: 0 })
  expect(await readStack(world.folder)).toContain('stack: ')
})

test('--from-listening finds what listens, and the file is clean', async () => {
  await using world = await openFolder()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  try {
    expect(await runCli(['init', '--from-listening'], { cwd: world.folder })).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await readStack(world.folder)).toContain(`: ${port}`)
    const { exitCode, stdout } = await runCli(['check'], { cwd: world.folder })
    expect([exitCode, stdout]).toEqual([0, expect.not.stringContaining('error')])
  } finally {
    server.close()
  }
})

test('a folder that cannot be one is said plainly', async () => {
  await using world = await openFolder()
  await writeFile(path.join(world.folder, 'file'), '')
  for (const folder of ['file', 'file/below']) {
    const { exitCode, stderr } = await runCli(['init', folder], { cwd: world.folder })
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('CLI_FOLDER_UNUSABLE')])
  }
})
