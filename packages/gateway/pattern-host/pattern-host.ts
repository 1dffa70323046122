import type { Waiting } from '@portolan/errors'
import type { UpstreamTarget } from '../http1/upstream-connection.ts'
import type { OwnPorts } from '../own-ports.ts'
import type { Upstream } from '../upstreams/upstream.ts'
import type { Doorkeeper } from './admission.ts'
import { HandOver } from './hand-over.ts'
import { HttpDirectory } from './http-directory.ts'
import type { Grounds, OpenExchanges } from './open-exchanges.ts'
import type { PatternHostConfiguration } from './pattern-host-configuration.ts'
import { openPlatformSessions, type PlatformSessions } from './platform-sessions.ts'
import type { RememberedEnds } from './remembered-ends.ts'
import { NoteSeal } from './sealed-note.ts'
import { readWorkspace } from './workspace.ts'
import { type WorkspaceDirectory, workspaceTable } from './workspace-directory.ts'
import { WorkspaceDoorkeeper } from './workspace-doorkeeper.ts'

export interface PatternHostParts {
  /** The secret that the services of the stack share. */
  readonly serviceKey: string
  readonly upstreamAt: (target: UpstreamTarget) => Upstream
  readonly ownPorts: OwnPorts
  readonly openExchanges: OpenExchanges
  readonly ends: RememberedEnds
}

/** A pattern host at work. */
export interface PatternHost extends AsyncDisposable {
  readonly doorkeeper: Doorkeeper
  /** Whether what was let through would be so again; never rejects. */
  readonly stillCount: (grounds: Grounds) => Promise<boolean>
}

/** @throws IDENTITY_SECRET_TOO_SHORT, IDENTITY_PUBLIC_ORIGIN_INVALID */
export async function openPatternHost(
  configuration: PatternHostConfiguration,
  parts: PatternHostParts,
  { signal }: Waiting,
): Promise<PatternHost> {
  const { domain, platformOrigin, signInPath, authUrl, userUrl } = configuration
  const { serviceKey, ends, openExchanges } = parts
  const onEnded = (sessionId: string) => openExchanges.end(sessionId)
  const sessions = await openPlatformSessions(
    { platformOrigin, authUrl, userUrl, serviceKey, ends, onEnded },
    { signal },
  )
  const seal = new NoteSeal(serviceKey)
  const originOf = originUnder(configuration)
  const doorkeeper = new WorkspaceDoorkeeper({
    ...parts,
    configuration,
    directory: directoryOf(configuration, sessions),
    handOver: new HandOver({ seal, sessions, domain, platformOrigin, signInPath, originOf }),
    sessions,
    seal,
    originOf,
  })
  const stillCount = (grounds: Grounds) => doorkeeper.stillCounts(grounds)
  return { doorkeeper, stillCount, [Symbol.asyncDispose]: () => sessions.close() }
}

/** The origin of a preview host, as browsers write it: with the scheme and the port of the platform's. */
function originUnder({ domain, platformOrigin }: PatternHostConfiguration) {
  const { protocol, port: number } = new URL(platformOrigin)
  const end = `.${domain}${number === '' ? '' : `:${number}`}`
  return (port: number, workspace: string) => `${protocol}//${port}-${workspace}${end}`
}

function directoryOf({ directory }: PatternHostConfiguration, sessions: PlatformSessions): WorkspaceDirectory {
  if (directory.kind === 'http') {
    return new HttpDirectory({ url: directory.url, serviceToken: () => sessions.tokenFor(directory.service) })
  }
  const workspaces = Object.entries(directory.workspaces).flatMap(
    ([name, value]) => readWorkspace(name, value, []) ?? [],
  )
  return workspaceTable(workspaces)
}
