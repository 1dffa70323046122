import type { Waiting } from '@portolan/errors'
import {
  type DatabaseDeclaration,
  type EmbeddedPostgres,
  pingPostgres,
  prepareEmbeddedPostgres,
  provisionDatabases,
} from '@portolan/postgres'
import type { Service } from '@portolan/stack'
import { Child } from '../child.ts'
import { unhealthy } from '../errors.ts'
import type { HealthProbe } from '../health-probe.ts'
import type { LogFile } from '../log-file.ts'
import { bindAddress } from '../place.ts'
import type { Runner } from '../runner.ts'

export interface PostgresRunnerParts {
  readonly service: Service
  readonly log: LogFile
  readonly dataFolder: string
  readonly mark: Readonly<Record<string, string>>
  /** What the stack's services need of it, made once it works. */
  readonly databases: readonly DatabaseDeclaration[]
}

/** The PostgreSQL that Portolan brings along. Healthy means that it answers a query, not that its port is open. */
export function postgresRunner({ service, log, dataFolder, mark, databases }: PostgresRunnerParts): Runner {
  let prepared: EmbeddedPostgres | undefined
  return {
    async start({ signal }) {
      const port = service.ports[0]
      if (port === undefined) throw unhealthy('an embedded PostgreSQL needs one port, as in "ports: { sql: 5432 }".')
      const options = { dataFolder, address: bindAddress(port), port: port.range.first }
      prepared = await prepareEmbeddedPostgres(options, { signal })
      const { command, args, workingFolder, environment, stopSignal, uid, gid } = prepared
      return Child.start(
        { command, args, folder: workingFolder, environment: { ...environment, ...mark }, stopSignal, uid, gid },
        log,
      )
    },
    async probe({ signal }) {
      if (prepared === undefined) throw unhealthy('it was not started.')
      await pingPostgres(prepared.adminUrl, { signal })
    },
    async settle({ signal }) {
      if (prepared !== undefined && databases.length > 0)
        await provisionDatabases(prepared.adminUrl, databases, { signal, isDedicated: true })
    },
  }
}

/** A PostgreSQL that others run, given with the user that may make databases there. */
export function externalPostgresRunner(
  adminUrl: string,
  { databases, start }: { readonly databases: readonly DatabaseDeclaration[]; readonly start: Runner['start'] },
): Runner {
  const probe: HealthProbe = (waiting: Waiting) => pingPostgres(adminUrl, waiting)
  const settle = async ({ signal }: Waiting) => {
    if (databases.length > 0) await provisionDatabases(adminUrl, databases, { signal })
  }
  return { start, probe, settle }
}
