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
  CLI_REGISTRY_KEY_UNUSABLE: { status: 400, title: 'The key for the registry cannot be one' },
  CLI_REGISTRY_ADDRESS_INVALID: { status: 400, title: 'The address of the registry is none' },
  CLI_REGISTRY_NOT_PRIVATE: { status: 403, title: "Others can change or read what belongs to this machine's registry" },
  CLI_HOST_UNKNOWN: { status: 400, title: 'This machine is none of the hosts that the registry knows' },
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

/** @param hasKey whether a key is set, which is of no use without an address */
export function registryUnknown(hasKey: boolean): AppError {
  const given = hasKey ? 'PORTOLAN_REGISTRY_KEY is set and PORTOLAN_REGISTRY is not' : 'PORTOLAN_REGISTRY is not set'
  const message =
    `No registry is known: ${given}, and this machine has none of its own. Start one here with "portolan registry up", ` +
    'or set PORTOLAN_REGISTRY to the address of another (https://registry.example.com) and PORTOLAN_REGISTRY_KEY to a ' +
    'key that its admin has made for you.'
  return new AppError('CLI_REGISTRY_UNKNOWN', message, { status: CLI_ERRORS.CLI_REGISTRY_UNKNOWN.status })
}

/** @param origin of its address */
export function registryKeyMissing(origin: string): AppError {
  const message =
    `PORTOLAN_REGISTRY names the registry at ${origin}, and PORTOLAN_REGISTRY_KEY, the key for it, is not set. Set it ` +
    'to a key of that registry; its admin makes one with "portolan keys create". To ask this machine\'s own registry ' +
    'instead, unset PORTOLAN_REGISTRY.'
  return new AppError('CLI_REGISTRY_KEY_MISSING', message, { status: CLI_ERRORS.CLI_REGISTRY_KEY_MISSING.status })
}

/** The key itself is never said. @param reason such as `it has a blank or a line break in it` */
export function registryKeyUnusable(reason: string): AppError {
  const message =
    `PORTOLAN_REGISTRY_KEY cannot be a key: ${reason}. Expected the text that "portolan keys create" has shown, such ` +
    'as pk_0123456789abcdef_…, whole and with nothing around it.'
  return new AppError('CLI_REGISTRY_KEY_UNUSABLE', message, { status: CLI_ERRORS.CLI_REGISTRY_KEY_UNUSABLE.status })
}

/** @param shown without user and password */
export function registryAddressInvalid(shown: string): AppError {
  const message =
    `PORTOLAN_REGISTRY is "${shown}", which is no address of a registry. Expected one that begins with https:// (or ` +
    'http://, on this machine), such as https://registry.example.com.'
  const { status } = CLI_ERRORS.CLI_REGISTRY_ADDRESS_INVALID
  return new AppError('CLI_REGISTRY_ADDRESS_INVALID', message, { status })
}

/** @param close what to type to close it to others; undefined where it is somebody else's */
export function registryNotPrivate(path: string, problem: string, close?: string): AppError {
  const remedy =
    close === undefined
      ? 'Have it taken away, or set XDG_STATE_HOME to a folder that is yours.'
      : `Close it: "${close}". If others may have read the key in access.json meanwhile, delete that file: "portolan registry up" makes a new one.`
  const message =
    `"${path}" belongs to this machine's registry, and ${problem}. Whoever can change what is there decides what is ` +
    `started and who is shown the key, so it was not used. ${remedy}`
  return new AppError('CLI_REGISTRY_NOT_PRIVATE', message, { status: CLI_ERRORS.CLI_REGISTRY_NOT_PRIVATE.status })
}

/** @param machine its name, and the name that PORTOLAN_HOST says */
export function hostUnknown(
  hosts: readonly string[],
  machine: { readonly name: string; readonly said: string | undefined },
): AppError {
  const { name, said } = machine
  const known = hosts.length === 0 ? 'It knows none yet' : `It knows ${hosts.map((one) => `"${one}"`).join(', ')}`
  const why =
    said === undefined
      ? `neither the name of this machine ("${name}") nor one of its addresses is that of a host which the registry knows`
      : `PORTOLAN_HOST says "${said}", which the registry does not know`
  const message =
    `It is not known which host of the registry this machine is: ${why}, so no ports were asked for. ${known}. If this ` +
    'machine is one of them, set PORTOLAN_HOST to its name; if not, have an admin declare it, as by ' +
    `"portolan hosts declare ${name} --address 192.0.2.1" with its own address.`
  return new AppError('CLI_HOST_UNKNOWN', message, { status: CLI_ERRORS.CLI_HOST_UNKNOWN.status, details: { hosts } })
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
