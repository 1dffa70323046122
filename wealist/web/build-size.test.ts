import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { filesNeededBy, measureBuild } from './build-size.ts'

const MANIFEST = {
  'index.html': { file: 'assets/index.js', imports: ['_start.js'] },
  '_start.js': { file: 'assets/start.js', imports: ['index.html'] },
  'i18n/english.ts': { file: 'assets/english.js' },
  'i18n/korean.ts': { file: 'assets/korean.js' },
  'features/sign-in/sign-in-page.tsx': { file: 'assets/sign-in.js', imports: ['_forms.js'] },
  '_forms.js': { file: 'assets/forms.js', imports: ['_start.js'] },
  'features/security/security-page.tsx': { file: 'assets/security.js', imports: ['_forms.js'] },
}

test('what is imported is counted once, however often and in circles, and what is loaded later not at all', () => {
  const files = filesNeededBy(MANIFEST, ['index.html', 'features/sign-in/sign-in-page.tsx'])
  expect([...files].toSorted()).toEqual(['assets/forms.js', 'assets/index.js', 'assets/sign-in.js', 'assets/start.js'])
})

test('a first page that is called otherwise now is noticed', () => {
  expect(() => filesNeededBy(MANIFEST, ['features/entry/entry-page.tsx'])).toThrow('features/entry/entry-page.tsx')
})

test('the language with the longer words counts, and the other does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'wealist-build-'))
  await mkdir(join(folder, '.vite'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, '.vite/manifest.json'), JSON.stringify(MANIFEST))
  const texts = new Map(Object.values(MANIFEST).map(({ file }) => [file, file.repeat(3)]))
  texts.set('assets/korean.js', Array.from({ length: 500 }, (_, index) => index ** 3).join())
  for (const [file, text] of texts) await writeFile(join(folder, file), text)
  const sizeOf = (name: string) => gzipSync(texts.get(`assets/${name}.js`) ?? '', { level: 9 }).length
  const first = ['index', 'start', 'korean', 'sign-in', 'forms'].map(sizeOf).reduce((sum, size) => sum + size, 0)
  expect(await measureBuild(folder)).toEqual({
    firstPageBytes: first,
    wholeBytes: first + sizeOf('english') + sizeOf('security'),
  })
  await rm(folder, { recursive: true })
})
