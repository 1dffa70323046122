import { basename, join } from 'node:path'
import { AppError, isAppError } from '@portolan/errors'
import type { SettingsFault } from '@portolan/registry-server'
import type { CliContext } from '../cli-context.ts'
import type { StatePlace } from './registry-place.ts'

/**
 * Before this machine's registry starts: its server would say what is wrong with `registry.yaml` in one line of its log.
 * @throws REGISTRY_SERVER_SETTINGS_INVALID with a fault a line, REGISTRY_SERVER_SETTINGS_UNREADABLE
 */
export async function checkOwnSettings(context: CliContext, { registryFolder }: StatePlace): Promise<void> {
  // The server is loaded for this alone.
  const { readSettings } = await import('@portolan/registry-server')
  const path = join(registryFolder, 'registry.yaml')
  try {
    await readSettings(path, { signal: context.stopped })
  } catch (error) {
    if (!isAppError(error)) throw error
    const faults: unknown = error.details?.faults
    if (!Array.isArray(faults)) throw error
    const { code, status, details } = error
    const message = `"${path}" is not as expected:\n${faultLines(path, faults).join('\n')}\nCorrect that, then run "portolan registry up".`
    throw new AppError(code, message, { status, details, cause: error })
  }
}

/** `registry.yaml:3:5 hosts.vm.kernal has to be left out: it is not known here` */
function faultLines(path: string, faults: readonly SettingsFault[]): readonly string[] {
  return faults.map(({ line, column, field, expected }) => {
    const what = field === '' ? 'it' : field
    return `${basename(path)}:${line}:${column} ${what} has to be ${expected}`
  })
}
