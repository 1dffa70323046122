import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { runCli } from '../testing.ts'

test('it prints the schema that is committed at the root', async () => {
  const committed = await readFile(new URL('../../../portolan.schema.json', import.meta.url), 'utf8')
  expect(await runCli(['schema'])).toEqual({ exitCode: 0, stdout: committed, stderr: '' })
})
