import { callEngine, type EngineAddress, type EngineReply } from '@portolan/observe'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import { engineRefused, imageMissing } from './errors.ts'

/** Podman answers stop only when it has stopped; a pull is as long as the network makes it. */
const ANSWER_LIMIT_BYTES = 32 * 1024 * 1024
const LONGEST_REASON = 300

const Created = Type.Object({ Id: Type.String({ pattern: '^[0-9a-f]{64}$' }) })
const Message = Type.Object({ message: Type.String() })
const Inspected = Type.Object({
  RestartCount: Type.Optional(Type.Integer()),
  State: Type.Object({ Running: Type.Boolean(), ExitCode: Type.Integer(), OOMKilled: Type.Optional(Type.Boolean()) }),
})
const Image = Type.Object({
  Config: Type.Optional(
    Type.Object({
      ExposedPorts: Type.Optional(Type.Union([Type.Null(), Type.Record(Type.String(), Type.Unknown())])),
    }),
  ),
})
const PullLine = Type.Object({ error: Type.String() })

export interface ContainerState {
  readonly isRunning: boolean
  readonly exitStatus: number
  readonly wasOutOfMemory: boolean
  readonly restartCount: number
}

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly body?: object
}

/**
 * What a deploy asks of Docker or podman (Docker Engine API; without a version in the path, so that the engine takes its
 * own). Every method throws OBSERVE_ENGINE_UNREACHABLE, DEPLOY_ENGINE_REFUSED and the signal's reason.
 */
export class EngineClient {
  readonly #address: EngineAddress

  constructor(address: EngineAddress) {
    this.#address = address
  }

  /** @returns its id; undefined when there is no such image */
  async createContainer(name: string, settings: object, signal: AbortSignal): Promise<string | undefined> {
    const path = `/containers/create?name=${encodeURIComponent(name)}`
    const reply = await this.#call({ method: 'POST', path, body: settings }, signal)
    if (reply.status === 404) return undefined
    const created = jsonOf(reply)
    if (reply.status === 201 && Value.Check(Created, created)) return created.Id
    throw refused('create the container', reply)
  }

  async startContainer(id: string, signal: AbortSignal): Promise<void> {
    const reply = await this.#call({ method: 'POST', path: `/containers/${id}/start` }, signal)
    // 304: it runs already.
    if (reply.status !== 204 && reply.status !== 304) throw refused('start the container', reply)
  }

  /** Asks it to end, for so many seconds, and ends it then. It may be gone. */
  async stopContainer(id: string, graceSeconds: number, signal: AbortSignal): Promise<void> {
    const reply = await this.#call({ method: 'POST', path: `/containers/${id}/stop?t=${graceSeconds}` }, signal)
    if (![204, 304, 404].includes(reply.status)) throw refused('stop the container', reply)
  }

  /** With the volumes that have no name. It may be gone. */
  async removeContainer(id: string, signal: AbortSignal): Promise<void> {
    const reply = await this.#call({ method: 'DELETE', path: `/containers/${id}?force=true&v=true` }, signal)
    // 409: somebody else is just removing it.
    if (![200, 204, 404, 409].includes(reply.status)) throw refused('remove the container', reply)
  }

  /** @returns undefined when there is none */
  async findState(id: string, signal: AbortSignal): Promise<ContainerState | undefined> {
    const reply = await this.#call({ method: 'GET', path: `/containers/${id}/json` }, signal)
    if (reply.status === 404) return undefined
    const inspected = jsonOf(reply)
    if (reply.status !== 200 || !Value.Check(Inspected, inspected)) throw refused('show the container', reply)
    const { RestartCount = 0, State } = inspected
    const { Running, ExitCode, OOMKilled = false } = State
    return { isRunning: Running, exitStatus: ExitCode, wasOutOfMemory: OOMKilled, restartCount: RestartCount }
  }

  async readLog(id: string, lineCount: number, signal: AbortSignal): Promise<string> {
    const path = `/containers/${id}/logs?stdout=true&stderr=true&tail=${lineCount}`
    const reply = await this.#call({ method: 'GET', path }, signal)
    return reply.status === 200 ? textOfFrames(reply.body) : ''
  }

  /** The port that the image says it serves, where it says exactly one. */
  async findExposedPort(image: string, signal: AbortSignal): Promise<number | undefined> {
    const reply = await this.#call({ method: 'GET', path: `/images/${encodeImage(image)}/json` }, signal)
    const described = jsonOf(reply)
    if (reply.status !== 200 || !Value.Check(Image, described)) return undefined
    const ports = Object.keys(described.Config?.ExposedPorts ?? {}).filter((port) => port.endsWith('/tcp'))
    const [only] = ports
    return ports.length === 1 && only !== undefined ? Number.parseInt(only, 10) : undefined
  }

  /** @throws DEPLOY_IMAGE_MISSING */
  async pullImage(image: string, signal: AbortSignal): Promise<void> {
    const path = `/images/create?fromImage=${encodeURIComponent(withTag(image))}`
    const reply = await this.#call({ method: 'POST', path }, signal)
    if (reply.status !== 200) throw imageMissing(image, reasonOf(reply))
    // It answers 200 before it begins; what fails then is a line of the answer.
    const lines = reply.body.toString('utf8').split('\n')
    const failed = lines.map(parseJson).find((line) => Value.Check(PullLine, line))
    if (failed !== undefined && Value.Check(PullLine, failed)) throw imageMissing(image, shortened(failed.error))
  }

  async #call(call: Call, signal: AbortSignal): Promise<EngineReply> {
    return callEngine(this.#address, { ...call, answerLimitBytes: ANSWER_LIMIT_BYTES, signal })
  }
}

/** Without a tag every tag would be fetched. */
function withTag(image: string): string {
  return /[:@][^/]*$/.test(image) ? image : `${image}:latest`
}

/** Slashes are part of the path. */
function encodeImage(image: string): string {
  return image.split('/').map(encodeURIComponent).join('/')
}

function refused(what: string, reply: EngineReply) {
  return engineRefused(what, { status: reply.status, reason: reasonOf(reply) })
}

function reasonOf(reply: EngineReply): string {
  const said = jsonOf(reply)
  return shortened(Value.Check(Message, said) ? said.message : reply.body.toString('utf8'))
}

/** On one line, without its full stop. */
function shortened(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_REASON).replace(/\.$/, '')
}

function jsonOf(reply: EngineReply): unknown {
  return parseJson(reply.body.toString('utf8'))
}

/** @returns undefined for what is no JSON */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the caller holds it against a schema
  }
}

const FRAME_HEAD_BYTES = 8

/** Both streams in one: `[stream, 0, 0, 0, size as uint32]` before each piece (Docker Engine API, "Attach to a container"). */
function textOfFrames(bytes: Buffer): string {
  const pieces: Buffer[] = []
  for (let at = 0; at + FRAME_HEAD_BYTES <= bytes.length; ) {
    const size = bytes.readUInt32BE(at + 4)
    pieces.push(bytes.subarray(at + FRAME_HEAD_BYTES, at + FRAME_HEAD_BYTES + size))
    at += FRAME_HEAD_BYTES + size
  }
  return Buffer.concat(pieces).toString('utf8')
}
