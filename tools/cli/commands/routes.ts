import { askedRequest, type Explanation, explain, explanationLines, parseGatewayConfiguration } from '@portolan/gateway'
import { resolveStack } from '@portolan/stack'
import { gatewayConfiguration, readHeldPorts } from '@portolan/supervise'
import { Command, Option } from 'commander'
import { type CliContext, EXIT } from '../cli-context.ts'
import { usage } from '../errors.ts'
import {
  environmentOption,
  numbersOf,
  previewOption,
  type StackChoice,
  shiftOption,
  stackArgument,
  stackMeant,
} from '../stack-argument.ts'
import { coloursFor, jsonText, visibleLines } from '../terminal.ts'

interface ExplainOptions extends StackChoice {
  readonly method: string
  readonly header: readonly string[]
  readonly from?: string
  readonly json?: boolean
}

export function routesCommand(context: CliContext): Command {
  return new Command('routes').addCommand(explainCommand(context))
}

function explainCommand(context: CliContext): Command {
  return new Command('explain')
    .description('say why the gateway sends a request where it sends it, or refuses it; nothing is asked or started')
    .argument(
      '<url>',
      'such as http://app.example.com/api/boards, app.example.com/api, ws://localhost/ws, or a path alone',
    )
    .addArgument(stackArgument())
    .option('-X, --method <method>', 'the method of the request', 'GET')
    .addOption(
      new Option('-H, --header <line>', 'a header of it, "Name: value"; may be repeated').argParser(gather).default([]),
    )
    .option('--from <address>', 'the address of the client; one for examples unless given')
    .option('--json', 'the explanation as JSON')
    .addOption(environmentOption())
    .addOption(shiftOption())
    .addOption(previewOption())
    .addHelpText('after', () => helpOf(context.typing.program))
    .action(async (url: string, argument: string, options: ExplainOptions) => {
      const { stack, places } = await numberedStack(argument, options)
      if (stack.gateway === undefined) throw usage(`Stack "${stack.name}" has no gateway, so no request comes to it.`)
      const { method, header: headers, from } = options
      const configuration = parseGatewayConfiguration(gatewayConfiguration(stack, places))
      const explanation = explain(configuration, askedRequest({ url, method, headers, from }))
      context.stdout.write(options.json === true ? `${jsonText(explanation)}\n` : textOf(context, explanation))
      if (explanation.outcome.kind === 'refused') context.setExitCode(EXIT.failed)
    })
}

/** With the numbers that its copy was given, where it has `auto` ports. @throws STACK_PORT_UNALLOCATED */
async function numberedStack(argument: string, options: ExplainOptions) {
  const { stack, resolved, folder, stackFolder } = await stackMeant(argument, options)
  const { environment, shift, preview } = resolved
  const ports = numbersOf(await readHeldPorts(folder))
  const place = { environment, shift, ...(preview === undefined ? {} : { preview }) }
  const places = { stackFolder, dataFolder: folder.root }
  return { stack: resolveStack(stack, { ...place, values: 'unset', ports }), places }
}

function textOf(context: CliContext, explanation: Explanation): string {
  const { bold, green, red, dim } = coloursFor(context.stdout, context)
  const [request = '', ...lines] = explanationLines(explanation).map(visibleLines)
  const colour = (line: string) =>
    line.startsWith('✓') ? green('✓') + line.slice(1) : line.startsWith('✕') ? red('✕') + line.slice(1) : line
  const told = lines.map((line, index) =>
    index === lines.length - 1 ? bold(line) : line.startsWith(' ') ? dim(line) : colour(line),
  )
  return `${[bold(request), ...told].join('\n')}\n`
}

function gather(line: string, before: readonly string[]): readonly string[] {
  return [...before, line]
}

function helpOf(program: string): string {
  return `
Exit status: 0 it goes to a service or is redirected, 1 the gateway refuses it, 2 input that cannot be used.

  ${program} routes explain /api/boards/7
  ${program} routes explain wss://app.example.com/ws --header "Origin: https://app.example.com"
  ${program} routes explain http://app.example.com/ --from 203.0.113.9 --env production

The gateway that runs explains itself at /explain?url=… of its port "admin", if it has one.`
}
