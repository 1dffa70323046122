import Type from 'typebox'
import { inputInvalid } from './errors.ts'

const NAME_LIMIT = 80
// Control characters, line and paragraph separators, the marks that turn the direction of the text around them, and
// what is not seen at all: none belongs into a name, and each is a way to look like somebody else.
const REFUSED =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufffd]/u

/** How a name comes in. `parseName` has the last word: on what it is made of, and after it was trimmed. */
export const NAME_SCHEMA = Type.String({ minLength: 1, maxLength: NAME_LIMIT, description: 'Shown to other people.' })
/** A name as it is answered. */
export const NAME_VIEW = Type.String({ minLength: 1, maxLength: NAME_LIMIT })

/**
 * A name as it is stored: one line, trimmed, composed (Unicode NFC), 1–80 characters.
 * @throws USER_INPUT_INVALID
 */
export function parseName(text: string, field: string): string {
  const name = text.normalize('NFC').trim().replaceAll(/\s+/gu, ' ')
  if (REFUSED.test(text)) {
    throw inputInvalid({ field, rule: 'characters', reason: 'has characters that cannot be shown in a name' })
  }
  if (name === '') throw inputInvalid({ field, rule: 'empty', reason: 'is empty' })
  if (Array.from(name).length > NAME_LIMIT) {
    throw inputInvalid({ field, rule: 'length', reason: `is longer than ${NAME_LIMIT} characters` })
  }
  return name
}
