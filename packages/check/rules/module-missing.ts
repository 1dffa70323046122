import { defineRule } from '../rule.ts'

const CODES = {
  MODULE_MISSING: { severity: 'error', title: 'A module is not where the stack file says' },
} as const

/** The one thing that a stack file names and that can be looked up: whoever calls has done so. */
export const moduleMissing = defineRule(CODES, ({ services }, say, { missingFiles }) =>
  services.flatMap(({ name, run, isOptional, source }) => {
    if (run.kind !== 'module' || missingFiles?.has(run.module) !== true) return []
    const consequence = isOptional ? 'The stack would start without it' : 'Nothing of the stack would start'
    const message =
      `The module of "${name}" is "${run.module}", and no file is there. ${consequence}. ` +
      'Correct the path, which is from the folder of the stack file, or write the module.'
    const severity = isOptional ? 'warning' : 'error'
    return [say('MODULE_MISSING', { at: [...source, 'run', 'module'], message, severity })]
  }),
)
