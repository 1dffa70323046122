import type { DeclaredService, Need, Path } from '@portolan/stack'
import { type ContradictionCode, contradiction, type StackPair } from '../contradiction.ts'
import type { Finding } from '../finding.ts'
import { allServices } from '../holding.ts'
import { namesSecret, withoutSecrets } from '../secret.ts'
import { isMap } from '../settings.ts'
import { listed } from '../wording.ts'

interface ServicePair {
  readonly pair: StackPair
  readonly a: DeclaredService
  readonly b: DeclaredService
}
/** One value that both files state, in words that may be printed. */
interface Stated {
  readonly code: ContradictionCode
  readonly subject: string
  readonly a: { readonly path: Path; readonly says: string }
  readonly b: { readonly path: Path; readonly says: string }
}

/** Needs, settings, variables, endpoints and networks that both files state for a service. */
export function serviceContradictions(pair: StackPair): readonly Finding[] {
  const others = allServices(pair.b)
  return allServices(pair.a).flatMap((a) => {
    const b = others.find(({ name }) => name === a.name)
    if (b === undefined) return []
    const both = { pair, a, b }
    const stated = [...needs(both), ...settings(both), ...variables(both), ...endpoints(both), ...networks(both)]
    return stated.map((one) =>
      contradiction(
        one.code,
        { subject: one.subject, here: { stack: pair.a, ...one.a }, there: { stack: pair.b, ...one.b } },
        pair,
      ),
    )
  })
}

const NEED_OPTIONS = ['database', 'role', 'redisDb', 'bucket', 'prefix', 'port'] as const

function needs({ a, b }: ServicePair): readonly Stated[] {
  return a.needs.flatMap((need) => {
    const other = b.needs.find(({ service }) => service === need.service)
    if (other === undefined) return []
    const options = NEED_OPTIONS.flatMap((option) => {
      const [one, two] = [need[option], other[option]]
      if (one === undefined || two === undefined || one === two) return []
      return [needStated(a, [need, other], { option, says: [String(one), String(two)] })]
    })
    const isSameKept = new Set(need.keeps).symmetricDifference(new Set(other.keeps)).size === 0
    if (isSameKept || need.keeps.length === 0 || other.keeps.length === 0) return options
    return [
      ...options,
      needStated(a, [need, other], { option: 'keeps', says: [listed(need.keeps), listed(other.keeps)] }),
    ]
  })
}

function needStated(
  service: DeclaredService,
  [a, b]: readonly [Need, Need],
  { option, says }: { readonly option: string; readonly says: readonly [string, string] },
): Stated {
  return {
    code: 'CONTRADICTION_NEED',
    subject: `"${option}" that "${service.name}" needs of "${a.service}"`,
    a: { path: [...a.source, option], says: `is "${says[0]}"` },
    b: { path: [...b.source, option], says: `is "${says[1]}"` },
  }
}

function settings({ a, b }: ServicePair): readonly Stated[] {
  const others = new Map(leaves(b.settings, []).map(({ path, value }) => [path.join('.'), value] as const))
  return leaves(a.settings, []).flatMap(({ path, value }) => {
    const other = others.get(path.join('.'))
    if (other === undefined || other === value) return []
    const isSecret = path.some((key) => namesSecret(String(key)))
    const says = (text: string): string => (isSecret ? 'is another secret' : `is "${text}"`)
    return [
      {
        code: 'CONTRADICTION_SETTING',
        subject: `Setting "${path.join('.')}" of "${a.name}"`,
        a: { path: [...a.source, 'settings', ...path], says: says(value) },
        b: { path: [...b.source, 'settings', ...path], says: says(other) },
      },
    ]
  })
}

/** Every value with its keys; a list counts as one value, for its order may matter. */
function leaves(value: unknown, path: Path): readonly { readonly path: Path; readonly value: string }[] {
  if (isMap(value)) return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
  return [{ path, value: Array.isArray(value) ? JSON.stringify(value) : String(value) }]
}

function variables({ a, b }: ServicePair): readonly Stated[] {
  return Object.entries(a.environment).flatMap(([key, value]) => {
    const other = Object.hasOwn(b.environment, key) ? b.environment[key] : undefined
    if (other === undefined || other === value) return []
    const says = (text: string): string => `is "${withoutSecrets({ key, text })}"`
    return [
      {
        code: 'CONTRADICTION_VARIABLE',
        subject: `Variable "${key}" of "${a.name}"`,
        a: { path: [...a.source, 'environment', key], says: says(value) },
        b: { path: [...b.source, 'environment', key], says: says(other) },
      },
    ]
  })
}

function endpoints({ a, b }: ServicePair): readonly Stated[] {
  const said = (['health', 'metrics'] as const).map((kind) => ({ kind, one: a[kind], two: b[kind] }))
  return said.flatMap(({ kind, one, two }) => {
    if (one?.path === undefined || two?.path === undefined || one.path === two.path) return []
    return [
      {
        code: 'CONTRADICTION_ENDPOINT',
        subject: `"${kind}" of "${a.name}"`,
        a: { path: [...one.source, 'path'], says: `is at "${one.path}"` },
        b: { path: [...two.source, 'path'], says: `is at "${two.path}"` },
      },
    ]
  })
}

function networks({ a, b }: ServicePair): readonly Stated[] {
  if (a.networks === undefined || b.networks === undefined) return []
  if (new Set(a.networks).symmetricDifference(new Set(b.networks)).size === 0) return []
  return [
    {
      code: 'CONTRADICTION_NETWORK',
      subject: `"${a.name}"`,
      a: { path: [...a.source, 'networks'], says: `is on ${listed(a.networks.map((name) => `"${name}"`))}` },
      b: { path: [...b.source, 'networks'], says: `is on ${listed(b.networks.map((name) => `"${name}"`))}` },
    },
  ]
}
