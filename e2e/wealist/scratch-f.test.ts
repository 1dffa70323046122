import { afterAll, beforeAll } from 'vitest'
import { withoutPart } from './taken-away.ts'
import { WORLD_START_MS } from './wealist-world.ts'
import { browserTest, openWebWorld, type WebWorld } from './web-world.ts'
let web: WebWorld
beforeAll(async () => { web = await openWebWorld() }, WORLD_START_MS)
afterAll(() => web[Symbol.asyncDispose]())
browserTest('x', { timeout: 100_000 }, async () => {
  const mina = await web.arrive(await web.world.signedUp(), '/settings/profile')
  await mina.arrives()
  await withoutPart(web.world, 'services', async () => {
    await mina.follow('Access tokens')
    for (let i = 0; i < 8; i++) {
      await mina.page.waitForTimeout(700)
      console.log(mina.place, (await mina.page.locator('body').innerText()).slice(0, 300).replaceAll('\n', ' | '))
    }
    await mina.page.screenshot({ path: '/tmp/f/chunk.png' })
  })
  for (let i = 0; i < 10; i++) {
    await mina.page.waitForTimeout(2000)
    console.log(mina.place, (await mina.page.locator('body').innerText()).slice(0, 200).replaceAll('\n', ' | '))
    await mina.button('Try again').click({ timeout: 300 }).catch(() => undefined)
  }
  console.log(mina.complaints)
})
