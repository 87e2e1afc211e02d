/** Head office as a child of the demo: told its options over IPC, ends when the demo does. */
import { startHeadOffice, type HeadOffice, type HeadOfficeOptions } from "./hq-run.ts";

let office: HeadOffice | undefined;
process.on("message", (message: { type: "start"; options: HeadOfficeOptions }) => {
	startHeadOffice(message.options).then(
		(started) => {
			office = started;
			process.send?.({ type: "ready", url: started.url, line: started.line });
		},
		(error: Error) => process.send?.({ type: "failed", message: error.stack ?? error.message }),
	);
});
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {});
process.on("SIGTERM", () => void (office?.stop() ?? Promise.resolve()).finally(() => process.exit(0)));
