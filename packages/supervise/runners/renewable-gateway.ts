import { on } from 'node:events'
import { AppError, type Waiting } from '@portolan/errors'
import type { GatewayConfiguration } from '@portolan/gateway'
import type { Child } from '../child.ts'
import type { Running } from '../runner.ts'

/** A gateway that replaces its own workers when it is restarted by hand, so that nobody is refused meanwhile. */
export function renewableGateway(child: Child, configuration: GatewayConfiguration): Running {
  const { pid, identity, ended } = child
  return { pid, identity, ended, stop: (waiting) => child.stop(waiting), renew: (waiting) => renew(child, waiting) }

  async function renew({ channel }: Child, { signal }: Waiting): Promise<void> {
    const messages = on(channel, 'message', { signal })
    channel.send({ type: 'replace', configuration })
    for await (const [message] of messages) {
      const { type, code, text } = readAnswer(message)
      if (type === 'replaced') return
      if (type === 'refused') throw new AppError(code, text)
    }
  }
}

function readAnswer(answer: unknown) {
  const { type, code, message } = Object(answer)
  return { type: String(type), code: String(code), text: String(message) }
}
