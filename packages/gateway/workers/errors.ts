import { AppError, type ErrorCatalogue } from '@portolan/errors'

export const WORKER_ERRORS = {
  GATEWAY_WORKER_ENDED: { status: 500, title: 'A process of the gateway ended' },
} as const satisfies ErrorCatalogue

/** @param reason such as `it ended with signal SIGKILL` */
export function workerEnded(reason: string): AppError {
  const message =
    `A worker of the gateway ended before it had answered: ${reason}. Expected was that it takes its configuration. ` +
    `Read the gateway's log; the workers that serve go on.`
  return new AppError('GATEWAY_WORKER_ENDED', message, {
    status: WORKER_ERRORS.GATEWAY_WORKER_ENDED.status,
    details: { reason },
  })
}
