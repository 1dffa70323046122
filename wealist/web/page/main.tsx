// Before the components, whose own style sheets have the last word.
import './ui/mantine.css'
import './ui/theme.css'
import { MantineProvider } from '@mantine/core'
import { isAppError } from '@portolan/errors'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createQueryClient } from './api/query-client.ts'
import { startI18n } from './i18n/start-i18n.ts'
import { createPageRouter } from './routes/router.tsx'
import { leaveWhenSignedOut } from './shell/leave-when-signed-out.ts'
import { placeOf } from './shell/page-place.ts'
import { colorSchemeManager, theme } from './ui/theme.ts'

/** Shows the page once it has words. */
async function start(root: HTMLElement): Promise<void> {
  await startI18n()
  const queryClient = createQueryClient({
    onSignedOut: () => void leaveWhenSignedOut({ queryClient, place: placeOf(router) }),
  })
  const router = createPageRouter(queryClient)
  createRoot(root, { onCaughtError: reportSurprise }).render(
    <StrictMode>
      {/* What Mantine would write into style elements stands in our style sheets: the policy allows no other. */}
      <MantineProvider
        theme={theme}
        colorSchemeManager={colorSchemeManager}
        defaultColorScheme="auto"
        withCssVariables={false}
        withGlobalClasses={false}
        withStaticClasses={false}
      >
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
}

/** What has a code is said on the page; anything else is a fault of ours, and goes where developers look for it. */
function reportSurprise(error: unknown): void {
  if (!isAppError(error)) reportError(error)
}

const root = document.getElementById('root')
if (root === null) throw new TypeError('index.html has no element "root" for the page.')
void start(root) // not awaited here: what is loaded later may then share the files that are loaded now
