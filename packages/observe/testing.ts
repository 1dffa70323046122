/** Real programs for the tests of other packages; whoever opens one disposes of it. */
export { openTestPodman, podmanMissing, type TestPodman } from './testing-podman.ts'
export {
  findFreePort,
  findProgram,
  openTestFolder,
  startNode,
  type TestChild,
  type TestFolder,
} from './testing-programs.ts'
export { openTestSshd, sshdMissing, type TestSshd } from './testing-sshd.ts'
