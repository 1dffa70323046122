import { AppError, type ErrorCatalogue } from '@portolan/errors'
import type { FileFault } from './file-fault.ts'

export const PORT_FILES_ERRORS = {
  PORT_FILES_INVALID: { status: 400, title: 'A port file cannot be used' },
  PORT_FILES_FORMAT_UNKNOWN: { status: 400, title: 'The file is none of the known port files' },
  PORT_FILES_BAND_MISSING: { status: 404, title: 'No band to move ports to' },
  PORT_FILES_BAND_FULL: { status: 409, title: 'The band has no room for what has to move' },
  PORT_FILES_EXPORT_FAILED: { status: 422, title: 'The claims cannot be written into the file' },
  PORT_FILES_PLAN_TOO_LARGE: { status: 422, title: 'The collisions are too many to solve exactly' },
} as const satisfies ErrorCatalogue

type PortFilesErrorCode = keyof typeof PORT_FILES_ERRORS

function portFilesError(
  code: PortFilesErrorCode,
  message: string,
  details: Readonly<Record<string, unknown>> = {},
): AppError {
  return new AppError(code, message, { status: PORT_FILES_ERRORS[code].status, details })
}

const SHOWN_FAULTS = 10

/** Everything that is wrong with the files, in the order of their lines; `details.faults` has all of it. */
export function filesInvalid(faults: readonly FileFault[]): AppError {
  const shown = faults.slice(0, SHOWN_FAULTS).map(formatFault)
  const rest = faults.length > shown.length ? [`… and ${faults.length - shown.length} more.`] : []
  const message = ['Nothing was read, for this is wrong:', ...shown, ...rest, 'Correct it and read again.'].join('\n')
  return portFilesError('PORT_FILES_INVALID', message, { faults })
}

function formatFault({ file, line, column, message }: FileFault): string {
  return `${file}:${line}:${column}  ${message}`
}

export function formatUnknown(file: string, known: readonly string[]): AppError {
  const message =
    `"${file}" does not look like any port file. Expected one of: ${known.join(', ')}. ` +
    `Say its format, or leave the file out.`
  return portFilesError('PORT_FILES_FORMAT_UNKNOWN', message, { file, known })
}

/** @param need what has to move, such as `worb (production, app, main)` */
export function bandMissing(need: string, band: string): AppError {
  const message =
    `${need} has to move, and there is no band "${band}" to move it to. ` +
    `Declare that band, or correct the environment or kind in the files.`
  return portFilesError('PORT_FILES_BAND_MISSING', message, { need, band })
}

export function bandFull(need: string, band: string): AppError {
  const message =
    `${need} has to move, and band "${band}" has no room that nobody claims, uses or wishes for. ` +
    `Release what nobody needs, or declare a larger band.`
  return portFilesError('PORT_FILES_BAND_FULL', message, { need, band })
}

export function planTooLarge(needCount: number): AppError {
  const message =
    `${needCount} needs want each other's ports in so many ways that the fewest moves were not found in time. ` +
    `Import some of the files first, then the others.`
  return portFilesError('PORT_FILES_PLAN_TOO_LARGE', message, { needCount })
}

/** @param what could not be written, as a noun */
export function exportFailed(file: string, what: string): AppError {
  const message =
    `"${file}" cannot take the ports of ${what}: read again, it would say something else. Nothing was written. ` +
    `Write its numbers plainly, each in one place, and export again.`
  return portFilesError('PORT_FILES_EXPORT_FAILED', message, { file, what })
}
