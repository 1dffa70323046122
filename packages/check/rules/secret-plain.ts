import type { DeclaredService } from '@portolan/stack'
import { allServices } from '../holding.ts'
import { defineRule } from '../rule.ts'
import { isSecretText, namesSecret, secretIn } from '../secret.ts'
import { type TextValue, textValuesOf } from '../text-value.ts'

const CODES = {
  SECRET_PLAIN: { severity: 'error', title: 'A secret stands in the file in plain text' },
} as const

/** A stack file is committed and read by everybody; the value itself is never repeated in a message. */
export const secretPlain = defineRule(CODES, (resolved, say) =>
  allServices(resolved).flatMap((service) => {
    const values = textValuesOf(service)
    return [...values.flatMap(statedSecret), ...secretArguments(values)].map(({ at, what }) => {
      const message =
        `${what} of "${service.name}" is a secret in plain text. Whoever can read the repository, a log of a build or ` +
        `an old commit has it, and it is the same in every environment. Write "\${${variableFor(service, at)}}" and ` +
        'change the secret: it counts as known.'
      return say('SECRET_PLAIN', { at, message })
    })
  }),
)

function statedSecret(value: TextValue) {
  const reason = value.from === 'settings' && isLivekitKey(value) ? 'a key of LiveKit' : secretIn(value)
  if (reason === undefined) return []
  const name = value.key === undefined ? `The ${value.from === 'args' ? 'argument' : 'address'}` : `"${value.key}"`
  return [{ at: value.at, what: `${name} (${reason})` }]
}

/** `keys: { <api key>: <secret> }`: the name is free, so only its place tells. */
function isLivekitKey({ at, text }: TextValue): boolean {
  return at.at(-2) === 'keys' && at.at(-3) === 'livekit' && isSecretText(text, 'key')
}

/** `--requirepass value` and `--password=value` */
function secretArguments(values: readonly TextValue[]) {
  const args = values.filter(({ from }) => from === 'args')
  return args.flatMap(({ text, at }, index) => {
    const [name = '', ...rest] = text.split('=')
    if (!name.startsWith('-') || !namesSecret(name)) return []
    const value = text.includes('=') ? rest.join('=') : args[index + 1]?.text
    if (value === undefined || value.startsWith('-') || !isSecretText(value, name)) return []
    return [{ at: text.includes('=') ? at : (args[index + 1]?.at ?? at), what: `Argument "${name}"` }]
  })
}

function variableFor(service: DeclaredService, at: readonly (string | number)[]): string {
  const last = at.at(-1)
  const name = typeof last === 'string' && last !== 'external' ? `${service.name}_${last}` : `${service.name}_secret`
  return name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')
}
