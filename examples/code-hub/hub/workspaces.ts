import type { Waiting } from '@portolan/errors'
import { previewHost } from '@portolan/gateway'
import type { StartedContainer, WorkspaceEngine } from './workspace-engine.ts'

export const SHARINGS = ['owner', 'signed-in', 'public'] as const
export type Sharing = (typeof SHARINGS)[number]

export type WorkspaceState =
  | { readonly state: 'stopped' | 'starting' }
  | { readonly state: 'running'; readonly container: StartedContainer }

export interface Workspace {
  readonly name: string
  readonly owner: string
  readonly sharing: Sharing
  readonly now: WorkspaceState
}

/** The front end's port, and the back end's. */
export const PORTS = { front: 5173, back: 8000 } as const
const HIGHEST_PORT = 65_535

/** The workspaces of the hub. In memory; their files are on the disk. */
export class Workspaces {
  readonly #engine: WorkspaceEngine
  readonly #domain: string
  readonly #byName = new Map<string, Workspace>()

  constructor(engine: WorkspaceEngine, domain: string) {
    this.#engine = engine
    this.#domain = domain
  }

  get all(): readonly Workspace[] {
    return [...this.#byName.values()]
  }

  find(name: string): Workspace | undefined {
    return this.#byName.get(name)
  }

  /** @throws GATEWAY_PREVIEW_HOST_REFUSED for a name under which a port could not be shown */
  async create(name: string, owner: string): Promise<void> {
    previewHost(HIGHEST_PORT, name, this.#domain)
    if (this.#byName.has(name)) return
    this.#byName.set(name, { name, owner, sharing: 'owner', now: { state: 'stopped' } })
    await this.#engine.prepare(name)
  }

  async start({ name, now }: Workspace, { signal }: Waiting): Promise<void> {
    if (now.state !== 'stopped') return
    this.#change(name, { now: { state: 'starting' } })
    try {
      const container = await this.#engine.start(name, { signal })
      this.#change(name, { now: { state: 'running', container } })
    } catch (error) {
      this.#change(name, { now: { state: 'stopped' } })
      throw error
    }
  }

  async stop({ name, now }: Workspace, { signal }: Waiting): Promise<void> {
    if (now.state !== 'running') return
    this.#change(name, { now: { state: 'stopped' } })
    await this.#engine.remove(now.container.id, { signal })
  }

  share({ name }: Workspace, sharing: Sharing): void {
    this.#change(name, { sharing })
  }

  /** Stops all that run. */
  async close({ signal }: Waiting): Promise<void> {
    await Promise.all(this.all.map((workspace) => this.stop(workspace, { signal })))
  }

  #change(name: string, change: Partial<Workspace>): void {
    const workspace = this.#byName.get(name)
    if (workspace !== undefined) this.#byName.set(name, { ...workspace, ...change })
  }
}

/** What the gateway is told of a workspace (docs/stack-file.md, "Ports of workspaces"). */
export function toldOf({ owner, sharing, now }: Workspace) {
  return {
    state: now.state,
    owner,
    sharing,
    siblings: [[PORTS.front, PORTS.back]],
    ...(now.state === 'running' ? { address: now.container.address } : {}),
  }
}
