import { NAME } from './patterns.ts'

const LONGEST = 40

/** The name that a text could have been meant as ("Hello World" → "hello-world"); undefined where nothing of it can be one. */
export function nameMeant(text: string): string | undefined {
  // Accents go, their letters stay.
  const letters = text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
  const name = letters
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, LONGEST)
    .replace(/-+$/, '')
  return new RegExp(NAME).test(name) && name !== text ? name : undefined
}
