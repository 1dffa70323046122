import { cp, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Waiting } from '@portolan/errors'
import { callEngine, type EngineAddress, type EngineReply } from '@portolan/observe'
import { Type } from 'typebox'
import { Check } from 'typebox/value'

const ANSWER_LIMIT_BYTES = 4 * 1024 * 1024
const TEMPLATE = fileURLToPath(new URL('../workspace/', import.meta.url))
const PACKAGES = fileURLToPath(new URL('../../../node_modules/', import.meta.url))
const STOP_SECONDS = 2

const CREATED = Type.Object({ Id: Type.String() })
const PLACED = Type.Object({
  NetworkSettings: Type.Object({
    IPAddress: Type.Optional(Type.String()),
    Networks: Type.Optional(
      Type.Union([Type.Null(), Type.Record(Type.String(), Type.Object({ IPAddress: Type.String() }))]),
    ),
  }),
})

export interface WorkspaceEngineOptions {
  /** Where Docker or podman is to be had. */
  readonly address: EngineAddress
  readonly image: string
  /** Where the files of workspaces are kept. */
  readonly folder: string
  /** The domain that their ports are shown under. */
  readonly domain: string
}

export interface StartedContainer {
  readonly id: string
  /** Its own address, which publishes nothing on this machine. */
  readonly address: string
}

/** Workspaces as containers, through the API that Docker and podman share (Docker Engine API). */
export class WorkspaceEngine {
  readonly #options: WorkspaceEngineOptions

  constructor(options: WorkspaceEngineOptions) {
    this.#options = options
  }

  folderOf(name: string): string {
    return path.join(this.#options.folder, name)
  }

  /** Files of its own, as a template has them. What is there already stays. */
  async prepare(name: string): Promise<void> {
    await mkdir(this.#options.folder, { recursive: true })
    await cp(TEMPLATE, this.folderOf(name), { recursive: true, force: false })
  }

  async start(name: string, { signal }: Waiting): Promise<StartedContainer> {
    const reply = await this.#call(
      { method: 'POST', path: '/containers/create', body: this.#settingsOf(name) },
      { signal },
    )
    const created = jsonOf(reply)
    if (reply.status !== 201 || !Check(CREATED, created)) throw refused('create a container', reply)
    const { Id: id } = created
    const started = await this.#call({ method: 'POST', path: `/containers/${id}/start` }, { signal })
    if (started.status !== 204) throw refused('start the container', started)
    return { id, address: await this.#addressOf(id, { signal }) }
  }

  /** It may be gone. */
  async remove(id: string, { signal }: Waiting): Promise<void> {
    await this.#call({ method: 'POST', path: `/containers/${id}/stop?t=${STOP_SECONDS}` }, { signal })
    await this.#call({ method: 'DELETE', path: `/containers/${id}?force=true&v=true` }, { signal })
  }

  #settingsOf(name: string): object {
    const { image, domain } = this.#options
    return {
      Image: image,
      Cmd: ['/home/node_modules/node/bin/node', 'start.mjs'],
      WorkingDir: '/home/code',
      Env: [
        `WORKSPACE=${name}`,
        // Vite 6 and later answer to hosts that they know, and to those below localhost.
        `__VITE_ADDITIONAL_SERVER_ALLOWED_HOSTS=.${domain}`,
      ],
      Labels: { 'code-hub.workspace': name },
      HostConfig: {
        // The image is empty: programs and packages are this machine's, to read; the files of the workspace, to write.
        Binds: ['/usr:/usr:ro', `${PACKAGES}:/home/node_modules:ro`, `${this.folderOf(name)}:/home/code`],
        Ulimits: [
          { Name: 'nofile', Soft: 1_024, Hard: 1_024 },
          { Name: 'nproc', Soft: 1_000, Hard: 1_000 },
        ],
      },
    }
  }

  async #addressOf(id: string, { signal }: Waiting): Promise<string> {
    const reply = await this.#call({ method: 'GET', path: `/containers/${id}/json` }, { signal })
    const placed = jsonOf(reply)
    if (reply.status !== 200 || !Check(PLACED, placed)) throw refused('show the container', reply)
    const { IPAddress, Networks } = placed.NetworkSettings
    const address = [IPAddress, ...Object.values(Networks ?? {}).map((network) => network.IPAddress)].find(Boolean)
    if (address === undefined) throw new Error(`The container "${id}" has no address of its own.`)
    return address
  }

  #call(call: { method: 'GET' | 'POST' | 'DELETE'; path: string; body?: object }, { signal }: Waiting) {
    return callEngine(this.#options.address, { ...call, answerLimitBytes: ANSWER_LIMIT_BYTES, signal })
  }
}

function jsonOf({ body }: EngineReply): unknown {
  return body.length === 0 ? undefined : JSON.parse(body.toString('utf8'))
}

function refused(what: string, { status, body }: EngineReply): Error {
  return new Error(`The engine did not ${what}: ${status} ${body.toString('utf8').slice(0, 300)}`)
}
