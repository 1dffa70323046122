import { AppError, type ErrorCatalogue, errorMessage } from '@portolan/errors'

export const OBSERVE_ERRORS = {
  OBSERVE_SILENT: { status: 503, title: 'An observer did not answer' },
  OBSERVE_PLATFORM_UNSUPPORTED: { status: 501, title: 'This operating system cannot be looked into' },
  OBSERVE_TABLE_MALFORMED: { status: 500, title: 'A kernel table cannot be read' },
  OBSERVE_PROBE_FAILED: { status: 500, title: 'A port could not be probed' },
} as const satisfies ErrorCatalogue

export function observerSilent(observer: string, cause: unknown): AppError {
  const message =
    `Observer "${observer}" did not answer, so no port that it watches counts as free: ${errorMessage(cause)} ` +
    `Every observer has to answer. Repair this one, or do without it.`
  const { status } = OBSERVE_ERRORS.OBSERVE_SILENT
  return new AppError('OBSERVE_SILENT', message, { status, cause, details: { observer } })
}

/** @param what the thing that was asked for, as the end of "cannot …" */
export function platformUnsupported(platform: string, what: string): AppError {
  const message =
    `On "${platform}" Portolan cannot ${what}, so the answer is unknown. ` +
    `Expected Linux with /proc. Use Linux, or an observer that works there.`
  const { status } = OBSERVE_ERRORS.OBSERVE_PLATFORM_UNSUPPORTED
  return new AppError('OBSERVE_PLATFORM_UNSUPPORTED', message, { status, details: { platform } })
}

/** @param line counted from 1 */
export function tableMalformed(table: string, line: number, expected: string): AppError {
  const message =
    `Line ${line} of "${table}" is not what the kernel writes. Expected ${expected}. ` +
    `Check that /proc is mounted, and report the kernel's version with that line.`
  const { status } = OBSERVE_ERRORS.OBSERVE_TABLE_MALFORMED
  return new AppError('OBSERVE_TABLE_MALFORMED', message, { status, details: { table, line } })
}

export function probeFailed(endpoint: string, cause: unknown): AppError {
  const message =
    `Whether "${endpoint}" is free could not be found out: ${errorMessage(cause)}. ` +
    `Expected to bind it or to be refused. Mend the cause (often the limit on open files) and try again.`
  const { status } = OBSERVE_ERRORS.OBSERVE_PROBE_FAILED
  return new AppError('OBSERVE_PROBE_FAILED', message, { status, cause, details: { endpoint } })
}
