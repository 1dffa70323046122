import { randomInt } from 'node:crypto'

const CODE_COUNT = 10
const LENGTH = 10
// Crockford's: without I, L, O and U, so that nothing can be mistaken.
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** Ten codes of 50 random bits, `ABCDE-FGHJK`. */
export function createRecoveryCodes(): readonly string[] {
  return Array.from({ length: CODE_COUNT }, () => {
    const letters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
    return `${letters.slice(0, LENGTH / 2)}-${letters.slice(LENGTH / 2)}`
  })
}

/** What somebody typed, as it is compared: without spaces and hyphens, in capitals, what looks alike made one. */
export function normaliseCode(text: string): string {
  return text.normalize('NFKC').replaceAll(/[\s-]/g, '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0')
}
