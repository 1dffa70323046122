import { AppError, type ErrorCatalogue, errorCode, isAppError, type Problem, problemOf } from '@portolan/errors'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { requestUnreadable, routeUnknown, SERVICE_ERRORS } from './errors.ts'
import { REQUEST_ID_HEADER } from './request-id.ts'

const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** Answers every error of an app as `application/problem+json` (RFC 9457), with titles from the given catalogues. */
export class AppProblems {
  readonly #catalogue: ErrorCatalogue

  constructor(catalogues: readonly ErrorCatalogue[]) {
    this.#catalogue = Object.assign({}, SERVICE_ERRORS, ...catalogues)
  }

  /** Logs once: what failed here as an error with its stack, what the caller did wrong in one line. */
  readonly answer = (thrown: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    const error = refusalOf(thrown)
    const problem = this.problemOf(error, request.id)
    const { code, detail, status, title } = problem
    const isExpected = this.#titleOf(error) !== undefined
    const reason = isExpected ? { code, detail } : { code, err: error }
    request.log[status < 500 ? 'info' : status === 500 ? 'error' : 'warn'](reason, title)
    void reply // a reply is thenable only for who wants to wait for its end
      .code(status)
      .header(REQUEST_ID_HEADER, request.id) // what the framework refuses has passed no hook that sets it
      .header('content-type', PROBLEM_TYPE)
      .serializer(JSON.stringify)
      .send(problem)
  }

  /** @param path as it may be logged */
  answerUnknownRoute(path: string, request: FastifyRequest, reply: FastifyReply): void {
    this.answer(routeUnknown(request.method, path), request, reply)
  }

  /**
   * A failure (5xx) whose code is in none of the app's catalogues comes from something below it, such as its
   * database: it is written for whoever runs the service, and may name an internal address. The caller gets its code.
   */
  problemOf(error: unknown, requestId: string): Problem {
    const title = this.#titleOf(error)
    const isTold = title !== undefined || !isAppError(error) || error.status < 500
    return problemOf(isTold ? error : withoutMessage(error, requestId), {
      requestId,
      ...(title === undefined ? {} : { title }),
    })
  }

  #titleOf(error: unknown): string | undefined {
    return isAppError(error) ? this.#catalogue[error.code]?.title : undefined
  }
}

function withoutMessage({ code, status }: AppError, requestId: string): AppError {
  const message = `Something this service needs does not work. The log has the reason under request "${requestId}".`
  return new AppError(code, message, { status })
}

/** Fastify's own refusals of what a client sent (broken JSON, body too large) become ours; its 5xx stay unknown. */
function refusalOf(error: unknown): unknown {
  if (isAppError(error) || !isFastifyError(error)) return error
  const status = error.statusCode ?? 500
  return status >= 400 && status < 500 ? requestUnreadable(status, error) : error
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && errorCode(error)?.startsWith('FST_') === true && 'statusCode' in error
}
