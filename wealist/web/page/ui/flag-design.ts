/** Designs of the signal code: what is charged on a field of 24 by 24. */
const PATTERNS = [
  'M12 0h12v24H12z', // parted upright
  'M0 12h24v12H0z', // parted across
  'M0 0h12v12H0zM12 12h12v12H12z', // quartered
  'M9 0h6v9h9v6h-9v9H9v-9H0V9h9z', // cross
  'M0 0h6l6 6 6-6h6v6l-6 6 6 6v6h-6l-6-6-6 6H0v-6l6-6-6-6z', // saltire
  'M12 3l9 9-9 9-9-9z', // diamond
  'M6 6h12v12H6z', // square within
  'M8 0h8v24H8z', // pale
  'M0 8h24v8H0z', // bar
  'M0 0l24 24H0z', // parted aslant
  'M0 0h24L0 24z', // parted aslant, the other way
  'M0 0l12 12L0 24z', // triangle at the hoist
] as const

export type Tint = 'sea' | 'land' | 'magenta' | 'ink' | 'shallow'

/** Pairs that stay apart for every eye: one is light, the other dark. */
const PAIRS = [
  ['land', 'sea'],
  ['sea', 'land'],
  ['shallow', 'magenta'],
  ['magenta', 'shallow'],
  ['shallow', 'sea'],
  ['land', 'ink'],
  ['ink', 'land'],
  ['land', 'magenta'],
] as const satisfies readonly (readonly [Tint, Tint])[]

export interface FlagDesign {
  readonly path: string
  readonly ground: Tint
  readonly charge: Tint
}

/** The same flag for the same id, everywhere and always. */
export function flagOf(id: string): FlagDesign {
  const hash = hashOf(id)
  const path = PATTERNS[hash % PATTERNS.length] ?? PATTERNS[0]
  const [ground, charge] = PAIRS[Math.floor(hash / PATTERNS.length) % PAIRS.length] ?? PAIRS[0]
  return { path, ground, charge }
}

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  }
  return hash >>> 0
}
