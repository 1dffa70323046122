import { errorMessage, type Waiting, waited } from '@portolan/errors'
import { directoryBusy, directoryUnreachable } from './errors.ts'
import { readWorkspace, type Workspace } from './workspace.ts'
import type { WorkspaceDirectory } from './workspace-directory.ts'

const DEFAULTS = {
  keepMs: 2_000,
  graceMs: 30_000,
  timeoutMs: 2_000,
  sizeLimit: 1_000,
  flightLimit: 64,
} as const satisfies Partial<HttpDirectoryOptions>

export interface HttpDirectoryOptions {
  /** The name of a workspace is put behind it: `http://127.0.0.1:7000/internal/workspaces/`. */
  readonly url: string
  /** Makes the token that says that it is the gateway who asks. */
  readonly serviceToken: () => Promise<string>
  /** How long an answer counts, "there is none" included. */
  readonly keepMs?: number
  /** How much longer it counts when the directory does not answer: its restart must not take every page away. */
  readonly graceMs?: number
  readonly timeoutMs?: number
  /** How many workspaces are kept, and how many names of which there is none: anybody may ask for names. */
  readonly sizeLimit?: number
  /** How many names that are no known workspace's are asked for at once. */
  readonly flightLimit?: number
}

interface Kept {
  readonly workspace: Workspace
  readonly atMs: number
}

/**
 * A control plane that is asked `GET {url}{name}`: 200 with a workspace as `readWorkspace` has it, or 404 with a problem
 * whose code ends in `WORKSPACE_UNKNOWN`. Any other 404 is somebody who does not know the question.
 */
export class HttpDirectory implements WorkspaceDirectory {
  readonly #options: Required<HttpDirectoryOptions>
  readonly #keptByName = new Map<string, Kept>()
  /** When it was said that there is none. Of their own: who makes up names drives no workspace out. */
  readonly #noneAtMs = new Map<string, number>()
  readonly #flightsByName = new Map<string, Promise<Workspace | undefined>>()
  #newFlightCount = 0

  constructor(options: HttpDirectoryOptions) {
    this.#options = Object.freeze({ ...DEFAULTS, ...options })
  }

  async findWorkspace(name: string, { signal }: Waiting): Promise<Workspace | undefined> {
    const kept = this.#keptByName.get(name)
    if (kept !== undefined && this.#isFresh(kept.atMs)) return kept.workspace
    if (this.#isFresh(this.#noneAtMs.get(name))) return undefined
    return waited(this.#flightsByName.get(name) ?? this.#depart(name), { signal })
  }

  #isFresh(atMs: number | undefined): boolean {
    return atMs !== undefined && performance.now() - atMs < this.#options.keepMs
  }

  /** Shared by all who wait for the name, so that it ends by its own limit alone. */
  #depart(name: string): Promise<Workspace | undefined> {
    const isKnown = this.#keptByName.has(name)
    if (!isKnown && this.#newFlightCount >= this.#options.flightLimit) throw directoryBusy()
    if (!isKnown) this.#newFlightCount += 1
    const flight = this.#ask(name).finally(() => {
      this.#flightsByName.delete(name)
      if (!isKnown) this.#newFlightCount -= 1
    })
    this.#flightsByName.set(name, flight)
    return flight
  }

  async #ask(name: string): Promise<Workspace | undefined> {
    const askedAtMs = performance.now()
    try {
      const workspace = await this.#fetch(name)
      this.#keptByName.delete(name)
      this.#noneAtMs.delete(name)
      if (workspace === undefined) this.#keep(this.#noneAtMs, name, askedAtMs)
      else this.#keep(this.#keptByName, name, { workspace, atMs: askedAtMs })
      return workspace
    } catch (cause) {
      const kept = this.#keptByName.get(name)
      const { keepMs, graceMs } = this.#options
      if (kept !== undefined && askedAtMs - kept.atMs < keepMs + graceMs) return kept.workspace
      throw directoryUnreachable(cause)
    }
  }

  async #fetch(name: string): Promise<Workspace | undefined> {
    const { url, serviceToken, timeoutMs } = this.#options
    const response = await fetch(new URL(encodeURIComponent(name), url), {
      headers: { accept: 'application/json', authorization: `Bearer ${await serviceToken()}` },
      redirect: 'error', // it would carry the token to an address that nobody chose
      signal: AbortSignal.timeout(timeoutMs),
    })
    const body: unknown = await response.json()
    if (response.status === 404 && isOwnUnknown(body)) return undefined
    if (response.status !== 200) throw new Error(`The directory answered with status ${response.status}.`)
    const faults: string[] = []
    const workspace = readWorkspace(name, body, faults)
    if (workspace === undefined) throw new Error(`The directory said of "${name}": ${faults.join('; ')}`)
    return workspace
  }

  /** At the end of the order, where the name is not. */
  #keep<Value>(kept: Map<string, Value>, name: string, value: Value): void {
    const [oldest] = kept.keys()
    if (oldest !== undefined && kept.size >= this.#options.sizeLimit) kept.delete(oldest)
    kept.set(name, value)
  }
}

function isOwnUnknown(body: unknown): boolean {
  if (typeof body !== 'object' || body === null || !('code' in body)) return false
  return typeof body.code === 'string' && body.code.endsWith('WORKSPACE_UNKNOWN')
}

/** Whether a text can stand before a name. @returns what is wrong, undefined when nothing */
export function directoryUrlFault(text: string): string | undefined {
  try {
    const { protocol } = new URL(text)
    return ['http:', 'https:'].includes(protocol) && text.endsWith('/') ? undefined : 'an http URL that ends in "/"'
  } catch (error) {
    return `an http URL that ends in "/" (${errorMessage(error)})`
  }
}
