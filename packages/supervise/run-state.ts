import type { ProcessIdentity } from '@portolan/observe'
import type { Transport } from '@portolan/ports'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { DataFolder } from './data-folder.ts'
import { readJson, writeAtomically } from './data-folder.ts'
import { SERVICE_STATES, type StateName } from './service-state.ts'

/** What `status --json` says. */
export interface StackStatus {
  readonly stack: string
  readonly environment: string
  readonly services: readonly ServiceStatus[]
}
export interface ServiceStatus {
  readonly name: string
  readonly state: StateName
  readonly pid: number | null
  readonly ports: readonly PortStatus[]
  readonly restarts: number
  /** When it came into this state (ISO 8601). */
  readonly since: string
  /** Why it is failed or unhealthy. */
  readonly reason?: string
}
export interface PortStatus {
  readonly name: string
  /** The number, or the first of a range. */
  readonly port: number
  readonly transport: Transport
  readonly url: string
}

/** What is kept about a run, for whoever comes after it: another command, or the next `up` after a crash. */
export interface RunState {
  readonly supervisor: ProcessIdentity | undefined
  readonly startedAt: string
  readonly controlSocket: string
  /** Leaders of the process groups that were started and not yet stopped. */
  readonly processes: readonly ProcessIdentity[]
  readonly status: StackStatus
}

const identity = Type.Object({ pid: Type.Integer(), startTicks: Type.Number(), bootId: Type.Optional(Type.String()) })
const STACK_STATUS = Type.Object({
  stack: Type.String(),
  environment: Type.String(),
  services: Type.Array(
    Type.Object({
      name: Type.String(),
      state: Type.Unsafe<StateName>(Type.Enum([...SERVICE_STATES])),
      pid: Type.Union([Type.Integer(), Type.Null()]),
      ports: Type.Array(
        Type.Object({
          name: Type.String(),
          port: Type.Integer(),
          transport: Type.Unsafe<Transport>(Type.Enum(['tcp', 'udp'])),
          url: Type.String(),
        }),
      ),
      restarts: Type.Integer(),
      since: Type.String(),
      reason: Type.Optional(Type.String()),
    }),
  ),
})
const RUN_STATE = Type.Object({
  supervisor: Type.Optional(identity),
  startedAt: Type.String(),
  controlSocket: Type.String(),
  processes: Type.Array(identity),
  status: STACK_STATUS,
})

/** @returns undefined when the stack never ran, or when what it left cannot be read */
export async function readRunState(folder: DataFolder): Promise<RunState | undefined> {
  const value = await readJson(folder.stateFile)
  return Value.Check(RUN_STATE, value) ? { ...value, supervisor: value.supervisor } : undefined
}

/** What a supervisor answered; undefined when it is no status. */
export function parseStackStatus(value: unknown): StackStatus | undefined {
  return Value.Check(STACK_STATUS, value) ? value : undefined
}

export function writeRunState(folder: DataFolder, state: RunState): Promise<void> {
  return writeAtomically(folder.stateFile, `${JSON.stringify(state, null, 2)}\n`, 0o600)
}
