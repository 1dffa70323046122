import { IDENTITY_ERRORS } from '@portolan/identity'
import { AUTH_ERRORS } from '@wealist/auth/errors.ts'
import { USER_ERRORS } from '@wealist/user/errors.ts'
import { expect, test } from 'vitest'
import { WEB_ERRORS } from '../api/errors.ts'
import { readPageSources } from '../page-sources.ts'
import { english } from './english.ts'
import { korean } from './korean.ts'

/** Every text of a language by its whole key, `workspace:members.title`. */
function textsOf(language: object): ReadonlyMap<string, string> {
  return new Map(Object.entries(language).flatMap(([namespace, words]) => leavesOf(words, `${namespace}:`)))
}

function leavesOf(words: object, path: string): readonly [string, string][] {
  return Object.entries(words).flatMap(([key, value]): readonly [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : leavesOf(value, `${path}${key}.`),
  )
}

const PLURAL = /_(zero|one|two|few|many|other)$/
const [en, ko] = [textsOf(english), textsOf(korean)]
const keysOf = (texts: ReadonlyMap<string, string>) => new Set([...texts.keys()].map((key) => key.replace(PLURAL, '')))
const parametersOf = (text: string) => [...new Set(text.match(/\{\{\w+\}\}/g))].toSorted()

test('both languages have the same words', () => {
  expect([...keysOf(ko)].toSorted()).toEqual([...keysOf(en)].toSorted())
})

test.for([
  ['en', en],
  ['ko', ko],
] as const)('every count has the plurals that %s tells apart', ([language, texts]) => {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
  const counted = new Set([...texts.keys()].filter((key) => PLURAL.test(key)).map((key) => key.replace(PLURAL, '')))
  const missing = [...counted].flatMap((key) => categories.map((each) => `${key}_${each}`))
  expect(missing.filter((key) => !texts.has(key))).toEqual([])
})

test('a sentence tells the same in both languages', () => {
  const different = [...en].filter(([key, text]) => {
    const translated = ko.get(key)
    return translated !== undefined && String(parametersOf(text)) !== String(parametersOf(translated))
  })
  expect(different.map(([key]) => key)).toEqual([])
})

test('no text is empty, and none that is to be Korean was forgotten', () => {
  const sameOnPurpose = new Set(['account:removal.fileName', 'account:security.codesFile', 'entry:noMailCommand'])
  const forgotten = [...ko].filter(([key, text]) => !/\p{Script=Hangul}/u.test(text) && !sameOnPurpose.has(key))
  expect(forgotten).toEqual([])
  expect([...en, ...ko].filter(([, text]) => text.trim() === '')).toEqual([])
})

/** What the request function answers by itself, or what only other services and programs are told. */
const NEVER_SHOWN = [
  'IDENTITY_CREDENTIALS_MISSING',
  'IDENTITY_TOKEN_INVALID',
  'IDENTITY_TOKEN_EXPIRED',
  'IDENTITY_SESSION_ENDED',
  'IDENTITY_SERVICE_TOKEN_INVALID',
  'IDENTITY_TOKEN_UNCHECKED',
]

test('every error that a service may answer has words; what is broken for good is said in general', () => {
  const catalogues = Object.entries({ ...AUTH_ERRORS, ...USER_ERRORS, ...IDENTITY_ERRORS, ...WEB_ERRORS })
  const told = catalogues.filter(([code, { status }]) => status !== 500 && !NEVER_SHOWN.includes(code))
  expect(told.map(([code]) => code).filter((code) => !en.has(`errors:${code}`))).toEqual([])
})

test('no words are left of an error that is no more', () => {
  const codes = Object.keys({ ...AUTH_ERRORS, ...USER_ERRORS, ...IDENTITY_ERRORS, ...WEB_ERRORS })
  const ours = /^errors:(?=AUTH_|USER_|IDENTITY_|WEB_)/
  const left = [...en.keys()].filter((key) => ours.test(key) && !codes.includes(key.replace(ours, '')))
  expect(left).toEqual([])
})

test('every word is used', async () => {
  const sources = (await readPageSources()).filter(({ path }) => !path.startsWith('i18n/'))
  const text = sources.map((source) => source.text).join('\n')
  const quoted = new Set(text.match(/(?<=['"`])[\w.-]+(?=['"`])/g))
  const prefixes = [...new Set(text.match(/(?<=`)[\w.-]+\.(?=\$\{)/g))]
  const isUsed = (key: string) => {
    const isComposed = prefixes.some((prefix) => key.startsWith(prefix) && quoted.has(key.slice(prefix.length)))
    return quoted.has(key) || isComposed
  }
  const unused = [...keysOf(en)].filter((key) => !key.startsWith('errors:') && !isUsed(key.replace(/^\w+:/, '')))
  expect(unused).toEqual([])
})
