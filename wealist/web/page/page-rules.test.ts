import { dirname, join } from 'node:path/posix'
import { expect, test } from 'vitest'
import { readPageSources } from './page-sources.ts'

const sources = await readPageSources()
const components = sources.filter(({ path }) => path.endsWith('.tsx'))
const LONGEST_COMPONENT = 150

function featureOf(path: string): string | undefined {
  return /^features\/([^/]+)\//.exec(path)?.[1]
}

test('a feature imports no other feature, and what features share imports none', () => {
  const wrong = sources.flatMap(({ path, text }) => {
    const imports = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g)].map(([, each = '']) => each)
    const features = imports.map((each) => featureOf(join(dirname(path), each))).filter((name) => name !== undefined)
    const isFree = path.startsWith('routes/')
    return isFree ? [] : features.filter((name) => name !== featureOf(path)).map((name) => `${path} imports ${name}`)
  })
  expect(wrong).toEqual([])
})

test(`a component's file has at most ${LONGEST_COMPONENT} lines and one exported component`, () => {
  const wrong = components.filter(({ path, text }) => {
    const exported = text.match(/^export (function|const) [A-Z]\w*[a-z]/gm) ?? []
    return text.split('\n').length - 1 > LONGEST_COMPONENT || (exported.length > 1 && !path.startsWith('routes/'))
  })
  expect(wrong.map(({ path }) => path)).toEqual([])
})

test('components fetch nothing and write no styles', () => {
  const wrong = components.filter(({ text }) => /\bfetch\(|\brequest(File)?[<(]|\sstyle=|#[0-9a-f]{3,8}['"]/.test(text))
  expect(wrong.map(({ path }) => path)).toEqual([])
})

test('components hold no text of their own', () => {
  const literal =
    /[>}]\s*[^<>{}()=&|?:;]*\p{L}{2,}[^<>{}()=&|?:;]*<\/|\s(aria-label|title|placeholder|alt|label)="[^"]+"/u
  const wrong = components.flatMap(({ path, text }) => {
    const found = literal.exec(text)?.[0]
    return found === undefined ? [] : [`${path}: ${found.trim()}`]
  })
  expect(wrong).toEqual([])
})
