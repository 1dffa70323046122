import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './repository-files.ts'

test('every test that the page on the gateway’s security names is there', async () => {
  const page = await readFile(join(ROOT, 'docs/gateway-security.md'), 'utf8')
  const rows = page.split('\n').filter((line) => line.includes('.test.ts`'))
  expect(rows.length).toBeGreaterThan(25)
  const missing: string[] = []
  for (const row of rows) {
    const quoted = [...row.matchAll(/`([^`]+)`/g)].map(([, text]) => text ?? '')
    const paths = quoted.filter((text) => text.endsWith('.test.ts'))
    const texts = await Promise.all(paths.map((path) => readFile(join(ROOT, path), 'utf8').catch(() => '')))
    missing.push(...paths.filter((_, index) => texts[index] === ''))
    // A name of a test has a space in it; what has none is a header or a coding.
    const names = quoted.filter((text) => text.includes(' ') && !text.endsWith('.test.ts'))
    missing.push(...names.filter((name) => !texts.some((text) => text.includes(name))))
  }
  expect(missing).toEqual([])
})
