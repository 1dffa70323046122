import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const SUPERVISE_ERRORS = {
  SUPERVISE_ALREADY_RUNNING: { status: 409, title: 'The stack is already running' },
  SUPERVISE_NOT_RUNNING: { status: 409, title: 'The stack is not running' },
  SUPERVISE_PORTS_TAKEN: { status: 409, title: 'Ports of the stack are taken' },
  SUPERVISE_SERVICE_FAILED: { status: 500, title: 'A service did not start' },
  SUPERVISE_SERVICE_UNKNOWN: { status: 404, title: 'The stack has no such service' },
  SUPERVISE_PROGRAM_MISSING: { status: 500, title: 'A program is not installed' },
  SUPERVISE_PROGRAM_UNUSABLE: { status: 500, title: 'A program cannot be run' },
  SUPERVISE_FOLDER_MISSING: { status: 500, title: 'There is no folder to run a program in' },
  SUPERVISE_MODULE_INVALID: { status: 500, title: 'A module is not a service' },
  SUPERVISE_RUN_KIND_UNSUPPORTED: { status: 501, title: 'The run kind cannot be run here' },
  SUPERVISE_NEEDS_CYCLE: { status: 422, title: 'Services need each other in a circle' },
  SUPERVISE_UNHEALTHY: { status: 503, title: 'A service does not answer' },
  SUPERVISE_DATA_FOLDER_UNUSABLE: { status: 500, title: 'The data folder cannot be used' },
  SUPERVISE_SOCKET_FOLDER_UNSAFE: { status: 500, title: 'The folder of the control socket is not private' },
  SUPERVISE_CONTROL_FAILED: { status: 502, title: 'The supervisor did not answer' },
  SUPERVISE_CONTROL_UNKNOWN: { status: 404, title: 'The control socket does not know the request' },
  SUPERVISE_NEED_UNSUPPORTED: { status: 422, title: 'A need cannot be met' },
  SUPERVISE_ORPHAN_LEFT: { status: 500, title: 'A process of an earlier run did not end' },
} as const satisfies ErrorCatalogue

/** In UTF-16 code units; the log has the rest. */
const LONGEST_TAIL_LINE = 500

type Code = keyof typeof SUPERVISE_ERRORS

function failure(
  code: Code,
  message: string,
  options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
) {
  return new AppError(code, message, { status: SUPERVISE_ERRORS[code].status, ...options })
}

interface RunningAlready {
  /** Undefined when it has not said yet who it is: it is just starting. */
  readonly holder: { readonly pid: number; readonly since: string } | undefined
  readonly folder: string
}

export function alreadyRunning(stack: string, { holder, folder }: RunningAlready): AppError {
  const who =
    holder === undefined ? 'another command is just starting it' : `process ${holder.pid}, since ${holder.since}`
  const message =
    `Stack "${stack}" is already running (${who}). See it with "portolan status", end it with "portolan down", ` +
    `or start a second copy beside it with "portolan up --shift 100".`
  return failure('SUPERVISE_ALREADY_RUNNING', message, { details: { pid: holder?.pid, folder } })
}

export function stopping(stack: string): AppError {
  return failure('SUPERVISE_NOT_RUNNING', `Stack "${stack}" is being stopped. Start it again with "portolan up".`, {
    details: { stack },
  })
}

export function notRunning(stack: string): AppError {
  return failure('SUPERVISE_NOT_RUNNING', `Stack "${stack}" is not running. Start it with "portolan up".`, {
    details: { stack },
  })
}

export interface TakenPort {
  readonly service: string
  readonly port: string
  readonly endpoint: string
  readonly problem: 'taken' | 'forbidden' | 'unavailable'
  /** "node (process 4711 of user mina, since …)", or why nobody can say. */
  readonly holder: string
}

export function portsTaken(taken: readonly TakenPort[]): AppError {
  const lines = taken.map(
    ({ service, port, endpoint, problem, holder }) =>
      `  ${endpoint}  for ${service}.${port} is ${problem}${holder === '' ? '' : `: ${holder}`}`,
  )
  const one = taken.length === 1
  const message =
    `${one ? 'A port that the stack declares' : `${taken.length} ports that the stack declares`} cannot be bound, so nothing was started:\n${lines.join('\n')}\n` +
    `End what holds ${one ? 'it' : 'them'}, declare ${one ? 'another port' : 'other ports'}, or move the whole stack with "portolan up --shift 100".`
  return failure('SUPERVISE_PORTS_TAKEN', message, { details: { taken } })
}

/** The same for one service that is about to start, or that could not: `Port 127.0.0.1:8000/tcp (http) is taken by …`. */
export function takenWords({ port, endpoint, problem, holder }: TakenPort): string {
  return `Port ${endpoint} (${port}) is ${problem}${holder === '' ? '' : ` ${holder}`}.`
}

export function portTaken(taken: readonly TakenPort[]): AppError {
  const message = `${taken.map(takenWords).join(' ')} End what holds it, or declare another port.`
  return failure('SUPERVISE_PORTS_TAKEN', message, { details: { taken } })
}

export interface ServiceFailure {
  readonly service: string
  readonly reason: string
  /** What it said last; undefined when it never ran. */
  readonly lastLines: readonly string[] | undefined
  readonly logFile: string
  readonly cause?: unknown
}

export function serviceFailed({ service, reason, lastLines, logFile, cause }: ServiceFailure): AppError {
  const parts = [`Service "${service}" did not start: ${reason}`, ...tailWords(lastLines, logFile)]
  return failure('SUPERVISE_SERVICE_FAILED', parts.join('\n'), { cause, details: { service, reason, logFile } })
}

function tailWords(lastLines: readonly string[] | undefined, logFile: string): readonly string[] {
  if (lastLines === undefined) return []
  if (lastLines.length === 0) return ['It printed nothing.']
  return ['Its last lines:', ...lastLines.map((line) => `  | ${shortened(line)}`), `The whole log: ${logFile}`]
}

function shortened(line: string): string {
  return line.length > LONGEST_TAIL_LINE ? `${line.slice(0, LONGEST_TAIL_LINE)}…` : line
}

export function serviceUnknown(service: string, known: readonly string[]): AppError {
  const message = `The stack has no service "${service}". It has ${known.map((name) => `"${name}"`).join(', ')}.`
  return failure('SUPERVISE_SERVICE_UNKNOWN', message, { details: { service, known } })
}

export function programMissing(program: string, cause: unknown): AppError {
  const message = `The program "${program}" was not found. Install it, put it on the PATH, or write its path into the stack file.`
  return failure('SUPERVISE_PROGRAM_MISSING', message, { cause, details: { program } })
}

export function programUnusable(program: string, reason: string, cause: unknown): AppError {
  const message = `The program "${program}" cannot be run: ${reason}. Correct it ("chmod +x", a line "#!/usr/bin/env …"), or name another program in the stack file.`
  return failure('SUPERVISE_PROGRAM_UNUSABLE', message, { cause, details: { program } })
}

export function folderMissing(program: string, folder: string, cause: unknown): AppError {
  const message = `There is no folder "${folder}" to run "${program}" in. Make it, or correct "folder" in the stack file.`
  return failure('SUPERVISE_FOLDER_MISSING', message, { cause, details: { program, folder } })
}

export function moduleInvalid(module: string, reason: string, cause?: unknown): AppError {
  const message = `The module "${module}" cannot be hosted: ${reason} Expected a file with "export const service = defineService({ … })".`
  return failure('SUPERVISE_MODULE_INVALID', message, { cause, details: { module } })
}

export function runKindUnsupported(service: string, kind: string): AppError {
  const message = `Service "${service}" has the run kind "${kind}", which this version does not start yet. Run it as "command", or say where it runs with "external".`
  return failure('SUPERVISE_RUN_KIND_UNSUPPORTED', message, { details: { service, kind } })
}

export function needsCycle(circle: readonly string[]): AppError {
  return failure(
    'SUPERVISE_NEEDS_CYCLE',
    `Services need each other in a circle: ${circle.join(' → ')}. Take one of the needs away.`,
    { details: { circle } },
  )
}

export function unhealthy(what: string, cause?: unknown): AppError {
  return failure('SUPERVISE_UNHEALTHY', what, { cause })
}

export function notHealthyInTime(limitMs: number, last: string): AppError {
  return unhealthy(`it was not healthy within ${limitMs} ms: ${last}.`)
}

export function notStartedInTime(limitMs: number, cause: unknown): AppError {
  return unhealthy(`its start did not come to an end within ${limitMs} ms.`, cause)
}

export function dataFolderUnusable(folder: string, reason: string, cause: unknown): AppError {
  const message = `The data folder "${folder}" cannot be used: ${reason}. Free space or correct its owner and permissions; nothing was changed.`
  return failure('SUPERVISE_DATA_FOLDER_UNUSABLE', message, { cause, details: { folder } })
}

/** @param problem "it belongs to another user" */
export function socketFolderUnsafe(folder: string, problem: string, cause?: unknown): AppError {
  const message =
    `The control socket of a stack is kept in "${folder}", and ${problem}: somebody else could listen there in the place ` +
    'of the stack. If that folder is yours, close it with "chmod 700"; if not, name another place for temporary files ' +
    'in the variable TMPDIR, such as TMPDIR="$HOME/.cache".'
  return failure('SUPERVISE_SOCKET_FOLDER_UNSAFE', message, { cause, details: { folder } })
}

export function controlFailed(reason: string, cause?: unknown): AppError {
  return failure('SUPERVISE_CONTROL_FAILED', `The running supervisor did not answer: ${reason}`, { cause })
}

export function controlUnknown(asked: string): AppError {
  const message = `The control socket does not know "${asked}". It has "GET /status", "POST /restart/<service>" and "POST /stop".`
  return failure('SUPERVISE_CONTROL_UNKNOWN', message, { details: { asked } })
}

export function needUnsupported(service: string, need: string, reason: string): AppError {
  return failure('SUPERVISE_NEED_UNSUPPORTED', `Service "${service}" needs "${need}", which cannot be met: ${reason}`, {
    details: { service, need },
  })
}

export function orphanLeft(pids: readonly number[]): AppError {
  const message = `Processes of an earlier run did not end, even by SIGKILL: ${pids.join(', ')}. They may belong to another user, or wait for a disk.`
  return failure('SUPERVISE_ORPHAN_LEFT', message, { details: { pids } })
}
