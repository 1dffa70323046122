import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const CLI_ERRORS = {
  CLI_USAGE: { status: 400, title: 'The command was called wrongly' },
  CLI_STACK_FILE_MISSING: { status: 404, title: 'There is no stack file' },
  CLI_STACK_FILE_UNREADABLE: { status: 400, title: 'The stack file cannot be read' },
  CLI_STOP_TOO_SLOW: { status: 504, title: 'The stack did not stop in time' },
} as const satisfies ErrorCatalogue

export function usage(message: string): AppError {
  return new AppError('CLI_USAGE', message, { status: CLI_ERRORS.CLI_USAGE.status })
}

export function stackFileMissing(argument: string, cause: unknown): AppError {
  const message = `There is no stack file at "${argument}". Name one, go to its folder, or write a first one with "portolan init".`
  return new AppError('CLI_STACK_FILE_MISSING', message, { status: CLI_ERRORS.CLI_STACK_FILE_MISSING.status, cause })
}

export function stackFileUnreadable(argument: string, reason: string, cause: unknown): AppError {
  const { status } = CLI_ERRORS.CLI_STACK_FILE_UNREADABLE
  return new AppError('CLI_STACK_FILE_UNREADABLE', `"${argument}" cannot be read: ${reason}.`, { status, cause })
}

export function stopTooSlow(stack: string): AppError {
  const message = `Stack "${stack}" is still stopping after a minute. "portolan status" says what it waits for.`
  return new AppError('CLI_STOP_TOO_SLOW', message, { status: CLI_ERRORS.CLI_STOP_TOO_SLOW.status })
}
