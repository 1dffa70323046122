import { randomBytes } from 'node:crypto'
import type { DataFolder } from './data-folder.ts'
import { readJson, writeAtomically } from './data-folder.ts'

/** Passwords that Portolan makes by itself and keeps for the next start, readable by their owner alone. */
export interface Secrets {
  /** The secret of that name, made at the first call. */
  get(name: string): string
  /** Writes what was made since. */
  save(): Promise<void>
}

export async function openSecrets(folder: DataFolder): Promise<Secrets> {
  const known = new Map<string, string>(textEntries(await readJson(folder.secretsFile)))
  let isChanged = false
  return {
    get(name) {
      const kept = known.get(name)
      if (kept !== undefined) return kept
      const made = randomBytes(24).toString('base64url')
      known.set(name, made)
      isChanged = true
      return made
    },
    async save() {
      if (!isChanged) return
      await writeAtomically(folder.secretsFile, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`, 0o600)
      isChanged = false
    },
  }
}

function textEntries(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text] as const] : []))
}
