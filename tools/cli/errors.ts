import { AppError, type ErrorCatalogue, errorMessage } from '@portolan/errors'

export const CLI_ERRORS = {
  CLI_USAGE: { status: 400, title: 'The command was called wrongly' },
  CLI_STACK_FILE_MISSING: { status: 404, title: 'There is no stack file' },
  CLI_STACK_FILE_UNREADABLE: { status: 400, title: 'The stack file cannot be read' },
  CLI_FILE_EXISTS: { status: 409, title: 'The file is there already' },
  CLI_FOLDER_UNUSABLE: { status: 400, title: 'The folder cannot be written to' },
  CLI_LISTENING_UNKNOWN: { status: 503, title: 'It cannot be seen what listens on this machine' },
  CLI_NOTHING_LISTENS: { status: 404, title: 'Nothing listens on this machine' },
  CLI_STACK_BUSY: { status: 409, title: 'The stack is just being started or stopped' },
  CLI_STOP_TOO_SLOW: { status: 504, title: 'The stack did not stop in time' },
  CLI_PREVIEW_RUNNING: { status: 409, title: 'The preview is running already' },
  CLI_PREVIEW_MISSING: { status: 404, title: 'There is no such preview' },
  CLI_NUMBER_NOT_SHARED: { status: 409, title: 'No number is free over every transport of a port' },
  CLI_REGISTRY_UNKNOWN: { status: 404, title: 'No registry is known' },
  CLI_REGISTRY_KEY_MISSING: { status: 400, title: 'There is no key for the registry' },
  CLI_REGISTRY_ACCESS_UNUSABLE: { status: 500, title: "This machine's registry cannot be asked" },
  CLI_REGISTRY_START_FAILED: { status: 503, title: "This machine's registry could not be started" },
  CLI_REGISTRY_DOWN: { status: 503, title: "This machine's registry does not run" },
} as const satisfies ErrorCatalogue

export function usage(message: string): AppError {
  return new AppError('CLI_USAGE', message, { status: CLI_ERRORS.CLI_USAGE.status })
}

export function stackFileMissing(argument: string, cause: unknown): AppError {
  const message = `There is no stack file at "${argument}". Name one, go to its folder, or write a first one with "portolan init".`
  return new AppError('CLI_STACK_FILE_MISSING', message, { status: CLI_ERRORS.CLI_STACK_FILE_MISSING.status, cause })
}

export function stackFileUnreadable(argument: string, reason: string, cause?: unknown): AppError {
  const { status } = CLI_ERRORS.CLI_STACK_FILE_UNREADABLE
  return new AppError('CLI_STACK_FILE_UNREADABLE', `"${argument}" cannot be read: ${reason}.`, { status, cause })
}

export function stopTooSlow(stack: string): AppError {
  const message = `Stack "${stack}" is still stopping after a minute. "portolan status" says what it waits for.`
  return new AppError('CLI_STOP_TOO_SLOW', message, { status: CLI_ERRORS.CLI_STOP_TOO_SLOW.status })
}

export function fileExists(file: string): AppError {
  const message = `"${file}" is there already and was left as it is. --force writes over it.`
  return new AppError('CLI_FILE_EXISTS', message, { status: CLI_ERRORS.CLI_FILE_EXISTS.status })
}

export function folderUnusable(folder: string, cause: unknown): AppError {
  const message = `Nothing can be written to "${folder}": ${errorMessage(cause)}. Name a folder that is yours.`
  return new AppError('CLI_FOLDER_UNUSABLE', message, { status: CLI_ERRORS.CLI_FOLDER_UNUSABLE.status, cause })
}

export function listeningUnknown(cause: AppError): AppError {
  const message = `It cannot be seen what listens on this machine: ${cause.message} Run "portolan init" without --from-listening.`
  return new AppError('CLI_LISTENING_UNKNOWN', message, { status: CLI_ERRORS.CLI_LISTENING_UNKNOWN.status, cause })
}

export function nothingListens(): AppError {
  const message =
    'Nothing listens on this machine but what belongs to the system. Start what the stack is made of and try again, ' +
    'or run "portolan init" without --from-listening.'
  return new AppError('CLI_NOTHING_LISTENS', message, { status: CLI_ERRORS.CLI_NOTHING_LISTENS.status })
}

/** Somebody has the data folder and does not listen yet, or no longer. */
export function stackBusy(stack: string): AppError {
  const message = `Stack "${stack}" is just being started or stopped by another command. Try again in a moment.`
  return new AppError('CLI_STACK_BUSY', message, { status: CLI_ERRORS.CLI_STACK_BUSY.status })
}

/** @param since ISO 8601 */
export function previewRunning(
  name: string,
  { pid, since }: { readonly pid: number; readonly since: string },
): AppError {
  const message = `Preview "${name}" is running already (process ${pid}, since ${since}). See it with "portolan status", end it with "portolan down".`
  return new AppError('CLI_PREVIEW_RUNNING', message, {
    status: CLI_ERRORS.CLI_PREVIEW_RUNNING.status,
    details: { pid },
  })
}

export function previewMissing(stack: string, name: string, known: readonly string[]): AppError {
  const has = known.length === 0 ? 'It has none' : `It has ${known.map((one) => `"${one}"`).join(', ')}`
  const message = `Stack "${stack}" has no preview "${name}" in this folder. ${has}; "portolan preview list" shows those of every folder.`
  return new AppError('CLI_PREVIEW_MISSING', message, { status: CLI_ERRORS.CLI_PREVIEW_MISSING.status })
}

/** @param band such as `preview.app` */
export function noSharedNumber(port: string, band: string): AppError {
  const message =
    `No number of band "${band}" is free over TCP and UDP at once, as port "${port}" needs one. Give claims back that ` +
    'nobody uses ("portolan ports list"), or have the band widened.'
  return new AppError('CLI_NUMBER_NOT_SHARED', message, { status: CLI_ERRORS.CLI_NUMBER_NOT_SHARED.status })
}

export function registryUnknown(): AppError {
  const message =
    'No registry is known: PORTOLAN_REGISTRY is not set, and this machine has none of its own. Set PORTOLAN_REGISTRY to ' +
    'its address and PORTOLAN_REGISTRY_KEY to a key of it, or start one here with "portolan registry up".'
  return new AppError('CLI_REGISTRY_UNKNOWN', message, { status: CLI_ERRORS.CLI_REGISTRY_UNKNOWN.status })
}

export function registryKeyMissing(url: string): AppError {
  const message =
    `PORTOLAN_REGISTRY names ${URL.canParse(url) ? new URL(url).origin : 'a registry'}, and there is no key for it. Set ` +
    'PORTOLAN_REGISTRY_KEY to one that "portolan keys create" has shown.'
  return new AppError('CLI_REGISTRY_KEY_MISSING', message, { status: CLI_ERRORS.CLI_REGISTRY_KEY_MISSING.status })
}

export function registryAccessUnusable(file: string, reason: string, cause: unknown): AppError {
  const message =
    `"${file}", where it stands how this machine's registry is asked, cannot be used: ${reason}. Mend it, or take it away ` +
    'and start the registry with "portolan registry up".'
  const { status } = CLI_ERRORS.CLI_REGISTRY_ACCESS_UNUSABLE
  return new AppError('CLI_REGISTRY_ACCESS_UNUSABLE', message, { status, cause })
}

export function ownRegistryDown(cause: unknown): AppError {
  const message = 'This machine\'s registry does not run, so nothing was done. Start it with "portolan registry up".'
  return new AppError('CLI_REGISTRY_DOWN', message, { status: CLI_ERRORS.CLI_REGISTRY_DOWN.status, cause })
}

/** @param said what the command that starts it said last */
export function registryStartFailed(said: string): AppError {
  const message =
    `This machine's registry is to give the ports their numbers, and could not be started, so nothing was: ${said} ` +
    'See to that and try again, or set PORTOLAN_REGISTRY and PORTOLAN_REGISTRY_KEY to another one.'
  return new AppError('CLI_REGISTRY_START_FAILED', message, { status: CLI_ERRORS.CLI_REGISTRY_START_FAILED.status })
}
