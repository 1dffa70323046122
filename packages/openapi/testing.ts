/** Holds what a service answers against what its document says, in the tests of that service. */
import type { App } from '@portolan/service'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { listOperations, type OpenApiDocument, type Operation, parseDocument } from './document.ts'
import { PROBLEM_TYPE } from './problem-schema.ts'

/** An answer as a test has got it. */
export interface CheckedAnswer {
  readonly method: string
  /** With or without its query. */
  readonly path: string
  readonly status: number
  readonly headers: Headers
  /** Parsed, when it is JSON. */
  readonly body: unknown
}

type Response = Operation['responses'][string]

/**
 * Checks answers against one document: the status, the content type, the body by its schema, and that a refusal's code
 * is one of those which the document names for that status. A path that is not described may only be a 404.
 */
export class AnswerChecker {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true })
  readonly #operations: ReturnType<typeof listOperations>
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(document: OpenApiDocument) {
    formats.default(this.#ajv)
    this.#ajv.addFormat('binary', true)
    this.#ajv.addSchema(document, 'document')
    // A template matches what a fixed path of the same length matches too.
    this.#operations = listOperations(document).toSorted((a, b) => countTemplates(a.path) - countTemplates(b.path))
  }

  /** @param url of the document */
  static async fetch(url: string): Promise<AnswerChecker> {
    return new AnswerChecker(parseDocument(await (await fetch(url)).json(), url))
  }

  /** @throws Error that says what was answered and what the document says */
  check(answer: CheckedAnswer): void {
    const { method, path, status } = answer
    const pathname = path.split('?')[0] ?? path
    if (!pathname.startsWith('/api/') || method === 'HEAD' || method === 'OPTIONS') return
    const found = this.#operations.find((each) => each.method === method.toLowerCase() && matches(each.path, pathname))
    if (found === undefined) {
      if (status !== 404) throw new Error(`"${method} ${pathname}" was answered with ${status} and is not described.`)
      return
    }
    const { responses } = found.operation
    const isListed = Object.hasOwn(responses, status)
    const response = isListed ? responses[status] : status >= 400 ? responses.default : undefined
    const name = `"${method} ${found.path}" with ${status}`
    if (response === undefined) throw new Error(`${name} is not described. Its body is ${JSON.stringify(answer.body)}.`)
    const place = `#/paths/${escaped(found.path)}/${found.method}/responses/${isListed ? status : 'default'}`
    this.#checkBody(answer, response, { name, place })
    if (status >= 400) checkCode(answer.body, [response, responses.default], name)
  }

  #checkBody({ headers, body }: CheckedAnswer, { content }: Response, where: { name: string; place: string }): void {
    const type = headers.get('content-type')?.split(';')[0]
    if (content === undefined) {
      if (type !== undefined) throw new Error(`${where.name} has a body of type "${type}", and none is described.`)
      return
    }
    const media = type === undefined ? undefined : content[type]
    if (type === undefined || media === undefined) {
      throw new Error(`${where.name} is of type "${type}", and described are ${Object.keys(content).join(', ')}.`)
    }
    if (!type.endsWith('json') || media.schema === undefined) return
    const validate = this.#validatorOf(`${where.place}/content/${escaped(type)}/schema`)
    if (!validate(body)) {
      const faults = this.#ajv.errorsText(validate.errors, { dataVar: 'body' })
      throw new Error(`${where.name} is not as described: ${faults}. The body is ${JSON.stringify(body)}.`)
    }
  }

  #validatorOf(pointer: string): ValidateFunction {
    const known = this.#validators.get(pointer)
    if (known !== undefined) return known
    const validator = this.#ajv.compile({ $ref: `document${pointer}` })
    this.#validators.set(pointer, validator)
    return validator
  }
}

/**
 * What an app answers below `/api`, as `GET /api/things/{id}`, in alphabetical order: to be compared with what its
 * document says. Read from the router itself, and not from where the document comes from.
 */
export function listApiRoutes(app: Pick<App, 'printRoutes'>): readonly string[] {
  const parents: string[] = []
  const routes: string[] = []
  for (const line of app.printRoutes({ commonPrefix: false, includeHooks: false }).split('\n')) {
    const [, branch, part, methods] = /^([│├└─\s]*)(\S+)(?: \((.*)\))?$/.exec(line) ?? []
    if (branch === undefined || part === undefined) continue
    const depth = branch.length / 4 - 1 // of the tree that the router draws
    const path = (parents[depth - 1] ?? '') + part
    parents.splice(depth, Infinity, path)
    const isOurs = path.startsWith('/api/')
    const own = isOurs ? (methods ?? '').split(', ').filter((method) => method !== '' && method !== 'HEAD') : []
    routes.push(...own.map((method) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`))
  }
  return routes.toSorted()
}

/** What a document describes, written as `listApiRoutes` does. */
export function listDescribedRoutes(document: OpenApiDocument): readonly string[] {
  return listOperations(document)
    .map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    .toSorted()
}

function checkCode(body: unknown, responses: readonly (Response | undefined)[], name: string): void {
  const examples = responses.map((response) => response?.content?.[PROBLEM_TYPE]?.examples ?? {})
  const codes = examples.flatMap((each) => Object.keys(each))
  const code: unknown = typeof body === 'object' && body !== null && 'code' in body ? body.code : undefined
  if (typeof code === 'string' && codes.includes(code)) return
  throw new Error(`${name} refused with the code "${String(code)}", and described are ${codes.join(', ')}.`)
}

function countTemplates(path: string): number {
  return path.split('{').length
}

function matches(template: string, pathname: string): boolean {
  const pattern = template.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&').replaceAll(/\{[^}]+\}/g, '[^/]+')
  return new RegExp(`^${pattern}$`).test(pathname)
}

/** A JSON pointer's segment, in a fragment (RFC 6901 §6). */
function escaped(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))
}
