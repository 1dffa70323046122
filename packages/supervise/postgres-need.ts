import { type DatabaseDeclaration, databaseUrl, formatPostgresUrl } from '@portolan/postgres'
import type { Need, ResolvedStack, Service } from '@portolan/stack'
import { needUnsupported } from './errors.ts'
import { placeOf } from './place.ts'
import type { Secrets } from './secrets.ts'
import { urlVariable } from './variable-name.ts'

/** The databases that the services of a stack need of one PostgreSQL, each with a role of its own. */
export function databasesOf(postgres: Service, stack: ResolvedStack, secrets: Secrets): readonly DatabaseDeclaration[] {
  const declared = stack.services.flatMap(({ needs }) =>
    needs.filter(({ service }) => service === postgres.name).flatMap((need) => declarationOf(need, secrets) ?? []),
  )
  // Two services may share one on purpose.
  return [...new Map(declared.map((one) => [one.database, one])).values()]
}

/** True for a service that databases can be made in. */
export function isPostgres({ run, ports }: Service): boolean {
  return (run.kind === 'embedded' && run.part === 'postgres') || ports.some(({ speaks }) => speaks.includes('postgres'))
}

/**
 * `DATABASE_URL` for the first database that a service needs, and `<SERVICE>_URL` for each.
 * @throws SUPERVISE_NEED_UNSUPPORTED when an external PostgreSQL is given without the user that may make databases
 */
export function databaseUrls(service: Service, stack: ResolvedStack, secrets: Secrets): ReadonlyMap<string, string> {
  const urls = new Map<string, string>()
  for (const need of service.needs) {
    const declaration = declarationOf(need, secrets)
    const postgres = stack.services.find(({ name }) => name === need.service)
    if (postgres !== undefined && isEmbeddedBus(postgres)) {
      urls.set(urlVariable(need.service), embeddedBusUrl(postgres, stack, secrets))
    }
    if (declaration === undefined || postgres === undefined) continue
    const url = urlOfDatabase(service, postgres, declaration)
    if (!urls.has('DATABASE_URL')) urls.set('DATABASE_URL', url)
    urls.set(urlVariable(need.service), url)
  }
  return urls
}

/** True for the bus that Portolan brings along: a database that all who need it share. */
export function isEmbeddedBus({ run }: Service): boolean {
  return run.kind === 'embedded' && run.part === 'bus'
}

/** Where the embedded bus is. @throws SUPERVISE_NEED_UNSUPPORTED when it names no database to be in */
export function embeddedBusUrl(bus: Service, stack: ResolvedStack, secrets: Secrets): string {
  const url = databaseUrls(bus, stack, secrets).get('DATABASE_URL')
  if (url !== undefined) return url
  throw needUnsupported(bus.name, 'a database', 'write "needs: { postgres: { database: bus_db } }".')
}

/** The URL of an external PostgreSQL, where it names a user; undefined for one that is only an address. */
export function externalAdminUrl({ run }: Service): string | undefined {
  return run.kind === 'external' && /^postgres(ql)?:\/\/[^/@]+@/.test(run.address) ? run.address : undefined
}

function urlOfDatabase(service: Service, postgres: Service, declaration: DatabaseDeclaration): string {
  const adminUrl = externalAdminUrl(postgres)
  if (adminUrl !== undefined) return databaseUrl(adminUrl, declaration)
  const port = postgres.ports[0]
  if (port === undefined || postgres.run.kind === 'external') {
    const reason =
      'write its address as postgres://user:${PASSWORD}@host:5432/postgres, with a user that may make databases.'
    throw needUnsupported(service.name, postgres.name, reason)
  }
  const { database, role, password } = declaration
  return formatPostgresUrl({ ...placeOf(postgres, port), database, user: role, password })
}

function declarationOf({ service, database, role }: Need, secrets: Secrets): DatabaseDeclaration | undefined {
  if (database === undefined || role === undefined) return undefined
  return { database, role, password: secrets.get(`${service}/${role}`) }
}
