/** `npm start`: builds what is stale, finds or starts Redis, runs gateway and function runner, prints how to use them. */

// Everything else is imported after this check: an old Node should say what is wrong, not fail on the syntax of a later file.
const major = Number(process.versions.node.split('.')[0]);
if (major !== 24) {
  console.error(
    `Sluice needs Node 24, but this is Node ${process.versions.node} (${process.execPath}).\n` +
      'Use "npm start": after "npm ci" it runs the Node 24 that came with the dependencies.',
  );
  process.exit(1);
}
const { start } = await import('./start.mjs');
process.exitCode = await start(process.env);
// Nothing should be left that keeps this process alive; if something is, it may not.
setTimeout(() => process.exit(), 2_000).unref();
