/** Head office as a child process of the demo: it gets its options by IPC and ends with the demo. */
import { FolderLocked } from "../../hq/cluster/folder-lock.ts";
import { type HeadOffice, type HeadOfficeOptions, startHeadOffice, startSentence } from "../hq/run.ts";

let office: HeadOffice | undefined;
/** A killed predecessor may hold its database for a moment. */
const predecessorEndsWithinMs = 10_000;

/** The standard output of a headless demo is one line of JSON. */
const notify = (sentence: string): void => void process.stderr.write(`gondola: ${sentence}\n`);

async function start(options: HeadOfficeOptions): Promise<HeadOffice> {
	for (const until = performance.now() + predecessorEndsWithinMs; ; ) {
		try {
			return await startHeadOffice({ ...options, notify });
		} catch (error) {
			if (performance.now() > until || !(error instanceof FolderLocked)) throw error;
			await new Promise((resolve) => setTimeout(resolve, 100));
		}
	}
}

/** Why head office does not open, with the demo's option in place of its own. An unforeseen error shows its stack. */
const inDemoWords = (error: NodeJS.ErrnoException): string =>
	error.syscall === "listen" || error.syscall === "mkdir"
		? startSentence(error, 0).replace("--port", "--hq-port")
		: (error.stack ?? error.message);

process.on("message", (message: { type: "start"; options: HeadOfficeOptions }) => {
	start(message.options).then(
		(started) => {
			office = started;
			process.send?.({ type: "ready", url: started.url, line: started.line });
		},
		(error: NodeJS.ErrnoException) => process.send?.({ type: "failed", message: inDemoWords(error) }),
	);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
process.on("SIGTERM", () => void (office?.stop() ?? Promise.resolve()).finally(() => process.exit(0)));
