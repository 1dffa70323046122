import { expect, test } from 'vitest'
import { eventually } from '../eventually.ts'
import { readyPort, startGateway } from '../gateway-process.ts'
import { routeTo } from '../testing.ts'
import { openTestHalf } from '../upstreams/pair-world.ts'

test('a half that dies is rolled back in every worker, in those that come later, and told to the supervisor', async () => {
  await using blue = await openTestHalf('blue')
  await using green = await openTestHalf('green')
  const configurationFor = (active: 'blue' | 'green') => ({
    stack: 'test',
    workers: 2,
    listeners: [{ name: 'http', address: '127.0.0.1', port: 0 }],
    routes: [{ ...routeTo('/', 1), target: { upstream: 'worb' } }],
    upstreams: [
      {
        name: 'worb',
        pair: {
          blue: { host: '127.0.0.1', port: blue.port },
          green: { host: '127.0.0.1', port: green.port },
          active,
        },
      },
    ],
  })
  await using gateway = await startGateway(configurationFor('blue'))
  const { child } = gateway
  const said: unknown[] = []
  child.on('message', (message) => said.push(message))
  const port = await readyPort(child)
  const tell = async (message: Parameters<typeof child.send>[0], answer: string) => {
    child.send(message)
    await eventually(() => said.splice(0).map((each) => Object(each).type)).toContain(answer)
  }
  const ask = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body: 'x',
      headers: { connection: 'close' },
    })
    return answer.text()
  }
  await tell({ type: 'configure', configuration: configurationFor('green') }, 'configured')
  await green.kill()
  for (let count = 0; count < 20; count += 1) expect(await ask()).toBe('blue')
  await eventually(() => said.map((each) => Object(each).event)).toContainEqual(
    expect.objectContaining({ type: 'rolled-back', upstream: 'worb', from: 'green', to: 'blue' }),
  )
  // The supervisor has not been told yet that green is not to be: new workers do not begin with it.
  await tell({ type: 'replace', configuration: configurationFor('green') }, 'replaced')
  for (let count = 0; count < 10; count += 1) expect(await ask()).toBe('blue')
})
