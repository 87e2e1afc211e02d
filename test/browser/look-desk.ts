/** An invented store (test/desk/look.ts) in a process of its own, so that it can be stopped dead. */
import { type ChildProcess, spawn } from "node:child_process";
import { resolve } from "node:path";

export interface LookDesk {
	url: string;
	child: ChildProcess;
}

/** `folder`: where the gondola.yaml is made that the page of settings changes. */
export async function startLookDesk(labels: number, mood: "usual" | "quiet" | "troubled", folder?: string): Promise<LookDesk> {
	const words = ["test/desk/look.ts", "0", String(labels), mood, ...(folder === undefined ? [] : [folder])];
	const child = spawn(process.execPath, words, {
		cwd: resolve(import.meta.dirname, "../.."),
		stdio: ["ignore", "pipe", "inherit"],
	});
	const url = await new Promise<string>((found, failed) => {
		let said = "";
		child.stdout!.on("data", (piece: Buffer) => {
			said += piece.toString();
			const address = /^http:\S+$/m.exec(said)?.[0];
			if (address) found(address);
		});
		child.once("exit", () => failed(new Error("the invented store did not open")));
	});
	return { url, child };
}
