import type { ErrorCatalogue } from '@portolan/errors'
import { isSafeMethod, type RouteAccess } from '@portolan/identity'
import type { OpenApiDocument } from './document.ts'
import { PROBLEM_SCHEMA, PROBLEM_TYPE } from './problem-schema.ts'

declare module 'fastify' {
  interface FastifySchema {
    /** The codes that this route itself refuses with; what its access and its input imply is added to them. */
    readonly refusals?: readonly string[]
  }
}

/** What a route's refusals follow from. */
export interface RefusingRoute extends RouteAccess {
  readonly method: string
  /** It takes parameters or a body, which may be wrong. */
  readonly hasInput: boolean
  readonly refusals?: readonly string[] | undefined
}

const SIGNED_OUT = [
  'IDENTITY_CREDENTIALS_MISSING',
  'IDENTITY_TOKEN_INVALID',
  'IDENTITY_TOKEN_EXPIRED',
  'IDENTITY_SESSION_ENDED',
  'IDENTITY_COOKIE_AMBIGUOUS',
  'IDENTITY_KEYS_UNAVAILABLE',
  'IDENTITY_SESSIONS_UNKNOWN',
  'IDENTITY_TOKEN_UNCHECKED',
] as const
/** What any route may answer, with whatever status. */
const ANYWHERE = ['SERVICE_REQUEST_UNREADABLE', 'SERVICE_CLOSING', 'INTERNAL'] as const
const INTERNAL = { status: 500, title: 'Internal error' } as const

/** The codes that a route refuses with: its own, and those of who may ask and of what has to come along. */
export function refusalCodesOf(route: RefusingRoute): readonly string[] {
  const { method, access = 'caller', checksOrigin = false, hasInput, refusals = [] } = route
  const codes = [...refusals, ...(hasInput ? ['SERVICE_REQUEST_INVALID'] : [])]
  if (access !== 'public') {
    codes.push(...SIGNED_OUT)
    codes.push(access === 'session' ? 'IDENTITY_SESSION_REQUIRED' : 'IDENTITY_SCOPE_MISSING')
    if (checksOrigin || !isSafeMethod(method)) codes.push('IDENTITY_ORIGIN_REFUSED')
  }
  return [...new Set(codes)]
}

type Responses = OpenApiDocument['paths'][string][string]['responses']

/**
 * The answers that refuse, by status; each names its codes as examples, which `refusalExamples` explains. `default`
 * stands for what any route may answer, and for what the gateway in front of it says.
 * @throws RangeError for a code that is in no catalogue
 */
export function refusalResponses(codes: readonly string[], catalogue: ErrorCatalogue): Responses {
  const codesByStatus = Map.groupBy(codes, (code) => entryOf(code, catalogue).status)
  const statuses = [...codesByStatus.keys()].toSorted((a, b) => a - b)
  const listed = statuses.map((status) => {
    const ofStatus = codesByStatus.get(status) ?? []
    return [String(status), problemResponse(wordsOf(ofStatus, catalogue), ofStatus)] as const
  })
  return {
    ...Object.fromEntries(listed),
    default: problemResponse(`Any other refusal or failure\n\n${wordsOf(ANYWHERE, catalogue)}`, ANYWHERE),
  }
}

/** What the examples of all refusals refer to, for `components.examples`. */
export function refusalExamples(codes: Iterable<string>, catalogue: ErrorCatalogue): Record<string, object> {
  const all = new Set([...codes, ...ANYWHERE])
  return Object.fromEntries([...all].toSorted().map((code) => [code, exampleOf(code, entryOf(code, catalogue))]))
}

/** In Markdown, as descriptions are (CommonMark 0.27 by the specification). */
function wordsOf(codes: readonly string[], catalogue: ErrorCatalogue): string {
  return codes.map((code) => `- \`${code}\`: ${entryOf(code, catalogue).title}`).join('\n')
}

function problemResponse(description: string, codes: readonly string[]): Responses[string] {
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const)
  return {
    description,
    content: { [PROBLEM_TYPE]: { schema: { ...PROBLEM_SCHEMA }, examples: Object.fromEntries(examples) } },
  }
}

function exampleOf(code: string, { status, title }: ErrorCatalogue[string]) {
  const requestId = 'f2c7a9d0-5b1e-4c3a-9a52-0d4f6c1b7e38'
  return { summary: title, value: { type: 'about:blank', title, status, detail: `${title}.`, code, requestId } }
}

function entryOf(code: string, catalogue: ErrorCatalogue): ErrorCatalogue[string] {
  const entry = code === 'INTERNAL' ? INTERNAL : catalogue[code]
  if (entry === undefined) throw new RangeError(`"${code}" is in no catalogue of this app.`)
  return entry
}
