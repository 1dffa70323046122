import { expect, test } from 'vitest'
import { NoteSeal } from './sealed-note.ts'

const SECRET = 'a secret that only this test knows'

test('a note is opened for its purpose, as often as it is shown, and by every process with the secret', () => {
  const text = new NoteSeal(SECRET).seal('session', { u: 'one' })
  const seal = new NoteSeal(SECRET)
  for (const _ of [1, 2, 3]) expect(seal.open('session', text)).toEqual({ u: 'one' })
  expect(seal.open('code', text)).toBeUndefined()
  expect(seal.open('session', text)).toEqual({ u: 'one' })
})

test('what was changed is no note, also beside one that was opened before', () => {
  const seal = new NoteSeal(SECRET)
  const text = seal.seal('session', { u: 'one' })
  expect(seal.open('session', text)).toEqual({ u: 'one' })
  const [body = '', mac = ''] = text.split('.')
  const other = Buffer.from('{"u":"two"}').toString('base64url')
  for (const changed of [`${other}.${mac}`, `${body}.${mac.toLowerCase()}x`, `${body}.`, body, '', `${text} `]) {
    expect(seal.open('session', changed)).toBeUndefined()
  }
})

test('thousands of notes are opened, the first of them again', () => {
  const seal = new NoteSeal(SECRET)
  const texts = Array.from({ length: 5_000 }, (_, index) => seal.seal('session', { index }))
  for (const [index, text] of [...texts.entries(), [0, texts[0] ?? ''] as const]) {
    expect(seal.open('session', text)).toEqual({ index })
  }
})
