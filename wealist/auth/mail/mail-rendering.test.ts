import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ENGLISH_WORDS } from './english-words.ts'
import { KOREAN_WORDS } from './korean-words.ts'
import { mailName, renderMail } from './mail-rendering.ts'

test('both languages have every mail', () => {
  expect(Object.keys(KOREAN_WORDS)).toEqual(Object.keys(ENGLISH_WORDS))
})

test('whatever somebody is called, the subject is one line and the HTML has no tags of theirs', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const parameters = { inviter: mailName(text), workspace: mailName(text), url: 'http://localhost:3000/x' }
      const { subject, html } = renderMail('en', 'invitation', parameters)
      expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e]/u)
      const own = renderMail('en', 'invitation', { ...parameters, inviter: 'x', workspace: 'x' }).html
      expect(html.split('<').length).toBe(own.split('<').length)
    }),
  )
})

test('a name keeps what people are called, and loses what a mail program would make a link of', () => {
  expect(mailName("김미나 O'Brien-Łuczak Jr.")).toBe("김미나 O'Brien-Łuczak Jr.")
  expect(mailName('win at www.evil.example/x https://evil.example a@b.example')).not.toMatch(
    /www\.|:\/\/|@|evil\.example/,
  )
  expect(mailName('x'.repeat(500))).toHaveLength(80)
})
