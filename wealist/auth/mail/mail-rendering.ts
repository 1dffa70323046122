import type { Locale } from '../locale.ts'
import { ENGLISH_WORDS } from './english-words.ts'
import { KOREAN_WORDS } from './korean-words.ts'
import type { MailParameters, MailTemplate, MailText, MailWords } from './mail.ts'

const WORDS: Readonly<Record<Locale, MailWords>> = { en: ENGLISH_WORDS, ko: KOREAN_WORDS }
const NAME_LIMIT = 80

export interface RenderedMail {
  readonly subject: string
  readonly text: string
  readonly html: string
}

/** @param parameters names may be anybody's text: they become one line and are escaped in the HTML part */
export function renderMail<T extends MailTemplate>(
  locale: Locale,
  template: T,
  parameters: MailParameters[T],
): RenderedMail {
  const text = WORDS[locale][template](parameters)
  return { subject: singleLine(text.subject), text: plainOf(text), html: htmlOf(locale, text) }
}

/**
 * A name as it may stand in a mail: one line without control characters, neither a header's end nor a text that runs
 * backwards, and nothing that mail programs make a link of.
 */
export function mailName(name: string): string {
  const line = singleLine(name).replaceAll(/:\/\/|@|www\.|(?<=\w)\.(?=\w)/gi, ' ')
  return Array.from(singleLine(line)).slice(0, NAME_LIMIT).join('')
}

function singleLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function plainOf({ lines, action, footnotes }: MailText): string {
  return [...lines, `${action.label}:\n${action.url}`, ...footnotes, '— weAlist'].join('\n\n')
}

function htmlOf(locale: Locale, { subject, lines, action, footnotes }: MailText): string {
  const paragraphs = lines.map((line) => `<p>${escapeHtml(line)}</p>`)
  const notes = footnotes.map((line) => `<p style="color:#5c6370;font-size:13px">${escapeHtml(line)}</p>`)
  const url = escapeHtml(action.url)
  const button = 'display:inline-block;padding:10px 18px;border-radius:6px;background:#2f5bd8;color:#fff'
  const body =
    'font-family:system-ui,sans-serif;font-size:16px;line-height:1.5;max-width:34em;margin:24px auto;padding:0 16px'
  return [
    `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>`,
    `<body style="${body}">`,
    ...paragraphs,
    `<p><a href="${url}" style="${button};text-decoration:none">${escapeHtml(action.label)}</a></p>`,
    `<p style="font-size:13px;word-break:break-all">${url}</p>`,
    ...notes,
    '<p>— weAlist</p></body></html>',
  ].join('\n')
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '')
}
