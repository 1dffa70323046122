export {
  AppError,
  type AppErrorOptions,
  type ErrorCatalogue,
  type ErrorEntry,
  errorCode,
  errorMessage,
  isAppError,
} from './app-error.ts'
export { type Problem, problemOf } from './problem.ts'
export { unreachable } from './unreachable.ts'
export { waited } from './waited.ts'
export type { Waiting } from './waiting.ts'
