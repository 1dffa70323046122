import { declarationConflict, nameInvalid, passwordInvalid } from './errors.ts'

/** A service's own database and the role that owns it. */
export interface DatabaseDeclaration {
  readonly database: string
  readonly role: string
  readonly password: string
}

/** Narrower than PostgreSQL: what works unquoted, in URLs and in file names, and is not cut at 63 bytes. */
const NAME = /^(?!pg_)[a-z_][a-z0-9_]{0,62}$/
const RESERVED = {
  database: new Set(['postgres', 'template0', 'template1']),
  role: new Set(['public', 'none', 'postgres']),
} as const
const PRINTABLE_ASCII = /^[\x20-\x7e]+$/

/** @throws POSTGRES_NAME_INVALID, POSTGRES_PASSWORD_INVALID, POSTGRES_DECLARATION_CONFLICT */
export function checkDeclarations(declarations: readonly DatabaseDeclaration[]): void {
  const rolesByDatabase = new Map<string, string>()
  const passwordsByRole = new Map<string, string>()
  for (const { database, role, password } of declarations) {
    checkName('database', database)
    checkName('role', role)
    if (!PRINTABLE_ASCII.test(password)) throw passwordInvalid(role)
    if ((rolesByDatabase.get(database) ?? role) !== role) throw declarationConflict('database', database)
    if ((passwordsByRole.get(role) ?? password) !== password) throw declarationConflict('role', role)
    rolesByDatabase.set(database, role)
    passwordsByRole.set(role, password)
  }
}

function checkName(kind: 'database' | 'role', name: string): void {
  if (!NAME.test(name) || RESERVED[kind].has(name)) throw nameInvalid(kind, name)
}
