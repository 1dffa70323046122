import type { DeclaredService } from '@portolan/stack'
import { defineRule, type Statement } from '../rule.ts'

const CODES = {
  NEED_DATABASE_MISSING: { severity: 'error', title: 'PostgreSQL is needed, but no database of it' },
} as const

/** The PostgreSQL that Portolan brings along lets in who has a database there, and nobody else. */
export const needDatabase = defineRule(CODES, ({ services }, say) => {
  const embedded = new Set(services.filter((service) => isEmbedded(service, 'postgres')).map(({ name }) => name))
  return services
    .flatMap((service) => [...databaselessNeeds(service, embedded), ...homelessBus(service)])
    .map((statement) => say('NEED_DATABASE_MISSING', statement))
})

function databaselessNeeds({ name, needs }: DeclaredService, embedded: ReadonlySet<string>): readonly Statement[] {
  return needs
    .filter(({ service, database }) => embedded.has(service) && database === undefined)
    .map(({ service, source }) => {
      const message =
        `"${name}" needs "${service}" without saying which database. It would be told an address, but no user that may ` +
        `log in there. Name one, and it is made: ${service}: { database: ${databaseFor(name)} }.`
      return { at: source, message }
    })
}

/** What the embedded bus is: a database that all who need it share. */
function homelessBus(service: DeclaredService): readonly Statement[] {
  if (!isEmbedded(service, 'bus') || service.needs.length > 0) return []
  const message =
    `"${service.name}" is the bus that Portolan brings along, which is a database, and needs none. It would not start. ` +
    `Say which one it is: needs: { postgres: { database: ${databaseFor(service.name)} } }.`
  return [{ at: service.source, message }]
}

function isEmbedded({ run }: DeclaredService, part: string): boolean {
  return run.kind === 'embedded' && run.part === part
}

function databaseFor(service: string): string {
  return `${service.replaceAll('-', '_')}_db`
}
