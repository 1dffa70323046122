import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { errorMessage } from '@portolan/errors'
import type { Transaction } from 'kysely'
import { migrationEdited, migrationRemoved, migrationReordered, migrationsInvalid } from './errors.ts'

/** A step that is SQL alone: what is hashed is exactly what runs. */
export interface SqlMigration {
  readonly name: string
  /** One or more statements, without BEGIN and COMMIT. */
  readonly sql: string
}

/** A step that has to compute something. It sees the tables it names itself: `tx.withTables<…>()`. */
export interface CodeMigration {
  readonly name: string
  readonly up: (tx: Transaction<unknown>) => Promise<void>
  /** `import.meta.url` of its file, whose text is hashed: put one migration into one file and import no other. */
  readonly source: string
}

export type Migration = SqlMigration | CodeMigration

/** The ordered steps of one history. Several histories may share a database: a service's own, and a library's. */
export interface Migrations {
  readonly history: string
  readonly steps: readonly Migration[]
}

/** @throws POSTGRES_MIGRATIONS_INVALID */
export function defineMigrations(history: string, steps: readonly Migration[]): Migrations {
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(history)) throw migrationsInvalid(history, 'that name is not in kebab-case')
  for (const [index, { name }] of steps.entries()) {
    if (!/^\d{4}-[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) throw migrationsInvalid(history, `"${name}" is not a valid name`)
    const previous = steps[index - 1]?.name
    if (previous !== undefined && previous.slice(0, 4) >= name.slice(0, 4)) {
      throw migrationsInvalid(history, `"${name}" comes after "${previous}"`)
    }
  }
  return Object.freeze({ history, steps: Object.freeze([...steps]) })
}

export interface Fingerprint {
  readonly name: string
  /** SHA-256 in hex. */
  readonly checksum: string
}

/**
 * Of the text, not of `up.toString()`: that differs between Node, a test runner's transform and a bundler, so an
 * untouched migration would look edited. Line endings do not count, as a checkout may change them.
 */
export async function fingerprintOf(history: string, step: Migration): Promise<Fingerprint> {
  const text = 'sql' in step ? step.sql : await readSource(history, step)
  const checksum = createHash('sha256').update(text.replaceAll('\r\n', '\n')).digest('hex')
  return { name: step.name, checksum }
}

async function readSource(history: string, { name, source }: CodeMigration): Promise<string> {
  try {
    return await readFile(fileURLToPath(source), 'utf8')
  } catch (cause) {
    throw migrationsInvalid(history, `the source of "${name}" cannot be read (${errorMessage(cause)})`)
  }
}

/**
 * Compares what is declared with what was applied, both in order.
 * @returns how many are applied, which are the first of the declared ones
 * @throws POSTGRES_MIGRATION_EDITED, POSTGRES_MIGRATION_REMOVED, POSTGRES_MIGRATION_REORDERED
 */
export function countApplied(
  history: string,
  { declared, applied }: { readonly declared: readonly Fingerprint[]; readonly applied: readonly Fingerprint[] },
): number {
  for (const [index, { name, checksum }] of applied.entries()) {
    const step = declared[index]
    if (!declared.some((each) => each.name === name)) throw migrationRemoved(history, name)
    if (step?.name !== name) throw migrationReordered(history, { name: step?.name ?? '', expected: name })
    if (step.checksum !== checksum) throw migrationEdited(history, name)
  }
  return applied.length
}
