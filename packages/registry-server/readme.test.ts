import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { DEFAULT_SETTINGS, parseSettings } from './settings.ts'

test("the README's settings are read, and its limits are the real ones", async () => {
  const readme = await readFile(new URL('README.md', import.meta.url), 'utf8')
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(readme) ?? []
  expect(parseSettings(yaml, 'README.md').hosts.map(({ draft }) => draft.name)).toEqual(['local', 'seoul-1'])
  const { keyPerMinute, wrongKeysPerMinute } = DEFAULT_SETTINGS.limits
  expect(readme).toContain(`${keyPerMinute.toLocaleString('en')} a minute for a key, ${wrongKeysPerMinute} wrong keys`)
})
