import { AppError, type ErrorCatalogue } from '@portolan/errors'

/** What can be wrong with the page as it was built; what goes wrong within it has its codes in `page/api/errors.ts`. */
export const WEB_BUILD_ERRORS = {
  WEB_BUILD_MISSING: { status: 500, title: 'The pages are not built' },
  WEB_BUILD_TOO_LARGE: { status: 500, title: 'The pages load too much before they can be used' },
} as const satisfies ErrorCatalogue

export function buildMissing(folder: string, cause?: unknown): AppError {
  const message =
    `There are no built pages in folder "${folder}". An index.html and its assets were expected there. ` +
    'Build them by "npm run build -w wealist/web" and start the service again.'
  const { status } = WEB_BUILD_ERRORS.WEB_BUILD_MISSING
  return new AppError('WEB_BUILD_MISSING', message, { status, cause, details: { folder } })
}

export function buildTooLarge(sizeBytes: number, limitBytes: number): AppError {
  const message =
    `Before the sign-in page can be used, a browser loads ${kilobytes(sizeBytes)} kB of compressed JavaScript, and ` +
    `${kilobytes(limitBytes)} kB are the most. Load later what that page does not need; nothing was put in place.`
  const { status } = WEB_BUILD_ERRORS.WEB_BUILD_TOO_LARGE
  return new AppError('WEB_BUILD_TOO_LARGE', message, { status, details: { sizeBytes, limitBytes } })
}

function kilobytes(bytes: number): string {
  return (bytes / 1000).toFixed(1)
}
