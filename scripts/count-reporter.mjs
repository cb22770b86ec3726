// Ends the run with one plain line that a machine can read.
export default class CountReporter {
  onTestRunEnd(modules) {
    const count = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests())
        count[test.result().state] = (count[test.result().state] ?? 0) + 1
      if (module.errors().length > 0) count.failed++
    }
    process.on('exit', () => console.log(`${count.passed} passed, ${count.failed} failed`))
  }
}
