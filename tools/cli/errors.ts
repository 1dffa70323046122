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
