import { type ErrorCatalogue, isAppError, problemOf } from '@portolan/errors'
import { type CliContext, EXIT } from '../cli-context.ts'
import { CLI_ERRORS } from '../errors.ts'
import { exitCodeOf } from '../exit-code.ts'
import { jsonText } from '../terminal.ts'
import { BAND_FULL, holderLines } from './band-holders.ts'

/**
 * Does a command's work. With `--json` an error is the problem that HTTP would answer (RFC 9457), on the standard output,
 * where a script looks; for people it goes on to whoever prints errors.
 */
export async function withProblems(context: CliContext, isJson: boolean, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (context.stopped.aborted && !isAppError(error)) {
      context.stderr.write('Stopped before it was done.\n')
      return context.setExitCode(EXIT.interrupted)
    }
    if (!isAppError(error)) throw error
    if (!isJson) {
      const lines = error.code === BAND_FULL ? holderLines(context, error) : []
      context.stderr.write(lines.map((line) => `${line}\n`).join(''))
      throw error
    }
    const title = await findTitle(error.code)
    const { requestId: _, ...problem } = problemOf(error, { requestId: '', ...(title === undefined ? {} : { title }) })
    context.stdout.write(`${jsonText({ ...problem, success: false, error: error.message })}\n`)
    context.setExitCode(exitCodeOf(error))
  }
}

/** The catalogues bring along what the errors are about, so they are loaded for an error alone. */
async function findTitle(code: string): Promise<string | undefined> {
  const { OPERATION_CATALOGUES } = await import('@portolan/operations')
  const { DEPLOY_ERRORS } = await import('@portolan/deploy')
  const catalogues: readonly ErrorCatalogue[] = [...OPERATION_CATALOGUES, DEPLOY_ERRORS, CLI_ERRORS]
  return catalogues.find((catalogue) => Object.hasOwn(catalogue, code))?.[code]?.title
}
