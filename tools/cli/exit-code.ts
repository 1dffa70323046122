import { errorCode, isAppError } from '@portolan/errors'
import { EXIT } from './cli-context.ts'

/** Whose cause is in what was given, so that trying again as it is cannot help. */
const UNUSABLE: readonly string[] = [
  'STACK_INVALID',
  'CLI_USAGE',
  'CLI_STACK_FILE_MISSING',
  'CLI_STACK_FILE_UNREADABLE',
  'CLI_FILE_EXISTS',
  'CLI_FOLDER_UNUSABLE',
  'CLI_REGISTRY_UNKNOWN',
  'REGISTRY_SERVER_SETTINGS_INVALID',
]

/** 2 for input that cannot be used, which is what a status of 400 says as well; 1 for everything else that failed. */
export function exitCodeOf(error: unknown): number {
  const code = errorCode(error)
  if (code !== undefined && UNUSABLE.includes(code)) return EXIT.unusable
  return isAppError(error) && error.status === 400 ? EXIT.unusable : EXIT.failed
}
