import { readdir, readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'

const PAGE = new URL('./page/', import.meta.url)
const { WORDS }: { WORDS: Record<string, Record<string, string>> } = await import(new URL('words.js', PAGE).href)

const keysOf = (language: string) => Object.keys(WORDS[language] ?? {}).sort()

test('both languages have the same words, and none is empty', () => {
  expect(keysOf('ko')).toEqual(keysOf('en'))
  expect(Object.values(WORDS).flatMap((words) => Object.values(words).filter((text) => text.trim() === ''))).toEqual([])
})

test('a word has the same parameters in both languages', () => {
  const parameters = (text = '') => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
  for (const key of keysOf('en')) {
    expect([key, parameters(WORDS.ko?.[key])]).toEqual([key, parameters(WORDS.en?.[key])])
  }
})

test('every word that the page asks for exists, and every word is asked for', async () => {
  const names = (await readdir(PAGE)).filter((name) => /\.(js|html)$/.test(name) && name !== 'words.js')
  const texts = (await Promise.all(names.map((name) => readFile(new URL(name, PAGE), 'utf8')))).join('\n')
  const asked = [...texts.matchAll(/data-word(?:-label)?="(\w+)"/g), ...texts.matchAll(/\bword\('(\w+)'/g)].map(
    (match) => match[1],
  )
  expect(asked.filter((key) => key === undefined || !keysOf('en').includes(key))).toEqual([])
  const codes = keysOf('en').filter((key) => /^[A-Z_]+$/.test(key)) // error codes come from the services
  expect(keysOf('en').filter((key) => !codes.includes(key) && !new RegExp(`['"]${key}['"]`).test(texts))).toEqual([])
})
