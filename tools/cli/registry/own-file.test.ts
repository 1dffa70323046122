import { chmod, chown, mkdir, symlink } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import { openFolder } from '../testing.ts'
import { readOwnFile, refuseForeignFolder } from './own-file.ts'

const REFUSED = { code: 'CLI_REGISTRY_NOT_PRIVATE' } as const

test('a file is read where nobody else could have written it', async () => {
  await using world = await openFolder({ 'a.json': 'text' })
  const file = path.join(world.folder, 'a.json')
  for (const [mode, denied] of [
    [0o600, 'anything'],
    [0o644, 'write'],
  ] as const) {
    await chmod(file, mode)
    expect(await readOwnFile(file, denied)).toBe('text')
  }
  expect(await readOwnFile(path.join(world.folder, 'none'), 'anything')).toBeUndefined()
})

test.for([
  [0o666, 'write', 'others may write to it. Whoever'],
  [0o620, 'anything', 'others may write to it. Whoever'],
  [0o644, 'anything', 'others may read it. Whoever'],
] as const)('one of mode %o is refused where nobody may %s', async ([mode, denied, words]) => {
  await using world = await openFolder({ 'a.json': 'text' })
  const file = path.join(world.folder, 'a.json')
  await chmod(file, mode)
  await expect(readOwnFile(file, denied)).rejects.toMatchObject({ ...REFUSED, message: expect.stringContaining(words) })
  await expect(readOwnFile(file, denied)).rejects.toThrow(`"chmod 600 ${file}"`)
})

test('a link is none of this user, wherever it leads', async () => {
  await using world = await openFolder({ 'a.json': 'text' })
  await symlink(path.join(world.folder, 'a.json'), path.join(world.folder, 'link'))
  await symlink(world.folder, path.join(world.folder, 'folder'))
  await expect(readOwnFile(path.join(world.folder, 'link'), 'write')).rejects.toMatchObject(REFUSED)
  await expect(refuseForeignFolder(path.join(world.folder, 'folder'), 'write')).rejects.toMatchObject(REFUSED)
  await expect(readOwnFile(world.folder, 'write')).rejects.toMatchObject(REFUSED)
})

test('a folder is used where nobody else may enter, or write', async () => {
  await using world = await openFolder()
  const folder = path.join(world.folder, 'state')
  await refuseForeignFolder(folder, 'anything') // it is made later
  await mkdir(folder)
  await chmod(folder, 0o755)
  await refuseForeignFolder(folder, 'write')
  await expect(refuseForeignFolder(folder, 'anything')).rejects.toMatchObject(REFUSED)
  await chmod(folder, 0o777)
  await expect(refuseForeignFolder(folder, 'write')).rejects.toMatchObject(REFUSED)
})

const isRoot = process.getuid?.() === 0

test.skipIf(isRoot)('a folder of another user is refused', async () => {
  await expect(refuseForeignFolder('/', 'write')).rejects.toThrow('is owned by another user')
})

// Only root can make one.
test.runIf(isRoot)('a file of another user is refused', async () => {
  await using world = await openFolder({ 'a.json': 'text' })
  const file = path.join(world.folder, 'a.json')
  await chown(file, 65_534, 65_534)
  await expect(readOwnFile(file, 'write')).rejects.toThrow('is owned by another user')
})
