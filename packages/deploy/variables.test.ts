import { join } from 'node:path'
import { openTestFolder } from '@portolan/observe/testing'
import { expect, test } from 'vitest'
import { inheritedVariables, readVariables } from './variables.ts'

test('values come from what is set, from the environment by name alone, and from files, of which what is set wins', async () => {
  await using folder = await openTestFolder()
  await folder.write({ variables: '# secrets\n\nDB_PASSWORD=a=b # c\r\nTOKEN\nLEVEL=low\n' })
  const setFiles = [join(folder.root, 'variables')]
  const environment = { TOKEN: 't', KEY: 'k', OTHER: 'o' }
  expect(await readVariables({ set: ['LEVEL=high', 'KEY', 'EMPTY='], setFiles }, environment)).toEqual({
    DB_PASSWORD: 'a=b # c',
    TOKEN: 't',
    LEVEL: 'high',
    KEY: 'k',
    EMPTY: '',
  })
})

test.for([
  [{ set: ['MISSING'] }, /"MISSING" in what is set has no value/],
  [{ set: ['=hunter2'] }, /no name such as/],
  [{ set: ['hunter2!'] }, /no name such as/],
  [{ set: ['A=hunter2\0'] }, /NUL/],
  [{ setFiles: ['/nowhere/variables'] }, /"\/nowhere\/variables" cannot be read/],
  [{ setFiles: ['/dev/zero'] }, /longer than/],
] as const)('%o cannot be used, and no value is told', async ([wanted, words]) => {
  const reading = readVariables(wanted, {})
  await expect(reading).rejects.toMatchObject({
    code: 'DEPLOY_VARIABLE_INVALID',
    message: expect.stringMatching(words),
  })
  await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('hunter2') })
})

test('of the environment a program gets what finds it and its language, and no key', () => {
  const wanted = { PATH: '/bin', HOME: '/root', LANG: 'C', LC_ALL: 'C', TZ: 'UTC' }
  const keys = { GITHUB_TOKEN: 'x', SSH_AUTH_SOCK: 'x', PORTOLAN_REGISTRY_KEY: 'x', NODE_OPTIONS: 'x', LC_x: 'x' }
  expect(inheritedVariables({ ...wanted, ...keys })).toEqual(wanted)
})
