import { cancel, intro, isCancel, multiselect, outro, text } from '@clack/prompts'
import { errorCode } from '@portolan/errors'
import { type CliContext, EXIT } from './cli-context.ts'
import { nameFrom, type ServiceDraft, type StackDraft } from './draft-stack.ts'
import { type ListeningService, listListeningServices } from './listening-services.ts'

/**
 * Asks a person at a terminal for the name and for what the stack is made of, beginning from a proposal.
 * @returns undefined when they would rather not; the exit status is set then
 */
export async function askForDraft(
  proposal: StackDraft,
  { fromListening, name: given }: { readonly fromListening?: boolean; readonly name?: string },
  context: CliContext,
): Promise<StackDraft | undefined> {
  const streams = { input: context.stdin, output: context.stdout, signal: context.stopped }
  intro('A first stack file', streams)
  const name =
    given === undefined
      ? await text({
          ...streams,
          message: 'What is the stack called?',
          initialValue: proposal.name,
          validate: nameProblem,
        })
      : proposal.name
  if (isCancel(name)) return giveUp(context)
  const listening = await listeningOrNone(context.stopped)
  if (listening.length === 0) return finish({ ...proposal, name }, context)
  const chosen = await multiselect({
    ...streams,
    message: 'This listens here now. What of it belongs to the stack?',
    options: listening.map((service) => optionOf(service)),
    initialValues: fromListening === true ? proposal.services.map((service) => service.name) : [],
    required: false,
  })
  if (isCancel(chosen)) return giveUp(context)
  const found = listening.map(({ draft }) => draft).filter((draft) => chosen.includes(draft.name))
  return finish({ ...proposal, name, ...madeOf(proposal, found) }, context)
}

/** What cannot be seen is not offered; the stack file can be written without it. */
async function listeningOrNone(signal: AbortSignal): Promise<readonly ListeningService[]> {
  try {
    return await listListeningServices({ signal })
  } catch (error) {
    if (errorCode(error) === 'CLI_LISTENING_UNKNOWN') return []
    throw error
  }
}

function madeOf(proposal: StackDraft, found: readonly ServiceDraft[]): Pick<StackDraft, 'gatewayPort' | 'services'> {
  return found.length === 0 ? proposal : { gatewayPort: undefined, services: found }
}

function optionOf({ draft }: ListeningService): { readonly value: string; readonly label: string } {
  return { value: draft.name, label: `${draft.name}  ${draft.ports.map(({ port }) => port).join(' ')}` }
}

function nameProblem(name: string | undefined): string | undefined {
  const isGood = name !== undefined && name !== '' && nameFrom(name, { fallback: '' }) === name
  return isGood ? undefined : 'Small letters, digits and hyphens, beginning with a letter.'
}

function finish(draft: StackDraft, context: CliContext): StackDraft {
  outro(`stack ${draft.name}`, { output: context.stdout })
  return draft
}

function giveUp(context: CliContext): undefined {
  cancel('Nothing was written.', { output: context.stdout })
  context.setExitCode(EXIT.interrupted)
  return undefined
}
