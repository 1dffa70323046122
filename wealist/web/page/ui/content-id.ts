/** The id of a frame's `main`: what a skip link leads to, and where menus of its content are put. */
export const CONTENT_ID = 'content'
