import { createRootRouteWithContext } from '@tanstack/react-router'
import { RootLayout } from '../shell/root-layout.tsx'
import type { PageContext } from './page-context.ts'

export const rootRoute = createRootRouteWithContext<PageContext>()({ component: RootLayout })
