import { AppError, type ErrorCatalogue, errorMessage } from '@portolan/errors'
import type { Half } from '@portolan/registry'
import type { Occupant, SlotPlace } from './occupant.ts'

export const DEPLOY_ERRORS = {
  DEPLOY_NOT_A_PAIR: { status: 409, title: 'Only a pair has slots to deploy to' },
  DEPLOY_HOST_ELSEWHERE: { status: 409, title: 'The ports are those of another machine' },
  DEPLOY_GRACE_RUNNING: { status: 409, title: 'The idle half is still in its grace' },
  DEPLOY_PORT_TAKEN: { status: 409, title: 'Somebody else has the port' },
  DEPLOY_PORT_FORBIDDEN: { status: 403, title: 'The port may not be used' },
  DEPLOY_START_FAILED: { status: 502, title: 'It could not be started' },
  DEPLOY_IMAGE_MISSING: { status: 404, title: 'There is no such image' },
  DEPLOY_ENGINE_REFUSED: { status: 502, title: 'The container engine refused' },
  DEPLOY_ENDED: { status: 502, title: 'It ended before it was healthy' },
  DEPLOY_UNHEALTHY: { status: 504, title: 'It was not healthy in time' },
  DEPLOY_VARIABLE_INVALID: { status: 400, title: 'A variable for the program cannot be used' },
  DEPLOY_RECORD_UNUSABLE: { status: 500, title: 'What runs cannot be written down or read' },
  DEPLOY_STOP_FAILED: { status: 500, title: 'It could not be stopped' },
  DEPLOY_NOTHING_TO_ROLL_BACK_TO: { status: 409, title: 'What would be rolled back to does not work' },
  DEPLOY_OVERTAKEN: { status: 409, title: 'Another deploy has taken over' },
  DEPLOY_OUTCOME_UNKNOWN: { status: 503, title: 'Whether it was promoted is not known' },
} as const satisfies ErrorCatalogue

type DeployErrorCode = keyof typeof DEPLOY_ERRORS

interface Rest {
  readonly cause?: unknown
  readonly details?: Readonly<Record<string, unknown>>
}

function deployError(code: DeployErrorCode, message: string, rest: Rest = {}): AppError {
  return new AppError(code, message, { status: DEPLOY_ERRORS[code].status, ...rest })
}

export function notAPair(claimId: number, shape: string): AppError {
  const message =
    `Claim ${claimId} is a ${shape}, and only a pair has a blue and a green half to deploy to. ` +
    `Allocate a pair for it, under another purpose if need be.`
  return deployError('DEPLOY_NOT_A_PAIR', message, { details: { claimId, shape } })
}

export function hostElsewhere(host: string): AppError {
  const message =
    `The ports are those of host "${host}", and this machine is another, so nothing was started here. ` +
    `Deploy on that host, or name its container engine; if this is it, say so with "isHere" (--here).`
  return deployError('DEPLOY_HOST_ELSEWHERE', message, { details: { host } })
}

export function graceRunning(half: Half, version: string, until: string): AppError {
  const message =
    `The ${half} half still has version "${version}", which is the way back until ${until}. Nothing was changed. ` +
    `Wait for the end of its grace, or give it up with "endGrace" (--end-grace).`
  return deployError('DEPLOY_GRACE_RUNNING', message, { details: { half, version, until } })
}

/** @param cause what the overtaken one saw of it, such as the end of its program */
export function overtaken(version: string, cause: unknown): AppError {
  const message =
    `Another deploy took over while version "${version}" was on its way, and what this one had started is stopped. ` +
    `There is nothing to mend: see what is active now, and deploy again only if this version is still wanted.`
  return deployError('DEPLOY_OVERTAKEN', message, { cause, details: { version } })
}

/** @param holder who it is, as far as it can be seen */
export function portTaken(place: SlotPlace, holder: string, cause?: unknown): AppError {
  const message =
    `Port ${place.port} (${place.half}) is taken by ${holder}, which Portolan has not started, so nothing was started ` +
    `and it was left alone. Stop it, or let "port_sync" show what stands where.`
  return deployError('DEPLOY_PORT_TAKEN', message, { cause, details: { port: place.port, half: place.half, holder } })
}

export function portForbidden({ port }: SlotPlace): AppError {
  const message =
    `This user may not listen on port ${port}. Expected a port above the system's (usually 1024), or the right to it. ` +
    `Deploy as a user who may, or claim other ports.`
  return deployError('DEPLOY_PORT_FORBIDDEN', message, { details: { port } })
}

/** @param what as the subject of "could not be started" */
export function startFailed(what: string, cause: unknown): AppError {
  const message = `${what} could not be started: ${errorMessage(cause)}. Mend that, and deploy again.`
  return deployError('DEPLOY_START_FAILED', message, { cause })
}

export function imageMissing(image: string, reason: string): AppError {
  const message =
    `There is no image "${image}" on the host, and it could not be fetched: ${reason}. ` +
    `Correct its name, or bring it there with "docker pull" or "podman pull".`
  return deployError('DEPLOY_IMAGE_MISSING', message, { details: { image } })
}

/** @param what was asked, as the end of "refused to" */
export function engineRefused(what: string, { status, reason }: { status: number; reason: string }): AppError {
  const message = `The container engine refused to ${what} (${status}): ${reason}. Mend that, and deploy again.`
  return deployError('DEPLOY_ENGINE_REFUSED', message, { details: { answerStatus: status } })
}

/** @param how as the end of "it …" */
export function endedEarly(occupant: Occupant, how: string, output: string): AppError {
  const message =
    `Version "${occupant.version}" ${how} before it was healthy, so it was not promoted. ${output} ` +
    `Mend it, and deploy again.`
  return deployError('DEPLOY_ENDED', message, { details: { version: occupant.version } })
}

/** @param last what the last check said */
export function notHealthy(
  occupant: Occupant,
  { timeoutMs, last, output }: { timeoutMs: number; last: string; output: string },
): AppError {
  const message =
    `Version "${occupant.version}" was not healthy within ${timeoutMs / 1_000} s, so it was not promoted; the last check ` +
    `said: ${last}. ${output} Mend it, or give it more time.`
  return deployError('DEPLOY_UNHEALTHY', message, { details: { version: occupant.version, timeoutMs, last } })
}

/** @param what never with the value: it may be a secret */
export function variableInvalid(what: string, cause?: unknown): AppError {
  const message =
    `A variable for the program cannot be used: ${what}. Expected NAME=value, or NAME alone for one that the environment ` +
    `has. Correct it, and deploy again; nothing was changed.`
  return deployError('DEPLOY_VARIABLE_INVALID', message, { cause })
}

export function recordUnusable(path: string, cause: unknown): AppError {
  const message =
    `"${path}", where it is written down what runs, cannot be used: ${errorMessage(cause)}. Expected a place of this ` +
    `user's alone to write to, with room on the disk, and what was written there before. Make room or mend it, and try again.`
  return deployError('DEPLOY_RECORD_UNUSABLE', message, { cause, details: { path } })
}

export function stopFailed({ words }: Occupant, reason: string, cause?: unknown): AppError {
  const message = `The ${words} could not be stopped: ${reason}. End it by hand; the next deploy tries again as well.`
  return deployError('DEPLOY_STOP_FAILED', message, { cause, details: { occupant: words } })
}

export function nothingToRollBackTo(half: Half, reason: string): AppError {
  const message =
    `What is in grace on the ${half} half does not work: ${reason}. Nothing was changed, and what is active stays so. ` +
    `Deploy the old version anew, or roll back all the same with "evenIfUnhealthy" (--even-if-unhealthy).`
  return deployError('DEPLOY_NOTHING_TO_ROLL_BACK_TO', message, { details: { half, reason } })
}

export function outcomeUnknown({
  occupant,
  half,
  cause,
}: {
  occupant: Occupant
  half: Half
  cause: unknown
}): AppError {
  const message =
    `The registry was lost while version "${occupant.version}" was promoted, so it may be the active one or not: it was left ` +
    `running on the ${half} half, and nothing was stopped. Look at the slots when the registry is back, then promote or clear.`
  return deployError('DEPLOY_OUTCOME_UNKNOWN', message, { cause, details: { half, version: occupant.version } })
}
